import { Command } from 'commander'
import { checkCommand } from './commands/check.js'
import { completeCommand, completionCommand } from './commands/completion.js'
import { embedCommand } from './commands/embed.js'
import { environmentHelp, exitCodesHelp } from './commands/help-text.js'
import { modelsCommand } from './commands/models.js'
import { rerankCommand } from './commands/rerank.js'
import { serveCommand } from './commands/serve.js'
import { upsertCommand } from './commands/upsert.js'
import { workerCommand } from './commands/worker.js'
import { leaveNetwork, prepareNetwork } from './service/network.js'
import { version } from './version.js'

/** The `pinecone-inference` command with its subcommands; nothing runs before `parseAsync`. */
export function createProgram(): Command {
  const program = new Command('pinecone-inference')
    .description(
      'Pinecone’s hosted embedding and reranking models from the command line, and an offline server of their API',
    )
    .version(version)
    .hook('preAction', (_, command) => prepareNetwork(command))
    .hook('postAction', leaveNetwork)
    .addCommand(embedCommand())
    .addCommand(workerCommand())
    .addCommand(rerankCommand())
    .addCommand(checkCommand())
    .addCommand(upsertCommand())
    .addCommand(modelsCommand())
    .addCommand(serveCommand())
    .addCommand(completionCommand())
    .addHelpText('after', environmentHelp({ hasRedis: true }))
    .addHelpText('after', exitCodesHelp(0, 1, 2, 3, 130, 141))
  return program.addCommand(completeCommand(program), { hidden: true })
}
