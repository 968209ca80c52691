import { type Emulator, type EmulatorOptions, startEmulator } from './start-emulator.js'

/**
 * A vitest fixture: a fresh emulator for each test that uses it, closed afterwards.
 *
 * @example
 * const it = test.extend({ emulator: emulatorFixture() })
 * it('embeds', async ({ emulator }) => { … })
 */
export function emulatorFixture(options: EmulatorOptions = {}) {
  // Vitest parses a fixture's source and requires its first argument to be destructured.
  // biome-ignore lint/correctness/noEmptyPattern: see above
  return async ({}: object, use: (emulator: Emulator) => Promise<void>): Promise<void> => {
    const emulator = await startEmulator(options)
    try {
      await use(emulator)
    } finally {
      await emulator.close()
    }
  }
}
