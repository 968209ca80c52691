import { Command } from 'commander'
import { completeCommand, completionCommand } from './commands/completion.js'
import { embedCommand } from './commands/embed.js'
import { modelsCommand } from './commands/models.js'
import { rerankCommand } from './commands/rerank.js'
import { serveCommand } from './commands/serve.js'
import { workerCommand } from './commands/worker.js'
import { leaveNetwork, prepareNetwork } from './service/network.js'
import { version } from './version.js'

/** The `pinecone-inference` command with its subcommands; nothing runs before `parseAsync`. */
export function createProgram(): Command {
  const program = new Command('pinecone-inference')
    .description('Pinecone inference from the command line, and an offline server of its API')
    .version(version)
    .hook('preAction', (_, command) => prepareNetwork(command))
    .hook('postAction', leaveNetwork)
    .addCommand(embedCommand())
    .addCommand(workerCommand())
    .addCommand(rerankCommand())
    .addCommand(modelsCommand())
    .addCommand(serveCommand())
    .addCommand(completionCommand())
    .addHelpText(
      'after',
      `
Environment:
  PINECONE_API_KEY        the key; --offline needs none
  PINECONE_INFERENCE_URL  the service's address (default: https://api.pinecone.io)
  PINECONE_INFERENCE_ALLOW_INSECURE
                          1 is --allow-insecure
  HTTPS_PROXY, HTTP_PROXY, NO_PROXY
                          the proxy, and the hosts that are reached without it (so is this machine)

Exit codes:
  0    done
  1    an option, the key, the input or the request is at fault; the same command fails again
  2    done, but some inputs failed (embed)
  3    the service or the network failed; the same command may work later
  130  stopped by Ctrl-C (143: by SIGTERM)
  141  nobody read the output to its end`,
    )
  return program.addCommand(completeCommand(program), { hidden: true })
}
