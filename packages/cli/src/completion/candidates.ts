import type { Argument, Command, Option } from 'commander'

const suggested = new WeakMap<Option | Argument, readonly string[]>()

/** Sets the values that completion offers for an option or argument that takes other values too. */
export function suggestValues<Taker extends Option | Argument>(
  taker: Taker,
  values: readonly string[],
): Taker {
  suggested.set(taker, values)
  return taker
}

/** A completion of the word at the cursor. */
export interface Candidate {
  readonly value: string
  readonly description: string
}

/**
 * The completions of the last of the words after the command's name, taken from the commands themselves.
 *
 * @returns an empty list where any file or text is allowed
 */
export function candidates(program: Command, words: readonly string[]): Candidate[] {
  const before = words.slice(0, -1)
  const current = words.at(-1) ?? ''
  const { command, operands, awaiting, onlyOperands } = walk(program, before)
  if (awaiting) return matching(valuesOf(awaiting), current === '=' ? '' : current)
  if (!onlyOperands && current.startsWith('-')) {
    const [name = '', value] = split(current)
    const option = value === undefined ? undefined : optionOf(command, name)
    if (option) return matching(valuesOf(option), value ?? '').map((found) => under(name, found))
    return matching(optionsOf(command), current)
  }
  if (operands === 0 && command.commands.length > 0) return matching(commandsOf(command), current)
  const argument = command.registeredArguments[operands] ?? command.registeredArguments.at(-1)
  if (!argument || (operands >= command.registeredArguments.length && !argument.variadic)) return []
  return matching(describe(knownValues(argument) ?? []), current)
}

interface Position {
  readonly command: Command
  /** Number of operands of that command so far. */
  readonly operands: number
  /** The option whose value comes next. */
  readonly awaiting?: Option | undefined
  /** After `--`. */
  readonly onlyOperands: boolean
}

function walk(program: Command, words: readonly string[]): Position {
  let command = program
  let operands = 0
  let onlyOperands = false
  let awaiting: Option | undefined
  for (const word of words) {
    if (awaiting) {
      // bash makes three words of --name=value
      if (word !== '=') awaiting = undefined
    } else if (!onlyOperands && word === '--') {
      onlyOperands = true
    } else if (!onlyOperands && word.startsWith('-')) {
      const option = optionOf(command, word)
      if (option?.required) awaiting = option
    } else {
      // `help embed` stands where `embed` would
      if (operands === 0 && word === 'help' && command.commands.length > 0) continue
      const sub = operands === 0 && command.commands.find((each) => each.name() === word)
      if (sub) command = sub
      else operands++
    }
  }
  return { command, operands, awaiting, onlyOperands }
}

function optionOf(command: Command, flag: string): Option | undefined {
  return command.options.find(({ short, long }) => flag === short || flag === long)
}

function optionsOf(command: Command): Candidate[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .map(({ long, short, description }) => ({ value: long ?? short ?? '', description }))
}

function commandsOf(command: Command): Candidate[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .map((each) => ({ value: each.name(), description: each.description() }))
}

function valuesOf(option: Option): Candidate[] {
  return describe(knownValues(option) ?? [])
}

function describe(values: readonly string[]): Candidate[] {
  return values.map((value) => ({ value, description: '' }))
}

function matching(all: readonly Candidate[], start: string): Candidate[] {
  return all.filter(({ value }) => value.startsWith(start))
}

function under(name: string, { value, description }: Candidate): Candidate {
  return { value: `${name}=${value}`, description }
}

function split(word: string): [string, string?] {
  const at = word.indexOf('=')
  return at < 0 ? [word] : [word.slice(0, at), word.slice(at + 1)]
}

/** The values to offer for an option or argument; undefined if it takes anything, such as a file. */
function knownValues(taker: Option | Argument): readonly string[] | undefined {
  return taker.argChoices ?? suggested.get(taker)
}
