import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { generateFernetKey } from '../../src/core/crypto/fernet.ts'
import type { OperationId } from '../../src/shared/contract.ts'
import { seeded } from './seeded.ts'
import { openTempCore, tempHome } from './temp-core.ts'
import { sha256Of } from './vault-dump.ts'

/**
 * Damages copies of a vault at random and uses them. SQLite keeps no checksums, so some damage cannot be seen; then
 * every operation must still answer, and never by a mistake of ours.
 */
export async function flipAtRandom(runs: number): Promise<void> {
  const seed = Number(process.env['LATCHKEY_TEST_SEED'] ?? Date.now() % 2 ** 31)
  const key = generateFernetKey()
  using source = tempHome()
  await makeVault(source.home, key)
  const sound = readFileSync(join(source.home, 'vault.db'))
  const random = seeded(seed)
  using folder = tempHome()
  const seen = new Set<string>()
  for (let run = 0; run < runs; run += 1) {
    cpSync(source.home, folder.home, { recursive: true })
    writeFileSync(join(folder.home, 'vault.db'), damage(sound, random))
    const { state, mistakes, changed } = await use(folder.home, key)
    seen.add(state)
    expect({ seed, run, mistakes, changed }).toEqual({ seed, run, mistakes: [], changed: false })
    rmSync(folder.home, { recursive: true })
  }
  // What was tried was neither all hopeless nor all harmless.
  expect([...seen]).toEqual(expect.arrayContaining(['closed', 'open']))
}

async function makeVault(home: string, key: string): Promise<void> {
  mkdirSync(home, { mode: 0o700 })
  writeFileSync(join(home, 'models.yaml'), 'providers: { a: { models: [m, n] }, b: { models: [m] } }')
  await using core = await openTempCore({ home, key })
  await core.client.createProvider({ name: 'own', display_name: 'Own', api_key: 'sk-own', models: ['m'] })
  await core.client.updateSettings({ theme: 'dark' })
  await core.client.makeListenerToken()
}

function damage(sound: Buffer, random: (limit: number) => number): Buffer {
  if (random(5) === 0) return sound.subarray(0, random(sound.length))
  const bytes = Buffer.from(sound)
  // Most of a page is empty: changes are made where something is, half of them in the first page with its schema.
  const places = random(2) === 0 ? 4096 : bytes.length
  for (let flips = 1 + random(8); flips > 0;) {
    const at = random(places)
    if (bytes[at] === 0 && random(20) > 0) continue
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8))
    flips -= 1
  }
  return bytes
}

const CALLS: [OperationId, unknown][] = [
  ['listProviders', {}],
  ['listModelNames', {}],
  ['getSettings', {}],
  ['getStatus', {}],
  ['getCatalogEntry', { provider_id: 1 }],
  ['updateProvider', { provider_id: 3, display_name: 'New', api_key: 'sk-new' }],
  ['addModel', { provider_id: 3, name: 'x', display_name: 'X' }],
  ['deleteProvider', { provider_id: 3 }],
]

/** What came of it: mistakes of ours by operation, and whether a vault that was refused has been changed. */
async function use(home: string, key: string): Promise<{ state: string; mistakes: unknown[]; changed: boolean }> {
  const path = join(home, 'vault.db')
  const before = sha256Of(path)
  let state: string
  const mistakes: unknown[] = []
  {
    await using core = await openTempCore({ home, key })
    state = core.core.vault.state
    for (const [operation, input] of CALLS) {
      const reply = await core.call(operation, input)
      if (!reply.ok && reply.error.code === 'internal') mistakes.push(operation)
    }
  }
  return { state, mistakes, changed: state !== 'open' && sha256Of(path) !== before }
}
