import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { noLimits } from '../../src/shared/limit-schemas.ts'
import type { Actor } from '../../src/core/actor.ts'
import type {
  NewTokenRow,
  NewUse,
  TokenRow,
  TokenStore,
  UsageGroup,
  UsageQuery,
  UseEnding,
} from '../../src/core/store/token-store.ts'
import type { OpenedStore } from './store-suite.ts'

const by: Actor = { door: 'cli', os_user: 'tester', pid: 42 }

let made = 0
function newToken(name: string, more: Partial<NewTokenRow> = {}): NewTokenRow {
  made += 1
  const limits = { providers: null, models: null, ...noLimits, expires_at: null }
  return { name, kind: 'tool', prefix: 'lk_1234', sha256: Buffer.alloc(32, made), ...limits, ...more }
}

const useOf = ({ id, name }: TokenRow, more: Partial<NewUse> = {}): NewUse => ({
  token_id: id,
  caller: name,
  provider: 'p',
  key_id: 'k',
  model: 'm',
  method: 'POST',
  route: '/chat/completions',
  attempt: 1,
  costs: true,
  ...more,
})

/** What every store has to hold of tokens and uses. `uses` reads the rows behind the port's back. */
export function testTokens(name: string, open: () => Promise<OpenedStore & { uses(): unknown[] }>): void {
  describe(`the tokens of the ${name} store`, () => {
    let opened: Awaited<ReturnType<typeof open>>
    let tokens: TokenStore
    beforeEach(async () => {
      opened = await open()
      tokens = opened.store.tokens
    })
    afterEach(async () => {
      vi.useRealTimers()
      await opened.close()
    })
    const everything = async (): Promise<unknown> => [await tokens.list(), opened.uses(), opened.audit()]
    const audited = () => opened.audit().map(({ act, detail }) => [act, detail])

    it('keep every field they were given', async () => {
      const limits = { requests_per_minute: 60, tokens_per_minute: 9, spend_per_day: 0.5, spend_per_month: 7.25 }
      const given = newToken('a', {
        providers: ['openai'],
        models: ['openai/m'],
        ...limits,
        expires_at: '2030-01-01T00:00:00.000Z',
      })
      const row = await tokens.insert(given, by)
      expect(row).toEqual({ ...given, id: row.id, created_at: row.created_at, last_used_at: null, revoked_at: null })
      expect(await tokens.list()).toEqual([row])
      const { providers, models, expires_at } = given
      const said = { token: 'a', kind: 'tool', providers, models, ...limits, expires_at }
      expect(audited()).toEqual([['token.create', said]])
    })

    it('have a name that is theirs alone until they are revoked', async () => {
      const { id } = await tokens.insert(newToken('a'), by)
      const b = await tokens.insert(newToken('b'), by)
      const before = await everything()
      const taken = { code: 'token_exists', message: "Token with name 'a' already exists" }
      await expect(tokens.insert(newToken('a'), by)).rejects.toMatchObject(taken)
      await expect(tokens.update(b.id, { name: 'a' }, by)).rejects.toMatchObject(taken)
      expect(await everything()).toEqual(before)
      await tokens.revoke(id, by)
      await tokens.insert(newToken('a'), by)
      expect((await tokens.list()).map(({ name, revoked_at }) => [name, revoked_at !== null])).toEqual([
        ['a', true],
        ['b', false],
        ['a', false],
      ])
    })

    it('are replaced by name: the one before is revoked with the same act', async () => {
      await tokens.replace(newToken('a'), by)
      const second = await tokens.replace(newToken('a'), by)
      const list = await tokens.list()
      expect(list.filter(({ revoked_at }) => revoked_at === null)).toEqual([second])
      expect(list).toHaveLength(2)
      expect(opened.audit()).toHaveLength(2)
    })

    it('change in what is given and nothing else; what changes nothing writes nothing', async () => {
      const row = await tokens.insert(newToken('a', { providers: ['p'] }), by)
      const changed = await tokens.update(row.id, { name: 'b', requests_per_minute: 5, providers: ['p'] }, by)
      expect(changed).toEqual({ ...row, name: 'b', requests_per_minute: 5 })
      expect(audited().at(-1)).toEqual(['token.update', { token: 'a', name: 'b', requests_per_minute: 5 }])
      const before = await everything()
      await tokens.update(row.id, { name: 'b', providers: ['p'] }, by)
      expect(await everything()).toEqual(before)
      expect(await tokens.update(row.id, { providers: null }, by)).toMatchObject({ providers: null })
    })

    it('are printed anew as one that counts as them; what has expired is gone with the next', async () => {
      const { id } = await tokens.insert(newToken('a'), by)
      const past = { sha256: Buffer.alloc(32, 1), token_id: id, expires_at: '2026-01-01T00:00:00.000Z' }
      const later = { sha256: Buffer.alloc(32, 2), token_id: id, expires_at: '2126-01-01T00:00:00.000Z' }
      await tokens.print(past, by)
      expect(await tokens.listPrinted()).toEqual([past])
      await tokens.print(later, by)
      expect(await tokens.listPrinted()).toEqual([later])
      expect(audited().at(-1)).toEqual(['token.print', { token: 'a', expires_at: later.expires_at }])
      expect(await tokens.list()).toHaveLength(1)
      await tokens.revoke(id, by)
      const before = await everything()
      await expect(tokens.print(later, by)).rejects.toMatchObject({ code: 'token_not_found' })
      expect(await everything()).toEqual(before)
    })

    it('that are not there, or no longer, are said to be so by every act', async () => {
      const { id } = await tokens.insert(newToken('a'), by)
      await tokens.revoke(id, by)
      const before = await everything()
      for (const missing of [id, 99]) {
        const error = { code: 'token_not_found', message: `Token with ID ${missing} not found` }
        await expect(tokens.update(missing, { name: 'b' }, by)).rejects.toMatchObject(error)
        await expect(tokens.revoke(missing, by)).rejects.toMatchObject(error)
      }
      expect(await everything()).toEqual(before)
    })

    describe('a use', () => {
      it('is written down with its audit row, and how it ended is added to it', async () => {
        const token = await tokens.insert(newToken('a'), by)
        const use = await tokens.beginUse(useOf(token), by)
        await tokens.beginUse(useOf(token, { token_id: null, caller: 'run', model: null, key_id: null }), by)
        const sums = { input_tokens: 9, output_tokens: 5, cached_tokens: 1, cost: 0.25, estimated: false }
        const ending = { status: 200, outcome: 'complete', first_byte_ms: 1.5, total_ms: 2, model: 'said', ...sums }
        await tokens.endUses([
          { ...use, ...ending },
          { ...use, id: use.id + 1, at: use.at - 9, ...ending },
        ])
        const { method: _, costs: __, ...kept } = useOf(token)
        const { id, at } = use
        const open = { status: null, outcome: null, first_byte_ms: null, total_ms: null }
        expect(opened.uses()).toMatchObject([
          // The model stays as it was asked for.
          { ...kept, id, at, ...ending, estimated: 0, model: 'm' },
          { token_id: null, caller: 'run', model: null, key_id: null, ...open },
        ])
        const detail = { method: 'POST', route: '/chat/completions', model: 'm', key_id: 'k' }
        expect(audited().slice(1)).toEqual([
          ['key.use', detail],
          ['key.use', { ...detail, model: null, key_id: null }],
        ])
        expect(await tokens.list()).toMatchObject([{ last_used_at: new Date(use.at).toISOString() }])
      })

      it('is summed up by day, tool, provider, model and key; what is not known is counted and not guessed', async () => {
        vi.useFakeTimers({ toFake: ['Date'], now: new Date(2026, 0, 1, 12) })
        const a = await tokens.insert(newToken('a'), by)
        const ending = { outcome: 'complete', first_byte_ms: 1, total_ms: 2, model: null }
        const took = (cost: number | null) => ({
          input_tokens: 9,
          output_tokens: 5,
          cached_tokens: 1,
          cost,
          estimated: false,
        })
        const unknown = { input_tokens: null, output_tokens: null, cached_tokens: null, cost: null, estimated: false }
        const first = await tokens.beginUse(useOf(a), by)
        await tokens.update(a.id, { name: 'renamed' }, by)
        const second = await tokens.beginUse(useOf(a, { provider: 'q', model: null, key_id: null }), by)
        vi.setSystemTime(new Date(2026, 0, 2, 0, 0, 0))
        const third = await tokens.beginUse(useOf(a, { token_id: null, caller: 'run' }), by)
        await tokens.endUses([
          { ...first, ...ending, status: 200, ...took(0.5) },
          { ...second, ...ending, status: 500, ...took(null) },
          { ...third, ...ending, status: 200, ...unknown },
        ])
        const from = new Date(2026, 0, 1).getTime()
        const sum = async (group: UsageGroup, to = new Date(2026, 0, 3).getTime()) =>
          (await tokens.sumUses({ from, to, by: group })).map((row) => [row.group, row.requests])
        expect(await sum('day')).toEqual([
          ['2026-01-01', 2],
          ['2026-01-02', 1],
        ])
        expect(await sum('day', third.at)).toEqual([['2026-01-01', 2]])
        expect(await sum('tool')).toEqual([
          ['renamed', 2],
          ['run', 1],
        ])
        expect(await sum('provider')).toEqual([
          ['p', 2],
          ['q', 1],
        ])
        expect(await sum('model')).toEqual([
          [null, 1],
          ['p/m', 2],
        ])
        expect(await sum('key')).toEqual([
          ['p k', 2],
          ['q', 1],
        ])
        expect(await tokens.sumUses({ from, to: third.at, by: 'day' })).toEqual([
          {
            group: '2026-01-01',
            part: null,
            requests: 2,
            failed: 1,
            input_tokens: 18,
            output_tokens: 10,
            cached_tokens: 2,
            cost: 0.5,
            estimated: 0,
            unmeasured: 0,
            unpriced: 1,
          },
        ])
        expect(await tokens.sumUses({ from: third.at, to: third.at + 1, by: 'day' })).toMatchObject([
          { input_tokens: 0, cost: 0, unmeasured: 1, unpriced: 1 },
        ])
        const parts = async (query: Partial<UsageQuery>) =>
          (await tokens.sumUses({ from, to: Date.now() + 1, by: 'day', split_by: 'provider', ...query })).map((row) => [
            row.group,
            row.part,
            row.requests,
          ])
        expect(await parts({})).toEqual([
          ['2026-01-01', 'p', 1],
          ['2026-01-01', 'q', 1],
          ['2026-01-02', 'p', 1],
        ])
        expect(await parts({ tool: 'renamed' })).toEqual([
          ['2026-01-01', 'p', 1],
          ['2026-01-01', 'q', 1],
        ])
        expect(await parts({ provider: 'q', tool: 'run' })).toEqual([])
      })

      it('of a token that is revoked, expired or gone is refused, and nothing is written', async () => {
        const revoked = await tokens.insert(newToken('revoked'), by)
        await tokens.revoke(revoked.id, by)
        const expires_at = new Date(Date.now() - 1).toISOString()
        const expired = await tokens.insert(newToken('expired', { expires_at }), by)
        const before = await everything()
        await expect(tokens.beginUse(useOf(revoked), by)).rejects.toMatchObject({ code: 'token_revoked', status: 401 })
        await expect(tokens.beginUse(useOf(expired), by)).rejects.toMatchObject({ code: 'token_expired', status: 401 })
        await expect(tokens.beginUse(useOf({ ...expired, id: 99 }), by)).rejects.toMatchObject({ code: 'unauthorized' })
        expect(await everything()).toEqual(before)
      })

      it('is refused in the very commit that revokes its token, and allowed in the one that raises its limit', async () => {
        const a = await tokens.insert(newToken('a'), by)
        const b = await tokens.insert(newToken('b', { requests_per_minute: 1 }), by)
        for (const token of [a, b]) await tokens.beginUse(useOf(token), by)
        const [, refused, , allowed] = await Promise.allSettled([
          tokens.revoke(a.id, by),
          tokens.beginUse(useOf(a), by),
          tokens.update(b.id, { requests_per_minute: 2 }, by),
          tokens.beginUse(useOf(b), by),
        ])
        expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'token_revoked' } })
        expect(allowed).toMatchObject({ status: 'fulfilled' })
      })

      it('is allowed as often a minute as the token may, of fifty at once and however the clock jumps', async () => {
        vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-01-01T00:00:00Z') })
        const token = await tokens.insert(newToken('a', { requests_per_minute: 3 }), by)
        const other = await tokens.insert(newToken('b', { requests_per_minute: 3 }), by)
        const tries = await Promise.allSettled(Array.from({ length: 50 }, () => tokens.beginUse(useOf(token), by)))
        expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
        await tokens.beginUse(useOf(other), by)
        await tokens.beginUse(useOf(token, { attempt: 2 }), by)
        const refused = (seconds: number) => ({
          code: 'rate_limited',
          status: 429,
          body: { hint: expect.stringContaining(`Try again in ${seconds} seconds`) },
        })
        vi.setSystemTime(Date.now() + 20_000)
        await expect(tokens.beginUse(useOf(token), by)).rejects.toMatchObject(refused(40))
        vi.setSystemTime(Date.now() + 40_000)
        await tokens.beginUse(useOf(token), by)
        vi.setSystemTime(Date.now() - 3_600_000)
        await tokens.beginUse(useOf(token), by)
        expect(opened.uses()).toHaveLength(7)
        // Back where the clock was: what was used there still counts.
        vi.setSystemTime(Date.now() + 3_600_000)
        for (let i = 0; i < 2; i++) await tokens.beginUse(useOf(token), by)
        await expect(tokens.beginUse(useOf(token), by)).rejects.toMatchObject(refused(60))
      })
    })

    it('keeps uses for 400 days, and drops older ones when later ones end', async () => {
      vi.useFakeTimers({ toFake: ['Date'], now: new Date(2026, 0, 1, 12) })
      const token = await tokens.insert(newToken('a'), by)
      const end = async (): Promise<void> => {
        const ending = { status: 200, outcome: 'complete', first_byte_ms: 1, total_ms: 2, model: null }
        const took = { input_tokens: 1, output_tokens: 1, cached_tokens: 0, cost: 1, estimated: false }
        await tokens.endUses([{ ...(await tokens.beginUse(useOf(token), by)), ...ending, ...took }])
      }
      await end()
      vi.setSystemTime(new Date(2026, 0, 401, 11))
      await end()
      expect(opened.uses()).toHaveLength(2)
      vi.setSystemTime(new Date(2026, 0, 401, 13))
      await end()
      expect(opened.uses()).toHaveLength(2)
    })

    describe('a limit', () => {
      const took = (cost: number | null, more: Partial<UseEnding> = {}) => ({
        status: 200,
        outcome: 'complete',
        first_byte_ms: 1,
        total_ms: 2,
        model: null,
        input_tokens: 6,
        output_tokens: 4,
        cached_tokens: 0,
        cost,
        estimated: false,
        ...more,
      })
      const spend = async (token: TokenRow, cost: number | null, more: Partial<UseEnding> = {}): Promise<void> =>
        tokens.endUses([{ ...(await tokens.beginUse(useOf(token), by)), ...took(cost, more) }])

      it('in money refuses what comes after it is reached, until the next day or month of the calendar', async () => {
        vi.useFakeTimers({ toFake: ['Date'], now: new Date(2026, 0, 30, 23, 59) })
        const token = await tokens.insert(newToken('a', { spend_per_day: 1, spend_per_month: 2.5 }), by)
        await spend(token, 0.75)
        expect(await tokens.beginUse(useOf(token), by)).toMatchObject({ left: 0.25 })
        await spend(token, 0.5)
        const before = await everything()
        await expect(tokens.beginUse(useOf(token), by)).rejects.toMatchObject({
          code: 'spend_limited',
          status: 429,
          message: "The limit of token 'a' is reached: $1.00 a day, and $1.25 has been spent",
        })
        expect(await everything()).toEqual(before)
        // What costs nothing is no matter of money.
        expect(await tokens.beginUse(useOf(token, { costs: false }), by)).toMatchObject({ left: null })
        vi.setSystemTime(new Date(2026, 0, 31))
        await spend(token, 1.25)
        await expect(tokens.beginUse(useOf(token), by)).rejects.toMatchObject({
          message: "The limit of token 'a' is reached: $1.00 a day, and $1.25 has been spent",
        })
        await tokens.update(token.id, { spend_per_day: null }, by)
        await expect(tokens.beginUse(useOf(token), by)).rejects.toMatchObject({
          message: "The limit of token 'a' is reached: $2.50 a month, and $2.50 has been spent",
          body: { hint: 'Wait for the next month, or raise the limit in Latchkey.' },
        })
        vi.setSystemTime(new Date(2026, 1, 1))
        expect(await tokens.beginUse(useOf(token), by)).toMatchObject({ left: 2.5 })
      })

      it('in money counts a use from its beginning by its estimate, then by what it really took', async () => {
        const token = await tokens.insert(newToken('a', { spend_per_day: 1 }), by)
        const estimate = { input_tokens: 100, cost: 0.4 }
        const { left, ...first } = await tokens.beginUse(useOf(token, { estimate }), by)
        expect(left).toBe(1)
        const running = { ...first, token_id: token.id, provider: 'p' }
        const so_far = { input_tokens: 100, output_tokens: 50, cost: 0.75, total_ms: 1_000 }
        expect(await tokens.noteUse(running, so_far)).toBe(0.25)
        expect(opened.uses()).toMatchObject([{ output_tokens: 50, cost: 0.75, estimated: 1, outcome: null }])
        await expect(tokens.noteUse(running, { ...so_far, cost: 1 })).rejects.toMatchObject({ code: 'spend_limited' })
        await expect(tokens.beginUse(useOf(token), by)).rejects.toMatchObject({ code: 'spend_limited' })
        expect((await tokens.spendByToken()).get(token.id)).toEqual({ day: 1, month: 1, estimated: 1, unpriced: 0 })
        await tokens.endUses([{ ...first, ...took(0.1) }])
        await spend(token, 0.2, { estimated: true })
        await spend(token, null)
        expect((await tokens.spendByToken()).get(token.id)).toEqual({
          day: expect.closeTo(0.3),
          month: expect.closeTo(0.3),
          estimated: 1,
          unpriced: 1,
        })
        // What ended is not noted any more.
        expect(await tokens.noteUse(running, so_far)).toBeCloseTo(0.7)
      })

      it('in tokens a minute counts a use when it ends, and holds however long that took', async () => {
        vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-01-01T00:00:00Z') })
        const token = await tokens.insert(newToken('a', { tokens_per_minute: 20 }), by)
        const slow = await tokens.beginUse(useOf(token), by)
        vi.setSystemTime(Date.now() + 90_000)
        await tokens.endUses([{ ...slow, ...took(0, { total_ms: 90_000 }) }])
        await spend(token, null)
        await expect(tokens.beginUse(useOf(token), by)).rejects.toMatchObject({
          code: 'rate_limited',
          message: "The limit of token 'a' is reached: 20 tokens a minute",
          body: { hint: 'Try again in 60 seconds, or raise the limit in Latchkey.' },
        })
        await tokens.beginUse(useOf(token, { costs: false }), by)
        vi.setSystemTime(Date.now() + 60_000)
        await tokens.beginUse(useOf(token), by)
      })
    })
  })
}
