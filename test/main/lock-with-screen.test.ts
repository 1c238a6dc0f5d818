import { EventEmitter } from 'node:events'
import { expect, it } from 'vitest'
import { lockWithScreen } from '../../src/main/lock-with-screen.ts'

it('locks when the screen is locked and when the machine goes to sleep, and says which it was', () => {
  const power = new EventEmitter()
  const reasons: string[] = []
  lockWithScreen(power, (reason) => reasons.push(reason))
  for (const event of ['lock-screen', 'unlock-screen', 'suspend', 'resume']) power.emit(event)
  expect(reasons).toEqual(['screen', 'suspend'])
})
