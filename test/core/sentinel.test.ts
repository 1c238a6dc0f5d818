// Canary keys go through every operation, every door and every error; afterwards everything that left the core is
// searched for them. Whatever finds one here has found a leak.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { actorOf } from '../../src/core/actor.ts'
import { backUp } from '../../src/core/backup/back-up.ts'
import { newBackupKey, withPassphrase } from '../../src/core/backup/backup-key.ts'
import { catalogOf, catalogText } from '../../src/core/backup/plain-export.ts'
import { openRestore } from '../../src/core/backup/restore.ts'
import { ScheduledBackups } from '../../src/core/backup/scheduled-backups.ts'
import { readCatalogFile } from '../../src/core/catalog/models-yaml.ts'
import { shippedCatalogPath } from '../../src/core/catalog/shipped-catalog.ts'
import { generateFernetKey } from '../../src/core/crypto/fernet.ts'
import type { Desktop } from '../../src/core/desktop.ts'
import { dispatch } from '../../src/core/dispatch.ts'
import { applyImport } from '../../src/core/import/plan.ts'
import { prepareOrigin, prepareSearch, takeOut } from '../../src/core/import/prepare-import.ts'
import { createLog } from '../../src/core/log.ts'
import { getDecryptedApiKey } from '../../src/core/providers/provider-service.ts'
import { createClient, type Call } from '../../src/shared/client.ts'
import { operationIds, type Door, type OperationId } from '../../src/shared/contract.ts'
import { canary, Sentinel } from '../support/sentinel.ts'
import { openLoopbackCore } from '../support/loopback-core.ts'
import type { TempCore } from '../support/temp-core.ts'
import { tamper } from '../support/vault-dump.ts'

const canaries = Array.from({ length: 10 }, (_, n) => canary(n))
const [first = '', second = '', third = '', sung = '', ...others] = canaries
const masterKey = generateFernetKey()
const passphrase = 'a passphrase that is told to nobody'

const desktop: Desktop = {
  copyConcealed: async () => undefined,
  openExternal: async () => undefined,
  chooseFile: async () => null,
  choosePlace: async () => null,
  saveFile: async () => null,
  print: async () => false,
  hideWindow: async () => undefined,
  setStartAtLogin: async () => undefined,
}

/** Calls an operation through each door, and keeps what came back: the reply, and the error a client would raise. */
function everyDoor({ core }: TempCore, sentinel: Sentinel, log: ReturnType<typeof createLog>) {
  return async (id: OperationId, input: unknown): Promise<unknown> => {
    let last: unknown
    for (const door of ['cli', 'window', 'rest'] satisfies Door[]) {
      const api = core.apiFor(actorOf(door))
      const call = (operation: OperationId, input: unknown) =>
        dispatch(api, door, operation, input, (error, operation) => {
          sentinel.lookAtValue(`the internal error of ${operation}`, error)
          log.error({ operation, err: error }, 'it failed')
        })
      const client = createClient(call as Call) as unknown as Record<OperationId, (input: unknown) => Promise<unknown>>
      last = await client[id](input).catch((cause: unknown) => cause)
      sentinel.lookAtValue(`what ${id} answered through ${door}`, last)
    }
    return last
  }
}

describe('a canary key', () => {
  it('is found nowhere outside the core after everything was asked of it', async () => {
    const sentinel = new Sentinel([...canaries, masterKey, passphrase])
    const lines: string[] = []
    const log = createLog({ level: 'trace', destination: { write: (line: string) => void lines.push(line) } })
    // One key stands in the environment, and is used from there.
    const env = { LOOPBACK_GOOGLE_API_KEY: sung }
    const temp = await openLoopbackCore({ key: masterKey, log, desktop, env })
    const ask = everyDoor(temp, sentinel, log)
    const { port } = (await temp.core.listener.serve({ port: 0 })).listener
    const { token } = JSON.parse(readFileSync(join(temp.home, 'listener.json'), 'utf8')) as { token: string }
    const overHttp = async (method: string, path: string, body?: unknown): Promise<void> => {
      const response = await fetch(`http://127.0.0.1:${port}/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      sentinel.lookAtValue(`the head of ${method} ${path}`, [...response.headers, response.statusText])
      sentinel.lookAt(`the body of ${method} ${path}`, await response.text())
    }

    // What is done with keys.
    await ask('createProvider', { name: 'one', display_name: 'One', base_url: 'https://one.example', api_key: first })
    await ask('updateProvider', { provider_id: 1, api_key: second })
    await ask('updateProvider', { provider_id: 1, api_key: third, base_url: 'https://two.example', dialect: 'google' })
    await ask('updateProvider', { provider_id: 1, base_url: 'https://three.example' })
    await ask('resetProvider', { provider_id: 1, api_key: second })
    await ask('addKey', { provider_id: 1, api_key: third })
    await ask('updateKey', { provider_id: 1, key_id: 'first', api_key: first, position: 2 })
    for (const [n, api_key] of others.entries()) {
      await overHttp('POST', '/providers', { name: `http-${n}`, display_name: 'H', api_key })
      await overHttp('PUT', '/providers/2', { api_key })
      await overHttp('POST', '/providers/2/keys', { api_key })
    }
    sentinel.lookAtValue('a key taken from the core is zeroed', await takeAndZero(temp))
    await ask('copyApiKey', { provider_id: 1 })

    sentinel.lookAtValue('what a child is given', await temp.core.openRun({ env: {} }))

    // Everything in one file, and out of it again.
    const secret = await newBackupKey(passphrase)
    const backup = join(temp.home, 'all.lkbackup')
    const warn = (sentence: string) => sentinel.lookAt('a warning', sentence)
    const by = actorOf('cli')
    sentinel.lookAtValue('what a backup tells', await backUp(temp.core.vault, backup, secret, { by, warn }))
    await ask('setBackupPassphrase', { passphrase })
    await ask('setBackupPassphrase', { passphrase: first.slice(0, 3) })
    await ask('backUp', { path: join(temp.home, 'again.lkbackup') })
    await ask('backUp', { path: join(temp.home, 'other.lkbackup'), passphrase })
    const tomorrow = () => Date.now() + 2 * 86_400_000
    await new ScheduledBackups({ vault: temp.core.vault, log, now: tomorrow }).runWhereDue()
    await ask('listBackups', {})
    await ask('getExport', {})
    await ask('openBackup', { path: join(temp.home, 'again.lkbackup'), passphrase })
    const [copy] = await temp.client.listBackups()
    await ask('openBackup', { path: copy?.path, passphrase })
    await ask('endRestore', { restore_id: first })
    await ask('getStatus', {})
    const rows = await temp.core.vault.reader().listProviders()
    sentinel.lookAt('the plain export', catalogText(rows))
    sentinel.lookAtValue('the plain export as JSON', catalogOf(rows))

    await importKeys(temp, sentinel)

    await ask('updateSettings', { environment_keys: true })
    const standIn = (await temp.client.listProviders()).find(({ key_state }) => key_state === 'environment')
    expect(standIn?.name).toBe('google')
    for (const id of ['testProvider', 'testKeys', 'listUpstreamModels', 'getStatus', 'getProvider'] as const) {
      await ask(id, id === 'getStatus' ? {} : { provider_id: standIn?.id })
    }

    // What is refused with a key in it.
    await ask('createProvider', {
      name: first,
      display_name: first.repeat(50),
      base_url: first,
      dialect: first,
      api_key: '',
    })
    await ask('createProvider', { name: 'x', display_name: 'X', api_key: `${first} ${second}`, models: [`${first}\n`] })
    await ask('createProvider', {
      name: 'x',
      display_name: 'X',
      base_url: `https://u:${first}@x.example/?k=${second}#${third}`,
    })
    await ask('createProvider', { name: 'x', display_name: 'X', apikey: first, nested: { [second]: third } })
    await ask('createProvider', first)
    await ask('createProvider', [first])
    await ask('updateProvider', { provider_id: first, api_key: second })
    await ask('updateProvider', { provider_id: 4711, api_key: second })
    await ask('startOver', { vault_name: first })
    await ask('addKey', { provider_id: 1, api_key: `${first} ${second}`, label: 'Key 1' })
    await ask('addKey', { provider_id: 1, api_key: first, label: 'Key 1' })
    await ask('updateKey', { provider_id: 1, key_id: second, api_key: first })
    await ask('updateSettings', { theme: first, listener_port: second })
    await overHttp('POST', '/providers', `{"name":"x","api_key":"${encodeURIComponent(first)}`)
    await overHttp('POST', '/providers', { api_key: first, name: { [second]: 1 } })
    await overHttp('GET', `/providers/${encodeURIComponent(first)}?api_key=${encodeURIComponent(second)}`)

    for (const id of ['setPassphrase', 'unlock'] as const) await ask(id, { passphrase })
    await ask('changePassphrase', { current: passphrase, passphrase: first })
    await ask('removePassphrase', { current: passphrase })
    await overHttp('POST', '/unlock', { passphrase })
    await overHttp('PUT', '/passphrase', { current: passphrase, passphrase: [passphrase] })

    const recovery = join(temp.home, 'recovery.txt')
    await ask('saveRecoveryCopy', { passphrase, path: recovery })
    await ask('saveRecoveryCopy', { passphrase: first.slice(0, 7), path: second })
    expect(readFileSync(recovery, 'utf8')).toContain('Latchkey recovery copy')
    await ask('restoreMasterKey', { text: masterKey, passphrase })

    // What is done with the master key, as far as it leaves nothing in this folder.
    await ask('planRotation', {})
    await ask('rotateMasterKey', {})
    await ask('moveMasterKey', { to: 'command', command: ['printf', '%s', masterKey.slice(1)] })
    await ask('moveMasterKey', { to: 'command', command: ['cat', first] })

    // Everything there is, once, and what goes wrong inside.
    for (const id of operationIds) if (!['startOver', 'waitForChange'].includes(id)) await ask(id, { provider_id: 1 })
    await holdBusy(temp.home, async () => {
      sentinel.lookAtValue('busy', await temp.call('updateProvider', { provider_id: 1, api_key: first }))
    })
    tamper(temp.home, 'ALTER TABLE model RENAME TO away')
    await ask('createProvider', { name: 'y', display_name: 'Y', api_key: first, models: ['m'] })
    tamper(temp.home, 'ALTER TABLE away RENAME TO model')
    tamper(temp.home, "UPDATE provider SET api_key_encrypted = 'no token', binding = NULL WHERE id = 2")
    await ask('previewAdoption', { provider_id: 2 })
    await temp.core.vault.reopen({ environment: masterKey.slice(0, -1) })
    await ask('getStatus', {})
    await ask('updateProvider', { provider_id: 1, api_key: first })
    await temp.core.vault.reopen({ environment: generateFernetKey() })
    await ask('getStatus', {})
    await temp.core.vault.reopen({ environment: masterKey })

    sentinel.lookAt('the log of the vault', readFileSync(join(temp.home, 'vault.db-wal')))
    await temp.core.close()
    const options = { places: temp.core.places, given: { environment: masterKey }, warn }
    const restore = await openRestore(backup, withPassphrase(passphrase), options)
    for (const value of [restore, restore.facts, restore.differences, restore.replaces]) {
      sentinel.lookAtValue('a backup that was opened', value)
    }
    const refused = await restore.restore(first, by).catch((cause: unknown) => cause)
    sentinel.lookAtValue('what restoring refuses', refused)
    sentinel.lookAtValue('what restoring answers', await restore.restore(restore.vaultName, by))
    restore.discard()
    sentinel.lookAtFolder(temp.home)
    sentinel.lookAt('the lines of the log', lines.join(''))
    sentinel.lookAtValue('the notes', temp.core.notes)
    sentinel.lookAtValue('the core itself', temp.core)
    await temp[Symbol.asyncDispose]()

    expect(sentinel.found).toEqual([])
    // It was a real search: log lines were written, and keys were stored.
    expect(lines.join('')).toContain('it failed')
    expect(lines.join('')).toContain('/providers/{provider_id}')
    expect(sentinel.looked).toBeGreaterThan(300_000)
  }, 120_000)
})

/** Keys out of the environment and out of files, sound and broken, into the vault. */
async function importKeys({ core, client, home }: TempCore, sentinel: Sentinel): Promise<void> {
  const files = {
    '.env': `OPENAI_API_KEY=${first}\nCOHERE_API_KEY='${third}'\nSOME_API_KEY=sk-ant-${second} and more\n`,
    'broken.json': `{ "env": { "ANTHROPIC_API_KEY": "${encodeURIComponent(first)}" `,
    'broken.yaml': `clients: [ { api_key: "${encodeURIComponent(second)}" `,
    'broken.toml': `[model_providers.x]\nexperimental_bearer_token = ${third}`,
    'broken.sql': `INSERT INTO provider VALUES (1, '${third}`,
    'key.env': `ENCRYPTION_KEY=${first}`,
  }
  const folder = join(home, '..', 'elsewhere')
  mkdirSync(folder)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const target = { vault: core.vault, client, catalog: (await readCatalogFile(shippedCatalogPath())).providers }
  const prepared = await prepareSearch(target, {
    context: { home: folder, env: { XAI_API_KEY: second, OPENAI_API_KEY: third }, platform: 'linux' },
    environment: true,
    files: Object.keys(files).map((name) => join(folder, name)),
  })
  expect(prepared.lines.filter(({ act }) => act !== 'nothing').length).toBeGreaterThan(2)
  expect(prepared.problems.length).toBeGreaterThan(2)
  sentinel.lookAtValue('what an import found', prepared)
  sentinel.lookAtValue('what became of it', await applyImport(client, prepared.lines))
  sentinel.lookAtValue('what was taken out', takeOut(prepared.lines))
  writeFileSync(join(folder, '.env'), files['.env'])
  const found = await client.findKeys({ files: Object.keys(files).map((name) => join(folder, name)) })
  expect(found.lines.length).toBeGreaterThan(0)
  sentinel.lookAtValue('what an import tells', found)
  const { search_id, lines } = found
  const imported = await client.importKeys({ search_id, lines: lines.map(({ id }) => id), comment_out: true })
  sentinel.lookAtValue('what an import did', imported)
  const dump = [join(folder, 'broken.sql')]
  for (const key of ['key.env', 'broken.sql', 'none']) {
    const refused = await prepareOrigin(target, dump, join(folder, key)).catch((cause: unknown) => cause)
    sentinel.lookAtValue('what an import of a dump refuses', refused)
  }
}

async function takeAndZero({ core }: TempCore): Promise<unknown> {
  const taken = await getDecryptedApiKey(core.vault, { id: 1 })
  expect(canaries).toContain(taken.toString())
  taken.fill(0)
  return [taken, core.vault]
}

/** Another program holds the vault while `act` waits for it in vain. */
async function holdBusy(home: string, act: () => Promise<unknown>): Promise<void> {
  const holder = new Sqlite(join(home, 'vault.db'))
  holder.exec('BEGIN IMMEDIATE')
  try {
    await act()
  } finally {
    holder.close()
  }
}
