// Uses a vault while the disk is full, and tells what came of it: `full-disk-child.ts HOW FOLDER`. HOW is `disk`, where
// FOLDER is a small file system of its own, or `limit`, where the system holds this process to a size of file.
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
const [how = '', folder = ''] = process.argv.slice(2)
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
  const home = join(folder, `first-${pages}`)
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
for (const pages of [0, 1, 4, 12, 20, 28, 36, 44, 60]) outcomes.push(await firstStart(pages))

const home = join(folder, 'home')
{
  await using core = await openTempCore({ home, key })
  await core.client.createProvider({ name: 'own', display_name: 'Own', models: ['m'] })
}
const provider_id = Number(dumpVault(home)['provider']?.find((row) => row['name'] === 'own')?.['id'])
for (const pages of [0, 1, 3, 6, 9]) {
  const acts: [OperationId, unknown][] = [
    ['createProvider', { name: `p${pages}`, display_name: 'P', api_key: `sk-${'x'.repeat(2000)}`, models: ['a', 'b'] }],
    ['updateProvider', { provider_id, display_name: `Own ${pages}`, api_key: `sk-${pages}` }],
    ['addModel', { provider_id, name: `m${pages}`, display_name: 'M' }],
    ['updateSettings', { listener_port: 5000 + pages }],
    ['makeListenerToken', {}],
    ['removeApiKey', { provider_id }],
  ]
  for (const [operation, input] of acts) outcomes.push(await act(home, pages, operation, input))
}
process.stdout.write(JSON.stringify(outcomes))
