import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { looksLikeToken } from '../../src/core/http/token.ts'
import type { CreatedToken, Token } from '../../src/shared/tool-schemas.ts'
import { tempHome } from '../support/temp-core.ts'
import { findSecret } from './forms-of.ts'
import { latchkey, type Ran } from './latchkey.ts'

let temp: ReturnType<typeof tempHome>
const run = (...args: string[]): Promise<Ran> => latchkey(['token', ...args], { home: temp.home })
const json = async <T>(...args: string[]): Promise<T> => JSON.parse((await run(...args, '--json')).stdout) as T

beforeAll(async () => {
  temp = tempHome()
  await latchkey(['status'], { home: temp.home })
})
afterAll(() => temp[Symbol.dispose]())

const SPEND = ['--spend-per-day', '5', '--spend-per-month', '$25.50', '--tpm', '9000']

describe('token', { timeout: 120_000 }, () => {
  it('is made, listed, changed and revoked', async () => {
    expect(await run('list')).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('no tokens yet') })

    const made = await run('add', 'codex', '--providers', 'openai,xai', '--days', '7', '--rpm', '60', ...SPEND)
    expect(made.code).toBe(0)
    const token = made.stdout.trim()
    expect(looksLikeToken(token)).toBe(true)
    expect(made.stderr).toContain('Made the token of codex. It is shown this once')
    expect(findSecret(token, { stderr: made.stderr }, [temp.home])).toEqual([])

    const listed = await run('list')
    expect(listed.stdout).toMatch(/^NAME +KIND +TOKEN +MAY USE +LIMITS +THIS MONTH +EXPIRES +LAST USED\n/)
    const limits = /60 req\/min, 9000 tok\/min, \$5\.00\/day, \$25\.50\/month +\$0\.00/.source
    const row = `^codex +tool +lk_\\w{4}… +openai, xai +${limits} +\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\dZ +never$`
    expect(listed.stdout).toMatch(new RegExp(row, 'm'))
    expect(await json<Token[]>('list')).toMatchObject([{ spend_per_month: 25.5, tokens_per_minute: 9000 }])

    const edited = await run(
      'edit',
      'codex',
      '--name',
      'codex-2',
      '--providers',
      'all',
      '--rpm',
      'unlimited',
      '--spend-per-day',
      'unlimited',
    )
    expect(edited).toEqual({ code: 0, stdout: '', stderr: 'Changed the token of codex-2.\n' })
    expect(await json<Token[]>('list')).toMatchObject([
      { name: 'codex-2', providers: null, requests_per_minute: null, spend_per_day: null, spend_per_month: 25.5 },
    ])

    expect(await run('pause')).toMatchObject({ code: 0, stderr: expect.stringContaining('All tools are paused.') })
    expect((await run('list')).stderr).toContain('All tools are paused since')
    expect(await run('resume')).toEqual({ code: 0, stdout: '', stderr: 'All tools go on.\n' })

    expect(await run('revoke', 'codex-2')).toEqual({ code: 0, stdout: '', stderr: 'Revoked the token of codex-2.\n' })
    expect(await json('list')).toEqual([])
    expect((await run('list', '--all')).stdout).toMatch(/^codex-2 .* revoked \d{4}-\d\d-\d\d \d\d:\d\dZ +never$/m)
  })

  it('is not the only thing with limits: all tools together may have some at a provider', async () => {
    const limits = (...args: string[]): Promise<Ran> =>
      latchkey(['provider', 'limits', 'xai', ...args], { home: temp.home })
    const set = await limits('--spend-per-month', '100', '--rpm', '60')
    expect(set.stderr).toBe('All tools together may use of xai: 60 req/min, $100.00/month\n')
    await limits('--rpm', 'unlimited')
    expect(JSON.parse((await limits('--json')).stdout)).toMatchObject({
      spend_per_month: 100,
      requests_per_minute: null,
    })
  })

  it('of kind admin is asked for by its option, and for programs the answer is JSON', async () => {
    const made = await json<CreatedToken>('add', 'manager', '--admin')
    expect(made).toMatchObject({ name: 'manager', kind: 'admin', token: expect.stringMatching(/^lk_/) })
    const refused = await run('edit', 'manager', '--rpm', '5')
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('has no limits')])
  })

  it('is printed for a helper command: the token alone, and a new one each time', async () => {
    await run('add', 'helper')
    const [first, second] = [await run('print', 'helper'), await run('print', 'helper')]
    expect([first.code, first.stderr, looksLikeToken(first.stdout.trimEnd())]).toEqual([0, '', true])
    expect(second.stdout).not.toBe(first.stdout)
    expect((await json<Token[]>('list')).filter(({ name }) => name === 'helper')).toHaveLength(1)
    expect(await run('print', 'hlper')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('helper'),
    })
  })

  it('says what is wrong with what was typed', async () => {
    await run('add', 'codex')
    for (const [args, code, sentence] of [
      [['add', 'codex'], 1, "Token with name 'codex' already exists"],
      [['add', 'new', '--providers', 'opnai'], 1, "Provider with name 'opnai' not found"],
      [['add', 'new', '--models', 'gpt-6-sol'], 1, 'Write a model as provider/model'],
      [['add', 'new', '--days', '2'], 2, '1, 7, 30, 90'],
      [['add', 'new', '--rpm', 'many'], 2, '--rpm takes a whole number'],
      [['add', 'new', '--spend-per-day', '5 EUR'], 2, '--spend-per-day takes US dollars'],
      [['add', 'new', '--spend-per-day', '0'], 1, 'Allow at least $0.01'],
      [['edit', 'codex'], 2, 'Nothing to change was given'],
      [['revoke', 'codxe'], 1, 'Did you mean codex?'],
    ] as const) {
      const ran = await run(...args)
      expect([args, ran.code, ran.stderr]).toEqual([args, code, expect.stringContaining(sentence)])
    }
  })
})
