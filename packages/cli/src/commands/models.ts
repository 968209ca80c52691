import { hostedModelNames, type ListModelsFilter, type ModelInfo } from '@pinecone-inference/client'
import { Argument, Command, Option } from 'commander'
import { suggestValues } from '../completion/suggested-values.js'
import { jsonLine } from '../output/json-line.js'
import { modelDetails, modelTable } from '../output/models.js'
import { addServiceOptions, type ServiceOptions } from '../service/service-options.js'
import { withService } from '../service/with-service.js'
import { environmentHelp, exitCodesHelp } from './help-text.js'

const everyModel = [...hostedModelNames('embed'), ...hostedModelNames('rerank')]

interface ModelsOptions extends ServiceOptions {
  readonly type?: 'embed' | 'rerank'
  readonly vectorType?: 'dense' | 'sparse'
  readonly json?: boolean
}

/** `pinecone-inference models`: the hosted models, or one of them in detail. */
export function modelsCommand(): Command {
  const command = new Command('models')
    .description('list the models, or describe one')
    .addArgument(suggestValues(new Argument('[name]', 'the model to describe'), everyModel))
    .addOption(new Option('--type <type>', 'only models that do this').choices(['embed', 'rerank']))
    .addOption(
      new Option('--vector-type <type>', 'only embedding models with these vectors').choices([
        'dense',
        'sparse',
      ]),
    )
    .option('--json', 'a JSON object a line')
  return addServiceOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  $ pinecone-inference models --type embed --vector-type dense
  $ pinecone-inference models llama-text-embed-v2
  $ pinecone-inference models --json | jq -r .model`,
    )
    .addHelpText('after', environmentHelp())
    .addHelpText('after', exitCodesHelp(0, 1, 3, 130, 141))
    .action(async (name: string | undefined, options: ModelsOptions) => {
      if (name !== undefined && (options.type || options.vectorType)) {
        command.error('error: --type and --vector-type go without the name of a model')
      }
      process.exitCode = await withService(options, async (client, signal) => {
        const models =
          name === undefined
            ? (await client.listModels(filterOf(options), { signal })).models
            : [await client.getModel(name, { signal })]
        process.stdout.write(textOf(models, name, options))
      })
    })
}

function filterOf({ type, vectorType }: ModelsOptions): ListModelsFilter {
  if (vectorType === undefined) return type === undefined ? {} : { type }
  return { type: type ?? 'embed', vectorType }
}

function textOf(models: readonly ModelInfo[], name: string | undefined, { json }: ModelsOptions): string {
  if (json) return models.map(jsonLine).join('')
  return name === undefined ? modelTable(models) : models.map(modelDetails).join('\n')
}
