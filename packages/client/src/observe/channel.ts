import type { Channel } from 'node:diagnostics_channel'

type Listener = Parameters<Channel['subscribe']>[0]

/** As much of a `node:diagnostics_channel` as the client uses. */
export type EventChannel = Pick<Channel, 'name' | 'hasSubscribers' | 'subscribe' | 'publish'>

/** The diagnostics channel of that name; where Node's are not to be had, one that only this module knows. */
export function channelOf(name: string): EventChannel {
  return diagnosticsChannels()?.channel(name) ?? new LocalChannel(name)
}

function diagnosticsChannels() {
  try {
    return globalThis.process?.getBuiltinModule?.('node:diagnostics_channel')
  } catch {
    // Next.js throws where its edge runtime has none of Node's functions.
    return undefined
  }
}

class LocalChannel implements EventChannel {
  readonly name: string
  readonly #listeners: Listener[] = []

  constructor(name: string) {
    this.name = name
  }

  get hasSubscribers(): boolean {
    return this.#listeners.length > 0
  }

  subscribe(listener: Listener): void {
    this.#listeners.push(listener)
  }

  publish(event: unknown): void {
    for (const listener of this.#listeners) listener(event, this.name)
  }
}
