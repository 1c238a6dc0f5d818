// Uses a vault while the disk is full, and tells what came of it: `full-disk-child.ts HOW FOLDER [every]`. HOW is `disk`,
// where FOLDER is a small file system of its own, or `limit`, where the system holds this process to a size of file. With
// `every` each act is tried with room for one page more until it succeeds, so that each of its writes is once the one
// that does not fit; else with some numbers of pages.
import { execFileSync } from 'node:child_process'
import { closeSync, ftruncateSync, mkdirSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { generateFernetKey } from '../../src/core/crypto/fernet.ts'
import type { OperationId } from '../../src/shared/contract.ts'
import { openTempCore, type TempCore } from './temp-core.ts'
import { dumpVault, integrityOf } from './vault-dump.ts'

export interface Outcome {
  what: string
  /** `ok`, or the code it was refused with. */
  result: string
  /** Whether the vault holds something else than before. */
  changed: boolean
  /** Whether lists are answered while the disk is full. */
  readable: boolean
  /** What the same act answers once there is space again. */
  afterwards: string
  integrity: unknown
}

const PAGE = 4096
const key = generateFernetKey()
const [how = '', folder = '', extent] = process.argv.slice(2)
const isEvery = extent === 'every'
const filler = join(folder, 'filler')

/** Leaves room for this many pages. */
function squeeze(pages: number): void {
  if (how === 'limit') return limit(`${pages * PAGE}:unlimited`)
  const file = openSync(filler, 'w')
  const block = Buffer.alloc(PAGE)
  let length = 0
  try {
    for (;;) length += writeSync(file, block)
  } catch {
    // Full: what was written last is given back.
    ftruncateSync(file, Math.max(0, length - pages * PAGE))
  } finally {
    closeSync(file)
  }
}

function release(): void {
  if (how === 'limit') limit('unlimited:unlimited')
  else rmSync(filler)
}

function limit(size: string): void {
  execFileSync('prlimit', [`--fsize=${size}`, '--pid', String(process.pid)])
}

const codeOf = async (core: TempCore, operation: OperationId, input: unknown): Promise<string> => {
  const reply = await core.call(operation, input)
  return reply.ok ? 'ok' : reply.error.code
}

async function firstStart(pages: number): Promise<Outcome> {
  const home = join(folder, 'first')
  // There is no room for two.
  rmSync(home, { recursive: true, force: true })
  mkdirSync(home, { mode: 0o700 })
  squeeze(pages)
  await using core = await openTempCore({ home, key: null })
  const { problem } = core.core.vault
  release()
  if (problem !== undefined) await core.core.vault.reopen()
  return {
    what: `first start with ${pages} pages`,
    result: problem?.code ?? 'ok',
    changed: problem === undefined,
    readable: true,
    afterwards: core.core.vault.state === 'open' ? 'ok' : core.core.vault.state,
    integrity: [...(integrityOf(home) as unknown[]), readdirSync(home).filter((name) => /new-|tmp/.test(name))],
  }
}

async function act(home: string, pages: number, operation: OperationId, input: unknown): Promise<Outcome> {
  await using core = await openTempCore({ home, key })
  const before = dumpVault(home)
  squeeze(pages)
  const result = await codeOf(core, operation, input)
  const changed = !isDeepStrictEqual(dumpVault(home), before)
  const readable = (await core.call('listProviders')).ok && (await core.call('getStatus')).ok
  release()
  return {
    what: `${operation} with ${pages} pages`,
    result,
    changed,
    readable,
    afterwards: result === 'ok' ? 'ok' : await codeOf(core, operation, input),
    integrity: integrityOf(home),
  }
}

const outcomes: Outcome[] = []
/** More pages than any act writes. */
const ROOM = 400

/** Tries with these numbers of pages, or with each until one is enough; twice more, as what is enough may vary by one. */
async function withPages(some: readonly number[], attempt: (pages: number) => Promise<Outcome>): Promise<void> {
  let enough = 0
  for (const pages of isEvery ? Array(ROOM).keys() : some) {
    const outcome = await attempt(pages)
    outcomes.push(outcome)
    if (outcome.result === 'ok') enough += 1
    if (isEvery && enough === 3) return
  }
}

await withPages([0, 1, 4, 12, 20, 28, 36, 44, 60], firstStart)

const home = join(folder, 'home')
{
  await using core = await openTempCore({ home, key })
  await core.client.createProvider({ name: 'own', display_name: 'Own', models: ['m'] })
}
const provider_id = Number(dumpVault(home)['provider']?.find((row) => row['name'] === 'own')?.['id'])
const acts: [OperationId, (pages: number) => unknown][] = [
  [
    'createProvider',
    (pages) => ({ name: `p${pages}`, display_name: 'P', api_key: `sk-${'x'.repeat(2000)}`, models: ['a', 'b'] }),
  ],
  ['updateProvider', (pages) => ({ provider_id, display_name: `Own ${pages}`, api_key: `sk-${pages}` })],
  ['addModel', (pages) => ({ provider_id, name: `m${pages}`, display_name: 'M' })],
  ['updateSettings', (pages) => ({ listener_port: 5000 + pages })],
  ['makeListenerToken', () => ({})],
]
for (const [operation, input] of acts) {
  await withPages([0, 1, 3, 6, 9], (pages) => act(home, pages, operation, input(pages)))
}
await withPages([0, 1, 3, 6, 9], async (pages) => {
  await using core = await openTempCore({ home, key })
  await core.client.updateProvider({ provider_id, api_key: `sk-${pages}` })
  return act(home, pages, 'removeApiKey', { provider_id })
})
process.stdout.write(JSON.stringify(outcomes))
