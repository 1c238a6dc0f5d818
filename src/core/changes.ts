import { setTimeout as delay } from 'node:timers/promises'
import type { Change } from '../shared/schemas.ts'

/** How often the vault is looked at while someone waits, and how long a wait lasts; milliseconds. */
const LOOK = 250
const LIMIT = 25_000

interface Source {
  revision(): string
  jobs(): Change['jobs']
  lock(): Change['lock']
}

/** Answers as soon as the revision differs from `since`, at once where none is given, or after 25 s. */
export async function waitForChange(source: Source, since: string | undefined, signal: AbortSignal): Promise<Change> {
  const deadline = performance.now() + LIMIT
  while (!signal.aborted && source.revision() === since && performance.now() < deadline) {
    // An abort ends the wait early, which the loop's condition sees.
    await delay(LOOK, undefined, { signal, ref: false }).catch(() => undefined)
  }
  return { revision: source.revision(), jobs: source.jobs(), lock: source.lock() }
}
