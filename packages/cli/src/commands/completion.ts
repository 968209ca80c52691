import { Argument, Command } from 'commander'
import { candidates } from '../completion/candidates.js'
import { type Shell, scripts, shells } from '../completion/scripts.js'

/** `pinecone-inference completion`: the script that a shell completes this command with. */
export function completionCommand(): Command {
  return new Command('completion')
    .description('print the script for completion in a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .addHelpText(
      'after',
      `
Examples:
  $ echo 'source <(pinecone-inference completion bash)' >> ~/.bashrc
  $ echo 'source <(pinecone-inference completion zsh)' >> ~/.zshrc     # after compinit
  $ pinecone-inference completion fish > ~/.config/fish/completions/pinecone-inference.fish`,
    )
    .action((shell: Shell) => {
      process.stdout.write(scripts[shell])
    })
}

/** What the scripts ask: a candidate a line, a tab, what it is. */
export function completeCommand(program: Command): Command {
  return new Command('__complete').argument('[words...]').action((words: string[]) => {
    const lines = candidates(program, words).map(({ value, description }) => `${value}\t${description}\n`)
    process.stdout.write(lines.join(''))
  })
}
