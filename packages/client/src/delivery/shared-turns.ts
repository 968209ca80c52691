import { ModelBudget } from '../budget/model-budget.js'
import type { Load } from '../budget/rate-budget.js'
import type { BudgetEntry, SharedBudget } from '../budget/shared-budget.js'
import { afterReactions } from './after-reactions.js'
import { enterShared } from './enter-shared.js'
import { type Candidate, Turns } from './turns.js'

/**
 * Turns where a shared budget says who may go. It is asked before a slot is taken, so that a model that waits for it
 * keeps no slot from another. Of each model and input type at most `slots` requests ask, or have been let in and wait
 * for a slot: the others stay in line, where a single request passes a bulk job's.
 */
export class SharedTurns {
  readonly #shared: SharedBudget
  readonly #turns: Turns
  readonly #slots: number
  readonly #lines = new WeakMap<ModelBudget, Turns>()

  constructor(shared: SharedBudget, turns: Turns, slots: number) {
    this.#shared = shared
    this.#turns = turns
    this.#slots = slots
  }

  /** As `Turns.take`, with the entry that is to be told how the request ended. */
  async take(candidate: Candidate, load: Load): Promise<{ enteredAt: number; entry: BudgetEntry }> {
    const { call, budget, amount } = candidate
    const line = this.#lineOf(budget)
    await line.take({ ...candidate, budget: ASKED_ELSEWHERE })
    let entry: BudgetEntry | undefined
    try {
      entry = await enterShared(this.#shared, load, amount, call)
      return { enteredAt: await this.#turns.take(candidate), entry }
    } catch (error) {
      entry?.failed()
      throw error
    } finally {
      // Nobody asks before the call has heard of a failure.
      afterReactions(() => line.release())
    }
  }

  #lineOf(budget: ModelBudget): Turns {
    const line = this.#lines.get(budget) ?? new Turns(this.#slots)
    this.#lines.set(budget, line)
    return line
  }
}

/** Has no limits. */
const ASKED_ELSEWHERE = new ModelBudget({}, 0)
