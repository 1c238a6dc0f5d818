// What all tools together may use of a provider, and whether they may use anything now.
import type { Limits } from '../../shared/limit-schemas.ts'
import type { Actor } from '../actor.ts'

/** Each act is one transaction together with its audit row, or nothing. */
export interface LimitStore {
  /** By the provider's name; without those that have none. */
  ofProviders(): Promise<Map<string, Limits>>
  /** Changes the limits given and no others; throws `provider_not_found`. Answers what holds by now. */
  setOfProvider(id: number, change: Partial<Limits>, by: Actor): Promise<Limits>
  /** What was spent at a provider, in USD: since this day began, and since this month did. */
  spentAt(provider: string): Promise<{ day: number; month: number }>
  /** Since when all tools are paused; null where they are not. */
  pausedAt(): Promise<string | null>
  /** Pauses all tools, or lets them go on. Answers as `pausedAt`. */
  pause(on: boolean, by: Actor): Promise<string | null>
}
