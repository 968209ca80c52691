import { Command } from 'commander'
import { embedCommand } from './commands/embed.js'
import { serveCommand } from './commands/serve.js'

/** The `pinecone-inference` command with its subcommands; nothing runs before `parseAsync`. */
export function createProgram(): Command {
  return new Command('pinecone-inference')
    .description('Pinecone inference from the command line, and an offline server of its API')
    .addCommand(embedCommand())
    .addCommand(serveCommand())
}
