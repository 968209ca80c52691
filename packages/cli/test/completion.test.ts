import { execFileSync, spawnSync } from 'node:child_process'
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { folderOf, main, run } from './run-command.js'

const SPARSE_MODELS = ['pinecone-sparse-english-v0', 'pinecone-sparse-multilingual-v0']
const MODELS = ['llama-text-embed-v2', 'multilingual-e5-large', ...SPARSE_MODELS]

async function offered(...words: string[]): Promise<string[]> {
  const { code, stdout } = await run(await folderOf(), ['__complete', '--', ...words])
  expect(code).toBe(0)
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split('\t')[0] ?? '')
}

describe('what completion offers', () => {
  it.each([
    [['re'], ['rerank']],
    [['embed', '--dr'], ['--dry-run']],
    [['embed', 'in.jsonl', '--model', ''], MODELS],
    [['embed', '-m', 'pine'], SPARSE_MODELS],
    [['embed', '--truncate=E'], ['--truncate=END']],
    [['embed', '--truncate', '=', 'E'], ['END']],
    [
      ['models', '--type', ''],
      ['embed', 'rerank'],
    ],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['completion', 'bash', ''], []],
    // files, which are the shell's to complete
    [['embed', ''], []],
    [['embed', '--', '--dr'], []],
    [['embed', '--output', ''], []],
    [['embed', '$(touch pwned)', '`touch pwned`', '--dr'], ['--dry-run']],
  ])('%j: %j', async (words, expected) => {
    expect(await offered(...words)).toEqual(expected)
  })

  it('every command and every option, as they are', async () => {
    expect(await offered('')).toEqual(
      expect.arrayContaining(['embed', 'rerank', 'models', 'serve', 'completion', 'help']),
    )
    expect(await offered('rerank', '-')).toEqual(expect.arrayContaining(['--query', '--top-n', '--help']))
  })
})

/** A folder with a file to complete, and the command on the PATH. */
async function shellFolder() {
  const folder = await folderOf({ 'passages.jsonl': '' })
  const command = join(folder, 'pinecone-inference')
  await writeFile(command, `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`)
  await chmod(command, 0o755)
  return { cwd: folder, env: { HOME: folder, PATH: `${folder}:${process.env.PATH}`, TERM: 'dumb' } }
}

const installed = (shell: string) => {
  const found = spawnSync(shell, ['--version']).status === 0
  if (!found && process.env.CI === 'true') throw new Error(`the tests of completion need ${shell}`)
  if (!found) console.warn(`skipped: completion in ${shell} (apt-get install ${shell})`)
  return found
}

describe.skipIf(!installed('bash'))('in bash', () => {
  it.each([
    [['embed', '--tr'], ['--truncate']],
    [['embed', 'passages.jsonl', '--model', 'll'], ['llama-text-embed-v2']],
    [['embed', '$(touch pwned)', '--dr'], ['--dry-run']],
    [['embed', 'pas'], []],
  ])('%j: %j', async (words, expected) => {
    const options = await shellFolder()
    const script = `
      source <(pinecone-inference completion bash)
      source <(pinecone-inference completion bash)
      COMP_WORDS=(pinecone-inference "$@"); COMP_CWORD=$#
      _pinecone_inference
      printf '%s\\n' "\${COMPREPLY[@]}"; complete -p pinecone-inference; [ ! -e pwned ]`
    const output = execFileSync('bash', ['-c', script, 'bash', ...words], { ...options, encoding: 'utf8' })
    expect(output.trim().split('\n').filter(Boolean)).toEqual([
      ...expected,
      'complete -o default -F _pinecone_inference pinecone-inference',
    ])
  })
})

describe.skipIf(!installed('zsh'))('in zsh', () => {
  it.each([
    ['embed --tr', 'embed --truncate '],
    ['embed --model ll', 'embed --model llama-text-embed-v2 '],
    ['embed pas', 'embed passages.jsonl '],
  ])('%s<Tab> becomes %s', async (typed, expected) => {
    const options = await shellFolder()
    const script = `
      zmodload zsh/zpty
      zpty shell zsh -f -i
      zpty -w shell "PS1=; autoload -Uz compinit; compinit -u; source <(pinecone-inference completion zsh); show() print -r -- \\"<\\$BUFFER>\\"; zle -N show; bindkey '^X' show; echo rea''dy"
      zpty -r -m shell output '*ready*'
      zpty -w -n shell "pinecone-inference $1"$'\\t\\x18'
      zpty -r -m shell output "*<pinecone-inference $2>*" && print -r -- "$output"`
    const output = execFileSync('zsh', ['-f', '-c', script, 'zsh', typed, expected], {
      ...options,
      encoding: 'utf8',
      timeout: 20_000,
    })
    expect(output).toContain(`<pinecone-inference ${expected}>`)
  })
})

describe.skipIf(!installed('fish'))('in fish', () => {
  it.each([
    ['embed --tr', ['--truncate']],
    ['embed --model ll', ['llama-text-embed-v2']],
    ['embed pas', ['passages.jsonl']],
  ])('%s<Tab>: %j', async (typed, expected) => {
    const options = await shellFolder()
    const script = `pinecone-inference completion fish | source; complete -C "pinecone-inference $argv[1]"`
    const output = execFileSync('fish', ['-c', script, typed], { ...options, encoding: 'utf8' })
    expect(
      output
        .trim()
        .split('\n')
        .map((line) => line.split('\t')[0]),
    ).toEqual(expected)
  })
})
