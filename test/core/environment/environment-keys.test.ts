import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { actorOf } from '../../../src/core/actor.ts'
import { examine } from '../../../src/core/doctor.ts'
import { generateFernetKey } from '../../../src/core/crypto/fernet.ts'
import { openUpstream, sendJson, type FakeUpstream } from '../../support/fake-upstream/open-upstream.ts'
import { openTempCore, tempHome, type TempCore } from '../../support/temp-core.ts'
import { tamper } from '../../support/vault-dump.ts'
import { openGateway } from '../gateway/open-gateway.ts'

const KEY = 'sk-environment-0123456789abcdefghij'
const VARIABLE = 'ACME_API_KEY'
const CHAT = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"model":"big"}' }

interface World extends AsyncDisposable {
  upstream: FakeUpstream
  temp: TempCore
  /** The environment, which a test may change. */
  env: Record<string, string | undefined>
  /** The keys that the provider has seen. */
  keys: string[]
  acme: () => Promise<{ id: number; key_state: string; has_api_key: boolean }>
}

/** A vault whose catalog has one provider, which is there, and an environment with its key. */
async function world({ on = true, key = generateFernetKey() } = {}): Promise<World> {
  const keys: string[] = []
  const upstream = await openUpstream(async (req, res, seen) => {
    await seen.arrived
    keys.push(String(req.headers.authorization))
    sendJson(res, 200, { object: 'list', data: [{ id: 'big' }, { id: 'new' }] })
  })
  const folder = tempHome()
  mkdirSync(folder.home, { mode: 0o700 })
  const { origin } = upstream
  writeFileSync(
    join(folder.home, 'models.yaml'),
    `providers: { acme: { base_url: '${origin}/v1', env: [${VARIABLE}], models: [big] } }`,
  )
  const env: Record<string, string | undefined> = { LATCHKEY_HOME: folder.home, [VARIABLE]: KEY }
  const temp = await openTempCore({ home: folder.home, key, env })
  if (on) await temp.client.updateSettings({ environment_keys: true })
  return {
    upstream,
    temp,
    env,
    keys,
    async acme() {
      const found = (await temp.client.listProviders()).find(({ name }) => name === 'acme')
      if (found === undefined) throw new Error('the catalog was not merged')
      return found
    },
    async [Symbol.asyncDispose]() {
      await temp[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
}

const audited = async ({ client }: TempCore, act: string) =>
  (await client.listAudit({})).events
    .filter((event) => event.act === act)
    .map(({ provider, detail }) => ({ provider, detail }))

describe('keys of the environment', () => {
  it('are not looked at until the settings say so', async () => {
    await using there = await world({ on: false })
    const { client } = there.temp
    const { id, ...acme } = await there.acme()
    expect(acme).toMatchObject({ key_state: 'none', has_api_key: false })
    expect((await client.getStatus()).environment).toEqual({ on: false, keys: [] })
    await expect(client.testProvider({ provider_id: id })).rejects.toMatchObject({ code: 'provider_has_no_key' })
    await client.updateSettings({ environment_keys: true })
    expect(await there.acme()).toMatchObject({ key_state: 'environment', has_api_key: false })
    expect((await client.getStatus()).environment).toEqual({
      on: true,
      keys: [{ provider: 'acme', variable: VARIABLE }],
    })
    expect(await client.listProvidersWithKeys()).toEqual([])
    expect(await client.listModelNames()).toEqual([])
  })

  it('are tested and list models as stored ones do, and the audit says where they came from', async () => {
    await using there = await world()
    const { client } = there.temp
    const { id: provider_id } = await there.acme()
    expect(await client.testProvider({ provider_id })).toMatchObject({ verdict: 'valid' })
    expect(await client.testKeys({ provider_id })).toMatchObject([{ id: null, label: VARIABLE }])
    expect((await client.listUpstreamModels({ provider_id })).models?.map(({ name }) => name)).toEqual(['big', 'new'])
    expect(new Set(there.keys)).toEqual(new Set([`Bearer ${KEY}`]))
    const event = { provider: 'acme', detail: { key_id: null, environment: VARIABLE } }
    expect(await audited(there.temp, 'key.test')).toEqual([event, event, event])
  })

  it('are used by tools through the gateway, at both addresses, each use written down before', async () => {
    await using there = await world()
    await using gateway = await openGateway({ temp: there.temp, env: there.env })
    expect((await gateway.call('/proxy/acme/chat/completions', CHAT)).status).toBe(200)
    expect((await gateway.call('/v1/chat/completions', CHAT)).status).toBe(200)
    const listed = (await (await gateway.call('/v1/models')).json()) as { data: { id: string }[] }
    expect(listed.data.map(({ id }) => id)).toEqual(['acme/big'])
    expect(there.keys).toEqual([`Bearer ${KEY}`, `Bearer ${KEY}`])
    expect((await audited(there.temp, 'key.use')).map(({ detail }) => detail['environment'])).toEqual([
      VARIABLE,
      VARIABLE,
    ])
    expect(gateway.lines.join('')).not.toContain(KEY)
  })

  it('are read at the moment of use', async () => {
    await using there = await world()
    await using gateway = await openGateway({ temp: there.temp, env: there.env })
    there.env[VARIABLE] = 'sk-another-0123456789'
    await gateway.call('/proxy/acme/chat/completions', CHAT)
    expect(there.keys).toEqual(['Bearer sk-another-0123456789'])
    there.env[VARIABLE] = undefined
    expect((await gateway.call('/proxy/acme/chat/completions', CHAT)).status).toBe(400)
    expect(there.keys).toHaveLength(1)
  })

  it('never go to an address that the owner or somebody else has put in place of the catalog’s', async () => {
    await using there = await world()
    await using foreign = await openUpstream(async (_req, res) => sendJson(res, 200, {}))
    await using gateway = await openGateway({ temp: there.temp, env: there.env })
    const { client } = there.temp
    const { id: provider_id } = await there.acme()
    await client.updateProvider({ provider_id, base_url: `${foreign.origin}/v1` })
    const refusesAll = async (): Promise<void> => {
      expect(await there.acme()).toMatchObject({ key_state: 'none' })
      expect((await gateway.call('/proxy/acme/chat/completions', CHAT)).status).toBe(400)
      await expect(client.testProvider({ provider_id })).rejects.toMatchObject({ code: 'provider_has_no_key' })
      await expect(client.listUpstreamModels({ provider_id })).rejects.toMatchObject({ code: 'provider_has_no_key' })
    }
    await refusesAll()
    // The vault's own copy of the catalog is not what decides.
    tamper(
      there.temp.home,
      `UPDATE provider SET catalog_entry = replace(catalog_entry, '${there.upstream.origin}', '${foreign.origin}')`,
    )
    await refusesAll()
    expect([...there.keys, ...foreign.seen]).toEqual([])
  })

  it('never take the place of a stored key: not of one that is off, and not of one that cannot be read', async () => {
    await using there = await world()
    await using gateway = await openGateway({ temp: there.temp, env: there.env })
    const { client } = there.temp
    const { id: provider_id } = await there.acme()
    await client.updateProvider({ provider_id, api_key: 'sk-stored-0123456789abcdef' })
    expect(await there.acme()).toMatchObject({ key_state: 'stored', has_api_key: true })
    await gateway.call('/proxy/acme/chat/completions', CHAT)
    expect(there.keys).toEqual(['Bearer sk-stored-0123456789abcdef'])
    await client.updateKey({ provider_id, key_id: 'first', enabled: false })
    expect((await gateway.call('/proxy/acme/chat/completions', CHAT)).ok).toBe(false)
    await client.updateKey({ provider_id, key_id: 'first', enabled: true })
    tamper(there.temp.home, "UPDATE provider SET binding = 'none' WHERE name = 'acme'")
    expect(await there.acme()).toMatchObject({ key_state: 'unreadable' })
    expect((await gateway.call('/proxy/acme/chat/completions', CHAT)).ok).toBe(false)
    await expect(client.testProvider({ provider_id })).rejects.toMatchObject({ code: 'key_unreadable' })
    expect(there.keys).toHaveLength(1)
  })

  it('are used by nobody where the vault cannot write down that they are', async () => {
    await using there = await world()
    await using gateway = await openGateway({ temp: there.temp, env: there.env })
    const { client, core } = there.temp
    const { id: provider_id } = await there.acme()
    await client.updateProvider({
      provider_id: (await client.createProvider({ name: 'x', display_name: 'X' })).id,
      api_key: 'a-key',
    })
    await core.vault.reopen({ environment: generateFernetKey() })
    expect(core.vault.state).toBe('read_only')
    expect(await there.acme()).toMatchObject({ key_state: 'none' })
    await expect(client.testProvider({ provider_id })).rejects.toMatchObject({ code: 'encryption_key_wrong' })
    expect((await gateway.call('/proxy/acme/chat/completions', CHAT)).ok).toBe(false)
    expect(there.keys).toEqual([])
  })

  it('are named by the doctor, once the settings want them', async () => {
    await using there = await world({ on: false })
    const { client, home } = there.temp
    const said = async () => (await examine({ env: there.env, cwd: home, fix: false })).map(({ detail }) => detail)
    const sentence = `acme has no stored key, and uses ${VARIABLE} of the environment, as this command has it.`
    expect(await said()).not.toContain(sentence)
    await client.updateSettings({ environment_keys: true })
    expect(await said()).toContain(sentence)
  })

  it('are not handed to a run: its child gets the token in their place', async () => {
    await using there = await world()
    const { env, providers } = await there.temp.core.openRun({ env: { [VARIABLE]: KEY, PATH: '/bin' } })
    expect(providers).toEqual(['acme'])
    expect(env[VARIABLE]).toMatch(/^lk_|^latchkey/)
    expect(Object.values(env)).not.toContain(KEY)
    const expose = there.temp.core.exposeKeys({ env: {}, providers: undefined, command: 'x' }, actorOf('cli'))
    await expect(expose).rejects.toMatchObject({ code: 'not_allowed' })
  })
})
