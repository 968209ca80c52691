import { seededRandom } from '../../texts/random.js'

/** A kind of service: what it takes, and when it refuses. */
export interface Service {
  /** 0 if it would take the request now, or else after how many milliseconds. */
  wait(amount: number, now: number): number
  /** Takes it, after `wait` was 0. */
  take?(amount: number, now: number): void
  /** An answer is on its way back. */
  done?(): void
  /** Whether refusals have nothing to do with the load: then only the refused request waits. */
  readonly isNoise?: boolean
  /** Share of an answer's time in which the request is on its way to the service. Default a half. */
  readonly onTheWay?: number
}

/** A token bucket, so many seconds deep. */
export function bucket(perSecond: number, depth: number, fill = 1): Service {
  const capacity = perSecond * depth
  let level = capacity * fill
  let at = 0
  return {
    wait(amount, now) {
      level = Math.min(capacity, level + ((now - at) / 1000) * perSecond)
      at = now
      const missing = Math.min(amount, capacity) - level
      return missing > 1e-6 ? (missing / perSecond) * 1000 : 0
    },
    take(amount) {
      level -= amount
    },
  }
}

/** A fixed window of so many seconds, which began `begun` seconds ago, with the share `spent` of it used up. */
export function fixedWindow(perSecond: number, seconds: number, begun = 0, spent = 0): Service {
  const most = perSecond * seconds
  const length = seconds * 1000
  let window = 0
  let used = most * spent
  const windowOf = (now: number) => Math.floor((now + begun * 1000) / length)
  return {
    wait(amount, now) {
      if (windowOf(now) !== window) {
        window = windowOf(now)
        used = 0
      }
      return used > 0 && used + amount > most ? (window + 1) * length - begun * 1000 - now : 0
    },
    take(amount) {
      used += amount
    },
  }
}

/** At most so much within any window of so many seconds. */
export function slidingWindow(perSecond: number, seconds: number, spent = 0): Service {
  const most = perSecond * seconds
  const length = seconds * 1000
  const taken: { at: number; amount: number }[] = spent > 0 ? [{ at: -length / 2, amount: most * spent }] : []
  let used = most * spent
  return {
    wait(amount, now) {
      for (let first = taken[0]; first && first.at <= now - length; first = taken[0]) {
        used -= first.amount
        taken.shift()
      }
      let missing = used + amount - most
      if (used <= 0 || missing <= 0) return 0
      for (const { at, amount: freed } of taken) {
        missing -= freed
        if (missing <= 0) return at + length - now
      }
      return length
    },
    take(amount, now) {
      taken.push({ at: now, amount })
      used += amount
    },
  }
}

/** Refuses that share of the requests, whatever the rate. */
export function random(share: number): Service {
  const next = seededRandom(55_433)
  return { isNoise: true, wait: () => (next() < share ? 1000 : 0) }
}

/** Refuses everything between these times, in seconds. */
export function outage(from: number, until: number, seenAhead = true): Service {
  return {
    wait: (_, now) =>
      now >= from * 1000 && now < until * 1000 ? (seenAhead ? until * 1000 - now : 1000) : 0,
  }
}

/** Refuses what comes between these times, in seconds; each is to come again after one. */
export function burst(from: number, until: number): Service {
  return {
    isNoise: true,
    wait: (_, now) => (now >= from * 1000 && now < until * 1000 ? 1000 : 0),
  }
}

/** So many requests at a time; a tenth of an answer's time is the way to the service, the rest is its work. */
export function atATime(most: number, onTheWay = 0.1): Service {
  let inside = 0
  return {
    onTheWay,
    wait: () => (inside >= most ? 100 : 0),
    take: () => void inside++,
    done: () => void inside--,
  }
}

/** All of them have to agree; some count the amount, some the requests. */
export function all(...services: readonly (readonly [Service, counts: 'amount' | 'requests'])[]): Service {
  const counted = (amount: number, counts: 'amount' | 'requests') => (counts === 'amount' ? amount : 1)
  return {
    wait: (amount, now) =>
      Math.max(...services.map(([service, counts]) => service.wait(counted(amount, counts), now))),
    take(amount, now) {
      for (const [service, counts] of services) service.take?.(counted(amount, counts), now)
    },
  }
}
