import { describe, expect, it } from 'vitest'
import { openOpenAi } from '../../support/fake-upstream/openai.ts'
import { openServing, withToken } from '../gateway/open-serving.ts'
import { openTempCore } from '../../support/temp-core.ts'
import { dumpVault } from '../../support/vault-dump.ts'

const KEY = 'sk-canary-0123456789abcdefghijABCDEFGHIJ'
const WRONG = 'sk-wrong-9876543210zyxwvutsrqponmlkj'

async function openWith(api_key: string | undefined) {
  const upstream = await openOpenAi({ key: KEY })
  const temp = await openTempCore()
  const { id } = await temp.client.createProvider({
    name: 'up',
    display_name: 'Up',
    base_url: `${upstream.origin}/v1`,
    ...(api_key === undefined ? {} : { api_key }),
  })
  return {
    temp,
    upstream,
    ref: { provider_id: id },
    acts: () => dumpVault(temp.home)['audit']?.map(({ act }) => act),
    async [Symbol.asyncDispose]() {
      await temp[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
    },
  }
}

describe('testProvider', () => {
  it('says whether the stored key works, what was asked and how long it took, and shows no key', async () => {
    await using opened = await openWith(KEY)
    const test = await opened.temp.client.testProvider({ ...opened.ref, model: 'gpt-test' })
    expect(test).toMatchObject({
      verdict: 'valid',
      reachable: true,
      authenticated: true,
      model_usable: true,
      latency_ms: expect.any(Number),
      method: 'GET',
      url: `${opened.upstream.origin}/v1/models`,
      status: 200,
    })
    expect(JSON.stringify(test)).not.toContain('canary')
    expect(opened.acts()?.at(-1)).toBe('key.test')
  })

  it('tests a key before it is stored, and stores nothing', async () => {
    await using opened = await openWith(KEY)
    const before = dumpVault(opened.temp.home)
    const test = await opened.temp.client.testProvider({ ...opened.ref, api_key: WRONG })
    expect(test).toMatchObject({ verdict: 'refused', reachable: true, authenticated: false, status: 401 })
    expect(JSON.stringify(test)).not.toMatch(/canary|wrong/)
    expect(dumpVault(opened.temp.home)).toEqual(before)
  })

  it('tests a provider that is not saved, and saves nothing', async () => {
    await using upstream = await openOpenAi({ key: KEY })
    await using temp = await openTempCore()
    const before = dumpVault(temp.home)
    const base_url = `${upstream.origin}/v1`
    expect(await temp.client.testNewProvider({ base_url, api_key: KEY })).toMatchObject({
      verdict: 'valid',
      status: 200,
    })
    expect(await temp.client.testNewProvider({ base_url, api_key: WRONG })).toMatchObject({ verdict: 'refused' })
    expect(await temp.call('testNewProvider', { base_url: 'https://169.254.169.254', api_key: KEY })).toMatchObject({
      ok: false,
      error: { code: 'invalid_input' },
    })
    expect(dumpVault(temp.home)).toEqual(before)
  })

  it('says of an address whose name nobody knows that it is not there, and goes on', async () => {
    await using temp = await openTempCore()
    const nowhere = { base_url: 'https://nowhere.invalid/v1', api_key: KEY }
    expect(await temp.client.testNewProvider(nowhere)).toMatchObject({
      verdict: 'unreachable',
      detail: "Provider 'nowhere.invalid' is not there: its name is not known",
    })
    expect(await temp.client.listProviders()).toHaveLength(4)
  })

  it('tests the stored key that is named, or each, and keeps what the provider said', async () => {
    await using opened = await openWith(KEY)
    const { client } = opened.temp
    const { id } = await client.addKey({ ...opened.ref, api_key: WRONG, label: 'Old' })
    const states = async () => (await client.listKeys(opened.ref)).map(({ state }) => state)
    expect(await states()).toEqual(['untested', 'untested'])
    expect(await client.testProvider({ ...opened.ref, key_id: id ?? '' })).toMatchObject({ verdict: 'refused' })
    expect(await states()).toEqual(['untested', 'failing'])
    const tests = await client.testKeys(opened.ref)
    expect(tests.map(({ label, test }) => [label, test.verdict])).toEqual([
      ['Key 1', 'valid'],
      ['Old', 'refused'],
    ])
    expect(JSON.stringify(tests)).not.toMatch(/canary|wrong/)
    expect(await states()).toEqual(['valid', 'failing'])
    expect(opened.acts()?.filter((act) => act === 'key.test')).toHaveLength(3)
    expect(await opened.temp.call('testProvider', { ...opened.ref, key_id: 'none' })).toMatchObject({
      error: { code: 'key_not_found' },
    })
  })

  it('asks nobody where there is no key', async () => {
    await using opened = await openWith(undefined)
    expect(await opened.temp.call('testProvider', opened.ref)).toMatchObject({
      error: { code: 'provider_has_no_key' },
    })
    expect(await opened.temp.call('testKeys', opened.ref)).toMatchObject({ error: { code: 'provider_has_no_key' } })
    expect(opened.upstream.connections).toBe(0)
  })
})

describe('listUpstreamModels', () => {
  it('answers what the provider offers, anew each time it is asked', async () => {
    await using upstream = await openOpenAi({ key: KEY })
    await using serving = await openServing()
    const { id } = await serving.add({ name: 'up', base_url: `${upstream.origin}/v1`, api_key: KEY })
    const { token } = await serving.token({ kind: 'admin' })
    const url = `${serving.address}/api/v1/providers/${id}/upstream-models`
    for (const times of [1, 2]) {
      const list = (await (await fetch(url, withToken(token))).json()) as { models: { name: string }[] }
      expect(list.models.map(({ name }) => name)).toContain('gpt-test')
      expect(upstream.seen).toHaveLength(times)
    }
  })

  it('says why where there is no list', async () => {
    await using opened = await openWith(WRONG)
    expect(await opened.temp.client.listUpstreamModels(opened.ref)).toMatchObject({
      test: { verdict: 'refused' },
      models: null,
    })
  })
})
