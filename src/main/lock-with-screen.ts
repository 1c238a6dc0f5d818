import type { EventEmitter } from 'node:events'
import type { LockReason } from '../shared/lock-schemas.ts'

/** Calls `lock` when the screen is locked and when the machine goes to sleep. */
export function lockWithScreen(power: Pick<EventEmitter, 'on'>, lock: (reason: LockReason) => void): void {
  power.on('lock-screen', () => lock('screen'))
  power.on('suspend', () => lock('suspend'))
}
