import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tempHome } from '../support/temp-core.ts'
import { latchkey, type Ran } from './latchkey.ts'
import { hasPython, onTerminal } from './on-terminal.ts'

const KEY = 'sk-proj-canary0123456789abcd1234'
const MISTRAL = 'mistral-canary0123456789abc5678'
const FIXTURES = join(import.meta.dirname, '../core/import/fixtures/origin')
/** The key that the fixtures were encrypted under, in Python. */
const ORIGIN_KEY = 'MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY='

/** A person's home with a `.env` in it, apart from the vault's. */
function person(): {
  home: string
  file: string
  run: (args: string[], options?: { env?: Record<string, string>; input?: string }) => Promise<Ran>
} & Disposable {
  const temp = tempHome()
  const own = join(temp.home, '..', 'person')
  mkdirSync(own)
  const file = join(own, '.env')
  writeFileSync(file, `PORT=1\nOPENAI_API_KEY=${KEY}\nexport MISTRAL_API_KEY='${MISTRAL}'\nXAI_API_KEY=changeme\n`)
  return {
    home: temp.home,
    file,
    run: (args, { env = {}, input = '' } = {}) =>
      latchkey(args, { home: temp.home, env: { HOME: own, ...env }, input }),
    [Symbol.dispose]: () => temp[Symbol.dispose](),
  }
}

describe('import', { timeout: 120_000 }, () => {
  it('shows provider, place and last four characters, and imports after a yes; a second time there is nothing', async () => {
    using someone = person()
    const { run, file } = someone
    const before = readFileSync(file)
    const dry = await run(['import', '--file', file, '--dry-run'])
    expect(dry.stdout).toBe(
      '1 * mistral: a new provider at https://api.mistral.ai/v1, with its key …5678\n' +
        '    MISTRAL_API_KEY in ~/.env, line 3\n' +
        '2 * openai: its key …1234\n    OPENAI_API_KEY in ~/.env, line 2\n' +
        'Left out: XAI_API_KEY in ~/.env, line 4: it is a placeholder\n',
    )
    const unasked = await run(['import', '--file', file])
    expect(unasked).toMatchObject({ code: 1 })
    expect(unasked.stderr).toContain('hint: Add --yes to import what is marked with *')
    expect((await run(['providers', '--with-keys', '--json'])).stdout).toBe('[]\n')

    const done = await run(['import', '--file', file, '--yes'])
    expect(done).toMatchObject({ code: 0 })
    expect(done.stderr).toBe(
      'Imported 2 of 2 lines.\nStill there, and no longer needed by what uses Latchkey:\n' +
        '  MISTRAL_API_KEY in ~/.env, line 3\n  OPENAI_API_KEY in ~/.env, line 2\n',
    )
    expect(readFileSync(file)).toEqual(before)
    expect(readdirSync(join(file, '..'))).toEqual(['.env'])

    const again = await run(['import', '--file', file, '--yes'])
    expect(again.stdout).toContain('openai: nothing to do, its key …1234 is in the vault')
    expect(again.stderr).toMatch(/^There is nothing to import\.\n/)
    for (const text of [dry, unasked, done, again]) {
      expect(text.stdout + text.stderr).not.toMatch(new RegExp(`${KEY.slice(0, -4)}|${MISTRAL.slice(0, -4)}`))
    }

    const taken = await run(['import', '--file', file, '--yes', '--comment-out', '--json'])
    const { commented_out } = JSON.parse(taken.stdout) as { commented_out: { backup: string; variables: string[] }[] }
    expect(commented_out.map(({ variables }) => variables)).toEqual([['MISTRAL_API_KEY', 'OPENAI_API_KEY']])
    expect(readFileSync(commented_out[0]?.backup ?? '')).toEqual(before)
    expect(readFileSync(file, 'utf8')).toMatch(
      /^PORT=1\n# OPENAI_API_KEY is kept by .*\n# MISTRAL_API_KEY is kept by .*\nXAI_API_KEY=changeme\n$/,
    )
  })

  it('looks into the environment, and the doctor says what is no longer needed there; one may stand in', async () => {
    using someone = person()
    const { run } = someone
    const env = { ANTHROPIC_API_KEY: 'sk-ant-api03-canary0123456789abcd' }
    const done = await run(['import', '--env', '--yes'], { env })
    expect(done.stdout).toContain('1 * anthropic: its key …abcd\n    ANTHROPIC_API_KEY in the environment\n')
    const doctor = await run(['doctor'], { env: { ...env, XAI_API_KEY: 'xai-not-stored' } })
    expect(doctor.stdout).toContain(
      'note    ANTHROPIC_API_KEY is set in the environment, and a key of anthropic is in the',
    )
    expect(doctor.stdout).not.toContain('XAI_API_KEY')
    const used = await run(['environment', '--use', 'on'], { env: { XAI_API_KEY: 'xai-not-stored' } })
    expect(used.stdout).toBe('Keys of the environment are used where no key is stored\nxai: XAI_API_KEY\n')
  })

  it('says what it cannot read, and what does not go together', async () => {
    using someone = person()
    const { run, home } = someone
    const missing = await run(['import', '--file', '/nonexistent/.env', '--yes'])
    expect(missing).toMatchObject({ code: 1 })
    expect(missing.stdout).toBe('Left out: /nonexistent/.env cannot be read: it does not exist\n')
    const dump = join(FIXTURES, 'copy.sql')
    expect(await run(['import', '--origin', dump])).toMatchObject({ code: 2 })
    expect(await run(['import', '--origin', dump, '--key-file', dump, '--env'])).toMatchObject({ code: 2 })
    const wrongKey = await run(['import', '--origin', dump, '--key-file', dump])
    expect(wrongKey.stderr).toContain("hint: Give the file that holds the other system's ENCRYPTION_KEY")
    expect(existsSync(join(home, 'master.key'))).toBe(true)
  })

  it("imports Open R4U's dump with its own .env, and the vault keeps its master key", async () => {
    using someone = person()
    const { run, file, home } = someone
    writeFileSync(file, `DATABASE_URL=postgres://x\nENCRYPTION_KEY=${ORIGIN_KEY}\n`)
    const args = ['import', '--origin', join(FIXTURES, 'provider.csv'), join(FIXTURES, 'model.csv'), '--key-file', file]
    const done = await run([...args, '--yes'])
    expect(done).toMatchObject({ code: 0 })
    expect(done.stdout).toContain("    The name '日本' becomes 'provider'.\n")
    expect(done.stderr).toMatch(/Imported \d+ of \d+ lines\.\n$/)
    expect(readFileSync(join(home, 'master.key'), 'utf8')).not.toContain(ORIGIN_KEY)
    expect((await run(['doctor'])).stdout).toContain('Every stored key can be used: 5.')
    expect((await run([...args, '--yes'])).stderr).toBe('There is nothing to import.\n')
  })

  it.runIf(hasPython)('lets a person choose by number', async () => {
    using someone = person()
    const { home, file, run } = someone
    const { code, screen } = await onTerminal(
      ['import', '--file', file],
      [
        { after: 'Which?', type: '7\r' },
        { after: 'Write numbers from 1 to 2', type: '1\r' },
      ],
      { home },
    )
    expect(screen).toContain('Imported 1 of 1 line.')
    expect(code).toBe(0)
    expect((await run(['providers', '--with-keys'])).stdout).toMatch(/mistral +stored/)
    expect((await run(['providers', '--with-keys'])).stdout).not.toContain('openai')
  })
})
