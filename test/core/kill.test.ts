import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { generateFernetKey } from '../../src/core/crypto/fernet.ts'
import { getDecryptedApiKey } from '../../src/core/providers/provider-service.ts'
import { bundledChild } from '../support/bundled-child.ts'
import { openTempCore, tempHome } from '../support/temp-core.ts'
import { killUnderLoad } from '../support/kill-under-load.ts'
import { ask, integrityOf, steadyDump, type Dump } from '../support/vault-dump.ts'

/** So many processes at a time: one waits for the disk while another starts. */
const WIDTH = 3

let child: Awaited<ReturnType<typeof bundledChild>>
const folder = tempHome()
const key = generateFernetKey()
const keys: Record<string, string> = { one: 'k-one', two: 'k-two', mine: 'k-mine' }

const catalog = (models: string[]): string =>
  `providers:\n  one:\n    base_url: https://one.test/v1\n    models: [${models.join(', ')}]\n  two:\n    models: [x]\n`

/** A vault with two providers of a catalog and one of the person's own, each with a key. */
const base = join(folder.home, 'base', 'home')
const emptyHome = join(folder.home, 'empty', 'home')

beforeAll(async () => {
  child = await bundledChild('kill-child.ts')
  for (const home of [base, emptyHome]) {
    mkdirSync(home, { recursive: true, mode: 0o700 })
    writeFileSync(join(home, 'models.yaml'), catalog(['a', 'b']))
  }
  await using temp = await openTempCore({ home: base, key })
  await temp.client.createProvider({ name: 'mine', display_name: 'Mine', models: ['m'] })
  for (const { id, name } of await temp.client.listProviders()) {
    await temp.client.updateProvider({ provider_id: id, api_key: keys[name] ?? '' })
  }
})
afterAll(() => {
  folder[Symbol.dispose]()
  child[Symbol.dispose]()
})

let copies = 0
function copyOf(source: string): string {
  copies += 1
  const home = join(folder.home, `copy-${copies}`, 'home')
  cpSync(source, home, { recursive: true })
  return home
}

async function runChild(
  home: string,
  act: string,
  step: number,
  master: string,
): Promise<{ killed: boolean; output: string }> {
  const started = spawn(process.execPath, [child.path, home, act, String(step)], {
    env: { ...process.env, TEST_MASTER_KEY: master },
  })
  let [output, complaint] = ['', '']
  started.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  started.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()))
  const [status, signal] = (await once(started, 'close')) as [number | null, string | null]
  if (signal !== 'SIGKILL' && status !== 0) throw new Error(`The child failed: ${complaint}`)
  return { killed: signal === 'SIGKILL', output }
}

/** Kills the act at every step, and hands each state that was left to `look`. Answers how many there were. */
async function atEveryStep(
  source: string,
  act: string,
  master: string,
  look: (home: string) => Promise<void>,
): Promise<number> {
  const kill = async (step: number): Promise<boolean> => {
    const home = copyOf(source)
    const { killed } = await runChild(home, act, step, master)
    if (killed) await look(home)
    rmSync(join(home, '..'), { recursive: true })
    return killed
  }
  for (let first = 1; ; first += WIDTH) {
    const killed = await Promise.all(Array.from({ length: WIDTH }, (_, n) => kill(first + n)))
    if (killed.includes(false)) return first - 1 + killed.filter(Boolean).length
  }
}

/** The keys that a core of this home releases, by provider. */
async function releasedKeys(home: string, master: string | null): Promise<Record<string, string>> {
  await using temp = await openTempCore({ home, key: master })
  const keyed = (await temp.client.listProviders()).filter((provider) => provider.has_api_key)
  const released = keyed.map(
    async ({ id, name }) => [name, (await getDecryptedApiKey(temp.core.vault, { id })).toString()] as const,
  )
  return Object.fromEntries(await Promise.all(released))
}

const audits = (dump: Dump): number => dump['audit']?.length ?? 0

describe('a kill at any step', () => {
  it.each(['create', 'update', 'remove key', 'delete provider', 'add model', 'delete model', 'settings', 'token'])(
    'leaves the state before or after: %s',
    async (act) => {
      const before = steadyDump(base)
      const done = copyOf(base)
      expect((await runChild(done, act, 0, key)).output).toBe('done\n')
      const after = steadyDump(done)
      expect(audits(after)).toBe(audits(before) + 1)

      const steps = await atEveryStep(base, act, key, async (home) => {
        expect(integrityOf(home)).toEqual(['ok', []])
        expect([before, after]).toContainEqual(steadyDump(home))
        const changed = {
          ...keys,
          ...(act === 'create' ? { acme: 'k-acme' } : act === 'update' ? { one: 'k-changed' } : {}),
        }
        for (const [name, released] of Object.entries(await releasedKeys(home, key))) {
          expect([keys[name], changed[name as keyof typeof changed]]).toContain(released)
        }
      })
      // The transaction's begin and commit, the change and its audit row at the least.
      expect(steps).toBeGreaterThanOrEqual(4)
    },
    180_000,
  )

  it('leaves a whole vault or none when it is made', async () => {
    const steps = await atEveryStep(emptyHome, 'open', '', async (home) => {
      const { output } = await runChild(home, 'open', 0, '')
      expect(output).toBe('done\n')
      expect(integrityOf(home)).toEqual(['ok', []])
      expect(ask(home, 'SELECT count(*) FROM model')).toBe(3)
      expect(await releasedKeys(home, null)).toEqual({})
    })
    expect(steps).toBeGreaterThan(10)
  }, 180_000)

  it('leaves a catalog merged whole or not at all', async () => {
    const source = copyOf(base)
    writeFileSync(join(source, 'models.yaml'), catalog(['a', 'b', 'c', 'd']))
    const before = steadyDump(source)
    const done = copyOf(source)
    await runChild(done, 'open', 0, key)
    const after = steadyDump(done)
    expect(after['model']).toHaveLength((before['model']?.length ?? 0) + 2)
    const steps = await atEveryStep(source, 'open', key, async (home) => {
      expect(integrityOf(home)).toEqual(['ok', []])
      expect([before, after]).toContainEqual(steadyDump(home))
      expect(await releasedKeys(home, key)).toEqual(keys)
    })
    expect(steps).toBeGreaterThanOrEqual(4)
  }, 180_000)

  it('leaves a vault of the format before or of the one after', async () => {
    const formatOf = (home: string): unknown => [
      integrityOf(home),
      ask(home, 'PRAGMA user_version'),
      ask(home, "SELECT count(*) FROM sqlite_schema WHERE name = 'later'"),
      ask(home, "SELECT count(*) FROM setting WHERE name = 'from'"),
      ask(home, 'SELECT group_concat(api_key_encrypted) FROM provider'),
    ]
    const keep = ask(base, 'SELECT group_concat(api_key_encrypted) FROM provider')
    const now = Number(ask(base, 'PRAGMA user_version'))
    const steps = await atEveryStep(base, 'migrate', key, async (home) => {
      expect([
        [['ok', []], now, 0, 0, keep],
        [['ok', []], now + 2, 1, 1, keep],
      ]).toContainEqual(formatOf(home))
    })
    expect(steps).toBeGreaterThanOrEqual(8)
  }, 180_000)

  it('leaves every key to the old master key, or a vault started over', async () => {
    const steps = await atEveryStep(base, 'start over', '', async (home) => {
      expect(integrityOf(home)).toEqual(['ok', []])
      const started = ask(home, 'SELECT key_source FROM vault') === 'file'
      expect({
        released: await releasedKeys(home, started ? null : key),
        providers: ask(home, 'SELECT count(*) FROM provider'),
        audited: ask(home, "SELECT count(*) FROM audit WHERE act = 'vault.start_over'"),
      }).toEqual({ released: started ? {} : keys, providers: 3, audited: started ? 1 : 0 })
    })
    expect(steps).toBeGreaterThan(6)
  }, 180_000)
})

describe('a kill under load', () => {
  it('loses no change that was answered, and no key: 20 random times', async () => {
    const env = { ...process.env, TEST_MASTER_KEY: key }
    const start = (home: string) =>
      spawn(process.execPath, [child.path, home, 'load', '0'], { env, stdio: ['ignore', 'pipe', 'ignore'] })
    await killUnderLoad({ runs: 20, seed: 7, start, key })
  }, 180_000)
})
