import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startEmulator } from '@pinecone-inference/emulator'
import { describe, expect, it, onTestFinished } from 'vitest'
import { folderOf, main, run } from './run-command.js'

/** util-linux's, which Debian always has. */
function hasScript(): boolean {
  try {
    return execFileSync('script', ['--version'], { encoding: 'utf8' }).includes('util-linux')
  } catch {
    return false
  }
}

const available = hasScript()
if (!available && process.env.CI !== 'true') {
  console.warn(
    'The tests of embed in a terminal are skipped: they need `script` of util-linux (Debian: bsdutils).',
  )
}

const lines = Array.from(
  { length: 5_000 },
  (_, i) => `{"id":"id-${i}","text":"passage ${i} of many"}\n`,
).join('')
const args = ['embed', 'in.jsonl', '-o', 'out.jsonl', '--model', 'pinecone-sparse-english-v0']

/** The built command in a terminal of 100 columns; what is typed arrives as from a keyboard. */
async function inTerminal(latency: number, term = 'xterm') {
  const emulator = await startEmulator({ latency })
  onTestFinished(() => emulator.close())
  const folder = await folderOf({ 'in.jsonl': lines })
  const command = `stty cols 100 rows 30; exec ${process.execPath} ${main} ${args.join(' ')}`
  const env = {
    ...process.env,
    TERM: term,
    PINECONE_INFERENCE_URL: emulator.url,
    PINECONE_API_KEY: 'local',
  }
  const terminal = spawn('script', ['--quiet', '--return', '--flush', '--command', command, '/dev/null'], {
    cwd: folder,
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  onTestFinished(() => {
    terminal.kill('SIGKILL')
  })
  let screen = ''
  terminal.stdout.on('data', (chunk) => {
    screen += chunk
  })
  return {
    folder,
    env,
    requests: emulator.requests,
    type: (text: string) => terminal.stdin.write(text),
    ended: once(terminal, 'close').then(([code]) => code as number),
    get screen() {
      return screen
    },
    /** What was drawn, one redrawing a line. */
    get drawn() {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal's escape sequences
      return screen.split(/\x1b\[1G|\r?\n/).map((line) => line.replace(/\x1b(\[[?\d;]*[A-Za-z]|[78])/g, ''))
    },
  }
}

describe.skipIf(!available && process.env.CI !== 'true')('embed in a terminal', () => {
  it('draws a bar with records, tokens, rate and time left, and clears up behind it', async () => {
    const terminal = await inTerminal(300)
    expect(await terminal.ended).toBe(0)
    expect(terminal.drawn).toContainEqual(
      expect.stringMatching(/^█+░+ \d+ % \| [\d,]+\/5,000 \| [\d,]+ tokens, [\d,]+\/s, \d+ s left$/),
    )
    expect(terminal.drawn.at(-2)).toMatch(
      /^Embedded 5,000 records into out\.jsonl in \d+ s: [\d,]+ tokens of /,
    )
    // the cursor is shown again
    expect(terminal.screen.lastIndexOf('\x1b[?25h')).toBeGreaterThan(terminal.screen.lastIndexOf('\x1b[?25l'))
  })

  it('draws nothing on a terminal that cannot', async () => {
    const terminal = await inTerminal(0, 'dumb')
    expect(await terminal.ended).toBe(0)
    expect(terminal.screen).toMatch(/^Embedded 5,000 records/)
    expect(terminal.screen).not.toContain('\x1b')
  })

  it('takes a second Ctrl-C, which ends it at once, and shows the cursor again', async () => {
    const terminal = await inTerminal(3_000)
    await expect.poll(() => terminal.requests.length, { timeout: 20_000 }).toBeGreaterThan(0)
    terminal.type('\x03')
    await expect.poll(() => terminal.screen, { timeout: 20_000 }).toContain('Ctrl-C again')
    await expect.poll(() => terminal.screen.split('Ctrl-C again')[1], { timeout: 20_000 }).toContain('tokens')
    terminal.type('\x03')
    expect(await terminal.ended).toBe(130)
    expect(terminal.screen.lastIndexOf('\x1b[?25h')).toBeGreaterThan(terminal.screen.lastIndexOf('\x1b[?25l'))
  })

  it('takes Ctrl-C: finishes requests under way, says how to resume, and resumes', async () => {
    const terminal = await inTerminal(300)
    await expect.poll(() => terminal.screen, { timeout: 20_000 }).toContain('/s, ')
    terminal.type('\x03')
    expect(await terminal.ended).toBe(130)
    expect(terminal.drawn.join('\n')).toMatch(
      /Stopping: requests under way are finished first\. Ctrl-C again stops at once\.\n.*Stopped after [\d,]+ records\. Finished records are kept; run the same command again for the rest\./s,
    )
    expect(existsSync(join(terminal.folder, 'out.jsonl'))).toBe(false)
    expect((await run(terminal.folder, args, terminal.env as Record<string, string>)).code).toBe(0)
    expect((await readFile(join(terminal.folder, 'out.jsonl'), 'utf8')).split('\n')).toHaveLength(5_001)
  })
})
