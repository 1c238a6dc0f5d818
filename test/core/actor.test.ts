import { userInfo } from 'node:os'
import { expect, it } from 'vitest'
import { actorOf } from '../../src/core/actor.ts'

it('is this process under its user, and the token that was shown', () => {
  expect(actorOf('rest', 'backup job')).toEqual({
    door: 'rest',
    caller: 'backup job',
    os_user: userInfo().username,
    pid: process.pid,
  })
  expect(actorOf('start')).not.toHaveProperty('caller')
})
