import { hash } from 'node:crypto'

/** Words per id: 64 bits of its hash, and its number. A Set of strings takes ten times the memory. */
const WORDS = 3

/**
 * Finds repeated ids, in some 25 bytes per id. In a million ids, the probability that two different ones are taken for the
 * same is 3e-8.
 */
export class UniqueIds {
  #slots = new Uint32Array(1024 * WORDS)
  #count = 0

  /** Adds an id; returns the number of the one it repeats, if it does. Numbers are counted from 1, unless given. */
  add(id: string, number = this.#count + 1): number | undefined {
    if (this.#count * WORDS * 1.5 > this.#slots.length) this.#grow()
    this.#count++
    const digest = hash('sha1', id, 'buffer')
    return this.#insert(this.#slots, digest.readUInt32LE(0), digest.readUInt32LE(4), number)
  }

  /** Open addressing; a number of 0 marks a free slot. */
  #insert(slots: Uint32Array, low: number, high: number, number: number): number | undefined {
    const capacity = slots.length / WORDS
    for (let slot = low % capacity; ; slot = (slot + 1) % capacity) {
      const at = slot * WORDS
      const taken = slots[at + 2] ?? 0
      if (taken === 0) {
        slots[at] = low
        slots[at + 1] = high
        slots[at + 2] = number
        return undefined
      }
      if (slots[at] === low && slots[at + 1] === high) return taken
    }
  }

  #grow(): void {
    const old = this.#slots
    const larger = new Uint32Array(old.length * 2)
    for (let at = 0; at < old.length; at += WORDS) {
      const number = old[at + 2] ?? 0
      if (number !== 0) this.#insert(larger, old[at] ?? 0, old[at + 1] ?? 0, number)
    }
    this.#slots = larger
  }
}
