import { hostedModel, hostedModelNames, type RankedDocument } from '@pinecone-inference/client'
import { Command, Option } from 'commander'
import { suggestValues } from '../completion/candidates.js'
import { EXIT } from '../ending/exit-code.js'
import { jsonLine, sayLine } from '../output/line.js'
import { documentsIn } from '../rerank/documents-in.js'
import type { ServiceOptions } from '../service/connect.js'
import { withService } from '../service/with-service.js'
import { environmentHelp, exitCodesHelp } from './help-text.js'
import { addServiceOptions, names, wholeNumber } from './options.js'

interface RerankOptions extends ServiceOptions {
  readonly query: string
  readonly model: string
  readonly topN?: number
  readonly rankFields: readonly string[]
  readonly truncate?: string
  readonly json?: boolean
}

/** Documents without a text that are reported one by one; any more are only counted. */
const TOLD = 20

/** Commander would report a required option as missing before the misspelt option that is the reason. */
type GivenOptions = Omit<RerankOptions, 'query'> & { readonly query?: string }

/** `pinecone-inference rerank`: documents in the order of their relevance to a query. */
export function rerankCommand(): Command {
  const command = new Command('rerank')
    .description('order documents by their relevance to a query')
    .argument(
      '<input...>',
      '.jsonl, .csv or .parquet files; folders of Markdown and text files; or - for JSONL or lines of text on the standard input',
    )
    .option('-q, --query <text>', 'the query to rank by')
    .addOption(
      suggestValues(
        new Option(
          '-m, --model <name>',
          `the model: ${hostedModelNames('rerank').join(', ')}, or any other`,
        ).default('bge-reranker-v2-m3'),
        hostedModelNames('rerank'),
      ),
    )
    .option(
      '-n, --top-n <n>',
      'print only the best n (default: all)',
      wholeNumber(1, Number.MAX_SAFE_INTEGER),
    )
    .addOption(
      new Option('--rank-fields <names>', 'the fields that hold the text, separated by commas')
        .argParser(names)
        .default(['text'], 'text'),
    )
    .addOption(
      new Option(
        '--truncate <side>',
        'cut the end of a document over the model’s limit, or with NONE refuse it (default: END, if the model supports it)',
      ).choices(['END', 'NONE']),
    )
    .option('--json', 'print a JSON object per line; the default unless the output is a terminal')
  return addServiceOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  $ pinecone-inference rerank passages.jsonl --query "how are rate limits handled?" --top-n 5
  $ grep -rh timeout docs | pinecone-inference rerank - -q "set a timeout" -n 3 --json
  $ pinecone-inference rerank products.csv -q "rain jacket" --rank-fields description --offline

The number of documents is not limited: they are sent in batches and merged by score. A line of JSON is
{"index","score","document"}; index counts the documents from 0 over all inputs. Blank lines of text are skipped; a
document with an empty text is left out, and reported with its line.`,
    )
    .addHelpText('after', environmentHelp())
    .addHelpText('after', exitCodesHelp(0, 1, 2, 3, 130, 141))
    .action(async (inputs: string[], given: GivenOptions, command: Command) => {
      const { query } = given
      if (query === undefined)
        return command.error("error: required option '-q, --query <text>' not specified")
      const options: RerankOptions = { ...given, query }
      let hasBlank = false
      process.exitCode = await withService(options, async (client, signal) => {
        const { documents, positions, blank } = await documentsIn(inputs, options.rankFields, signal)
        for (const line of blank.slice(0, TOLD)) sayLine(line)
        if (blank.length > TOLD) sayLine(`and ${blank.length - TOLD} more`)
        const { data } = await client.rerankAll({ ...requestOf(options), documents }, { signal })
        const ranking = data.map((ranked) => ({ ...ranked, index: positions[ranked.index] ?? ranked.index }))
        process.stdout.write(await textOf(ranking, options))
        hasBlank = blank.length > 0
      })
      if (process.exitCode === EXIT.done && hasBlank) process.exitCode = EXIT.someFailed
    })
}

function requestOf({ query, model, topN, rankFields, truncate }: RerankOptions) {
  const sides = hostedModel(model)?.oneOf.truncate
  return { query, model, rankFields, topN, parameters: { truncate: truncate ?? (sides && 'END') } }
}

async function textOf(
  ranking: readonly RankedDocument[],
  { json, rankFields }: RerankOptions,
): Promise<string> {
  if (json || !process.stdout.isTTY) return ranking.map(jsonLine).join('')
  const { rankingTable } = await import('../output/ranking.js')
  return rankingTable(ranking, rankFields)
}
