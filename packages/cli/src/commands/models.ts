import { hostedModelNames, type ListModelsFilter, type ModelInfo } from '@pinecone-inference/client'
import { Argument, Command, Option } from 'commander'
import { suggestValues } from '../completion/candidates.js'
import { EXIT } from '../ending/exit-code.js'
import { differencesFromTable } from '../models/compare-with-table.js'
import { jsonLine, printable } from '../output/line.js'
import type { ServiceOptions } from '../service/connect.js'
import { withService } from '../service/with-service.js'
import { environmentHelp, exitCodesHelp } from './help-text.js'
import { addServiceOptions } from './options.js'

const everyModel = [...hostedModelNames('embed'), ...hostedModelNames('rerank')]

interface ModelsOptions extends ServiceOptions {
  readonly type?: 'embed' | 'rerank'
  readonly vectorType?: 'dense' | 'sparse'
  readonly json?: boolean
  readonly check?: boolean
}

/** `pinecone-inference models`: the hosted models, or one of them in detail. */
export function modelsCommand(): Command {
  const command = new Command('models')
    .description('list the models, or describe one')
    .addArgument(suggestValues(new Argument('[name]', 'the model to describe'), everyModel))
    .addOption(new Option('--type <type>', 'only models of this type').choices(['embed', 'rerank']))
    .addOption(
      new Option('--vector-type <type>', 'only embedding models that make these vectors').choices([
        'dense',
        'sparse',
      ]),
    )
    .option('--json', 'print a JSON object per line')
    .option('--check', "compare the service's models with this release's table; exits with 1 if they differ")
  return addServiceOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  $ pinecone-inference models --type embed --vector-type dense
  $ pinecone-inference models llama-text-embed-v2
  $ pinecone-inference models --check
  $ pinecone-inference models --json | jq -r .model`,
    )
    .addHelpText('after', environmentHelp())
    .addHelpText('after', exitCodesHelp(0, 1, 3, 130, 141))
    .action(async (name: string | undefined, options: ModelsOptions) => {
      if (name !== undefined && (options.type || options.vectorType)) {
        command.error('error: --type and --vector-type cannot be used with the name of a model')
      }
      if (options.check && (name !== undefined || options.type || options.vectorType || options.json)) {
        command.error(
          'error: --check compares all models; it cannot be used with a name, --type, --vector-type or --json',
        )
      }
      let differences: string[] = []
      const code = await withService(options, async (client, signal) => {
        if (options.check) {
          const { models } = await client.listModels({}, { signal })
          differences = differencesFromTable(models)
          process.stdout.write(checkText(models, differences))
          return
        }
        const models =
          name === undefined
            ? (await client.listModels(filterOf(options), { signal })).models
            : [await client.getModel(name, { signal })]
        process.stdout.write(await textOf(models, name, options))
      })
      process.exitCode = code === EXIT.done && differences.length > 0 ? EXIT.refused : code
    })
}

function filterOf({ type, vectorType }: ModelsOptions): ListModelsFilter {
  if (vectorType === undefined) return type === undefined ? {} : { type }
  return { type: type ?? 'embed', vectorType }
}

function checkText(models: readonly ModelInfo[], differences: readonly string[]): string {
  if (differences.length === 0) return `The table agrees with the service on all ${models.length} models.\n`
  return differences.map((line) => `${printable(line)}\n`).join('')
}

async function textOf(
  models: readonly ModelInfo[],
  name: string | undefined,
  { json }: ModelsOptions,
): Promise<string> {
  if (json) return models.map(jsonLine).join('')
  const { modelDetails, modelTable } = await import('../output/models.js')
  return name === undefined ? modelTable(models) : models.map(modelDetails).join('\n')
}
