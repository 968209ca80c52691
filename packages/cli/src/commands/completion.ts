import { Argument, Command } from 'commander'
import { candidates } from '../completion/candidates.js'
import { type Shell, scripts, shells } from '../completion/scripts.js'

/** `pinecone-inference completion`: the script by which a shell completes this command. */
export function completionCommand(): Command {
  return new Command('completion')
    .description('print the completion script of a shell')
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

/** `__complete`, which the scripts run: prints a candidate per line, a tab, and its description. */
export function completeCommand(program: Command): Command {
  return new Command('__complete').argument('[words...]').action((words: string[]) => {
    const lines = candidates(program, words).map(({ value, description }) => `${value}\t${description}\n`)
    process.stdout.write(lines.join(''))
  })
}
