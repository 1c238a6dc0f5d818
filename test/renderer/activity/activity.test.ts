import { describe, expect, it } from 'vitest'
import { actorInWords, eventInWords, refusalOf } from '../../../src/renderer/activity/event-in-words.ts'
import { rowsOf } from '../../../src/renderer/activity/event-rows.ts'
import { dayHeading } from '../../../src/renderer/words.ts'
import type { AuditEvent } from '../../../src/shared/audit-schemas.ts'

const event = (more: Partial<AuditEvent> = {}): AuditEvent => ({
  seq: 1,
  at: '2026-11-23T14:28:07.000Z',
  door: 'rest',
  caller: 'codex',
  os_user: 'me',
  pid: 1,
  act: 'key.use',
  provider: 'openai',
  detail: {},
  ...more,
})

describe('the list of events', () => {
  it('gathers uses of one key by one tool within a minute, and nothing else', () => {
    const rows = rowsOf([
      event({ seq: 6 }),
      event({ seq: 5, at: '2026-11-23T14:28:01.000Z' }),
      event({ seq: 4, at: '2026-11-23T14:27:59.000Z' }),
      event({ seq: 3, at: '2026-11-23T14:27:59.000Z', caller: 'other' }),
      event({ seq: 2, act: 'key.copy' }),
      event({ seq: 1, act: 'key.copy' }),
    ])
    expect(rows.map(({ event, number }) => [event.seq, number])).toEqual([
      [6, 2],
      [4, 1],
      [3, 1],
      [2, 1],
      [1, 1],
    ])
  })

  it('says what happened, and names what has no words yet as it is written down', () => {
    const said = (more: Partial<AuditEvent>, number = 1) => eventInWords({ event: event(more), number })
    expect(said({ detail: { model: 'gpt-5.1' } })).toBe('Used the key for gpt-5.1')
    expect(said({}, 41)).toBe('Used the key, 41 requests in a minute')
    expect(said({ act: 'token.revoke', detail: { token: 'codex' } })).toBe('Revoked the token of codex')
    expect(said({ act: 'something.new' })).toBe('something.new')
    expect(said({ act: 'refused.token', detail: { count: 44 } })).toBe('Request without a valid token, 44 times more')
  })

  it('says who it was and why it was refused', () => {
    const stranger = event({ act: 'refused.token', caller: null, detail: { why: 'token_expired' } })
    expect([actorInWords(stranger), refusalOf(stranger)]).toEqual(['Unknown', 'Refused: expired'])
    expect(refusalOf(event({ act: 'refused.key', detail: {} }))).toBe('Refused: not released')
    expect(refusalOf(event())).toBeUndefined()
    expect(actorInWords(event({ door: 'start', caller: null }))).toBe('Latchkey')
  })

  it('is headed by the day', () => {
    const now = new Date(2026, 10, 23, 14)
    expect(dayHeading(new Date(2026, 10, 23), now)).toBe('Today, 23 November')
    expect(dayHeading(new Date(2026, 10, 22, 23), now)).toBe('Yesterday, 22 November')
    expect(dayHeading(new Date(2025, 11, 31), now)).toBe('Wednesday, 31 December 2025')
  })
})
