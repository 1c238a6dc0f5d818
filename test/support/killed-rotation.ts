import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import { InvalidToken } from '../../src/core/crypto/fernet.ts'
import { KeyRing } from '../../src/core/crypto/master-key.ts'
import { openKey } from '../../src/core/providers/stored-key.ts'
import type { ProviderRow } from '../../src/core/store/store.ts'
import type { Vault } from '../../src/core/vault.ts'
import { seeded } from './seeded.ts'
import { openTempCore, tempHome } from './temp-core.ts'
import { dumpVault, integrityOf } from './vault-dump.ts'

/** So many processes at a time: one waits for the disk while another starts. */
const WIDTH = 3

export const secretOf = (n: number): string => `sk-secret-${n}`

/** A vault with a key file of its own and so many keys. */
export async function vaultWith(home: string, keys: number): Promise<void> {
  mkdirSync(home, { recursive: true, mode: 0o700 })
  writeFileSync(join(home, 'models.yaml'), 'providers: {}\n')
  await using temp = await openTempCore({ home, key: null })
  const adding = Array.from({ length: keys }, (_, n) =>
    temp.client.createProvider({ name: `p-${n}`, display_name: 'P', api_key: secretOf(n) }),
  )
  await Promise.all(adding)
}

/** Expects that the vault opens and that each of its keys does. */
function expectAllKeys({ ring, problem }: Vault, rows: readonly ProviderRow[], keys: number, why: string): void {
  expect(problem?.message, why).toBeUndefined()
  const opened = rows.filter((row) => ring !== undefined && String(openKey(ring, row)) === secretOf(numberOf(row)))
  expect(opened.length, why).toBe(keys)
}

/** Expects that no key is lost, also once what was killed is run again; that completes it, and the old key opens nothing. */
export async function expectNothingLost(home: string, keys: number, old: string, why: string): Promise<void> {
  {
    // Told of steps, it rotates on this thread: a thread of its own takes longer to start than all the rest.
    await using temp = await openTempCore({ home, key: null, onStep: () => undefined })
    const { vault } = temp.core
    expectAllKeys(vault, await vault.reader().listProviders(), keys, why)
    await temp.client.rotateMasterKey()
    expectAllKeys(vault, await vault.reader().listProviders(), keys, why)
    expect(await temp.client.verifyAudit(), why).toMatchObject({ intact: true })
  }
  const text = readFileSync(join(home, 'master.key'), 'utf8').trim()
  expect(text, why).toMatch(/^[\w-]{43}=$/)
  expect(text, why).not.toBe(old)
  const ring = KeyRing.parse(old)
  const tokens = dumpVault(home)['provider']?.map((row) => String(row['api_key_encrypted'])) ?? []
  expect(
    tokens.filter((token) => opens(ring, token)),
    why,
  ).toEqual([])
  const holding = readdirSync(home, { withFileTypes: true }).filter(
    (file) => file.isFile() && readFileSync(join(home, file.name)).includes(old),
  )
  expect(holding, why).toEqual([])
  expect(integrityOf(home), why).toEqual(['ok', []])
}

const numberOf = ({ name }: ProviderRow): number => Number(name.slice(2))

function opens(ring: KeyRing, token: string): boolean {
  try {
    ring.openAny(token)
    return true
  } catch (cause) {
    if (cause instanceof InvalidToken) return false
    throw cause
  }
}

interface Kills {
  /** The path of rotation-child. */
  child: string
  /** The vault that each run gets a copy of. */
  source: string
  act: string
  /** Of the rows that are encrypted one after the other, every so many is a point to be killed at. */
  every?: number
  look: (home: string, why: string) => Promise<void>
}

/** Kills the act at every step, and hands each state that was left to `look`. Answers how many there were. */
export async function killAtEveryStep({ child, source, act, every = 1, look }: Kills): Promise<number> {
  const kill = async (step: number): Promise<boolean> => {
    using copy = copyOf(source)
    const started = spawn(process.execPath, [child, copy.home, act, String(step), String(every)])
    let complaint = ''
    started.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()))
    started.stdout.resume()
    const [status, signal] = (await once(started, 'close')) as [number | null, string | null]
    if (signal !== 'SIGKILL' && status !== 0) throw new Error(`The child failed: ${complaint}`)
    if (signal === 'SIGKILL') await look(copy.home, `killed at step ${step} of ${act}`)
    return signal === 'SIGKILL'
  }
  for (let first = 1; ; first += WIDTH) {
    const killed = await Promise.all(Array.from({ length: WIDTH }, (_, n) => kill(first + n)))
    if (killed.includes(false)) return first - 1 + killed.filter(Boolean).length
  }
}

/** Kills rotations at random moments; each time no key may be lost, and the next run must complete. */
export async function killAtRandom(
  { child, source, look }: Pick<Kills, 'child' | 'source' | 'look'>,
  { runs, seed }: { runs: number; seed: number },
): Promise<number> {
  const random = seeded(seed)
  // Longer than a rotation takes, so that some runs end by themselves; measured, since machines differ.
  const longest = await timeOf(child, source)
  const run = async (): Promise<boolean> => {
    using copy = copyOf(source)
    const wait = random(Math.ceil(longest * 1_100)) / 1_000
    const started = spawn(process.execPath, [child, copy.home, 'rotate', '0'], { stdio: ['ignore', 'pipe', 'ignore'] })
    const closed = once(started, 'close') as Promise<[number | null, string | null]>
    await once(started.stdout, 'data')
    await delay(wait)
    started.kill('SIGKILL')
    const [, signal] = await closed
    await look(copy.home, `seed ${seed}, killed after ${wait} ms`)
    return signal === 'SIGKILL'
  }
  let killed = 0
  for (let done = 0; done < runs; done += WIDTH) {
    const some = await Promise.all(Array.from({ length: Math.min(WIDTH, runs - done) }, run))
    killed += some.filter(Boolean).length
  }
  return killed
}

/** Milliseconds from "ready" to "done". */
async function timeOf(child: string, source: string): Promise<number> {
  using copy = copyOf(source)
  const started = spawn(process.execPath, [child, copy.home, 'rotate', '0'], { stdio: ['ignore', 'pipe', 'ignore'] })
  await once(started.stdout, 'data')
  const began = performance.now()
  await once(started, 'close')
  return performance.now() - began
}

function copyOf(source: string): { home: string } & Disposable {
  const { home, [Symbol.dispose]: dispose } = tempHome()
  cpSync(join(source, '..'), join(home, '..'), { recursive: true })
  rmSync(home, { recursive: true, force: true })
  cpSync(source, home, { recursive: true })
  return { home, [Symbol.dispose]: dispose }
}
