import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readCatalogFile } from '../../../src/core/catalog/models-yaml.ts'
import { shippedCatalogPath } from '../../../src/core/catalog/shipped-catalog.ts'
import { KeyRing } from '../../../src/core/crypto/master-key.ts'
import { hasKeyIn } from '../../../src/core/import/has-key.ts'
import { readOriginDump } from '../../../src/core/import/origin-dump.ts'
import { planFindings } from '../../../src/core/import/plan-findings.ts'
import { planOrigin } from '../../../src/core/import/plan-origin.ts'
import { applyImport, type ExistingProvider, type PlannedImport } from '../../../src/core/import/plan.ts'
import { searchKeys } from '../../../src/core/import/search-keys.ts'
import { getDecryptedApiKey } from '../../../src/core/providers/provider-service.ts'
import { openTempCore, type TempCore } from '../../support/temp-core.ts'

const catalog = (await readCatalogFile(shippedCatalogPath())).providers
// The key that the fixtures were encrypted under, in Python.
const ORIGIN_KEY = 'MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY='
const dump = await readOriginDump([join(import.meta.dirname, 'fixtures', 'origin', 'copy.sql')])

async function existingIn({ client }: TempCore): Promise<ExistingProvider[]> {
  return (await client.listProviders()).map((provider) => ({
    ...provider,
    models: provider.models.map(({ name }) => name),
  }))
}

async function originPlan(temp: TempCore): Promise<PlannedImport[]> {
  const into = { existing: await existingIn(temp), catalog, hasKey: hasKeyIn(temp.core.vault) }
  return (await planOrigin(dump, KeyRing.parse(ORIGIN_KEY), into)).lines
}

async function envPlan(temp: TempCore, env: Record<string, string>): Promise<PlannedImport[]> {
  const context = { home: temp.home, env, platform: 'linux' } as const
  const { findings } = await searchKeys({ context, catalog, environment: true })
  return planFindings(findings, await existingIn(temp), hasKeyIn(temp.core.vault))
}

const acts = (plan: readonly PlannedImport[]): string[] =>
  plan.map(({ act, ticked, provider }) => `${act} ${provider.name}${ticked ? '' : ' (not ticked)'}`)

const ticked = (plan: readonly PlannedImport[]): PlannedImport[] => plan.filter((line) => line.ticked)

const keyOf = async (temp: TempCore, name: string): Promise<string> =>
  String(await getDecryptedApiKey(temp.core.vault, { name }))

describe("the origin's dump", () => {
  it('comes in whole: keys open, names are slugged, and whatever does not come along is said', async () => {
    await using temp = await openTempCore()
    const plan = await originPlan(temp)
    expect(acts(plan)).toEqual([
      'add_key openai',
      'add_key anthropic',
      'nothing xai (not ticked)',
      'nothing google (not ticked)',
      'create my-company-llm-2',
      'create my-company-llm',
      'create plain-http',
      'create lost',
      'create spaces',
      'create provider',
    ])
    expect(plan.map(({ remarks }) => remarks)).toEqual([
      [],
      [],
      [],
      [],
      ["The name 'My Company LLM' becomes 'my-company-llm-2'.", expect.stringContaining('Its display name becomes')],
      [],
      [
        expect.stringContaining(
          "The address 'http://api.example.com/v1' is refused, so it comes without address and key",
        ),
      ],
      ['Its key cannot be opened with this ENCRYPTION_KEY.'],
      [expect.stringContaining('Its key cannot be used')],
      ["The name '日本' becomes 'provider'."],
    ])
    const outcomes = await applyImport(temp.client, ticked(plan))
    expect(outcomes.every(({ done }) => done)).toBe(true)

    expect(await keyOf(temp, 'openai')).toBe('sk-proj-origin-0123456789abcd1')
    expect(await keyOf(temp, 'anthropic')).toBe('sk-ant-origin-0123456789abcd2')
    expect(await keyOf(temp, 'my-company-llm-2')).toBe('company-key-0123456789abcd3')
    expect(await keyOf(temp, 'my-company-llm')).toBe('company-key-0123456789abcd4')
    expect(await keyOf(temp, 'provider')).toBe('jp-key-0123456789abcd6')
    const providers = new Map((await temp.client.listProviders()).map((provider) => [provider.name, provider]))
    expect(providers.get('plain-http')).toMatchObject({ base_url: null, has_api_key: false })
    expect(providers.get('lost')).toMatchObject({ base_url: 'https://lost.example.com', has_api_key: false })
    expect(providers.get('openai')?.models.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['gpt-4o', 'gpt-4o-mini']),
    )
    expect(providers.get('my-company-llm-2')?.models.map(({ name }) => name)).toEqual(['a/b:c', 'x'.repeat(255)])
    expect(providers.get('provider')).toMatchObject({ display_name: '日本語 プロバイダー' })
  })

  it('changes nothing when it is imported a second time', async () => {
    await using temp = await openTempCore()
    await applyImport(temp.client, ticked(await originPlan(temp)))
    const before = await temp.client.listProviders()
    const again = await originPlan(temp)
    expect(new Set(again.map(({ act }) => act))).toEqual(new Set(['nothing']))
    await applyImport(temp.client, ticked(again))
    expect(await temp.client.listProviders()).toEqual(before)
  })

  it('exchanges no key and moves no provider unless that is ticked', async () => {
    await using temp = await openTempCore()
    const { client } = temp
    const mine = { display_name: 'Mine', base_url: 'https://mine.example/v1', api_key: 'my-own-key' }
    await client.createProvider({ name: 'my-company-llm', ...mine })
    const openai = (await client.listProviders()).find(({ name }) => name === 'openai')
    await client.updateProvider({ provider_id: openai?.id ?? 0, base_url: 'https://proxy.example/v1' })
    const plan = await originPlan(temp)
    const line = plan.find(({ provider }) => provider.name === 'my-company-llm')
    expect(line).toMatchObject({ act: 'replace_key', ticked: false, new_base_url: 'https://llm2.example.com/v1' })
    expect(line?.remarks).toEqual([
      'Mine is at https://mine.example/v1 here, and its key was for https://llm2.example.com/v1.',
    ])
    expect(plan[0]).toMatchObject({ act: 'replace_key', ticked: false, new_base_url: 'https://api.openai.com/v1' })

    await applyImport(client, ticked(plan))
    expect(await keyOf(temp, 'my-company-llm')).toBe('my-own-key')
    await applyImport(client, line === undefined ? [] : [line])
    expect(await keyOf(temp, 'my-company-llm')).toBe('company-key-0123456789abcd4')
  })

  it('names models whose provider is not in it', async () => {
    const stray = {
      ...dump,
      models: [...dump.models, { id: 99, provider_id: 77, name: 'stray', display_name: 'Stray' }],
    }
    const into = { existing: [], catalog, hasKey: async () => false }
    expect((await planOrigin(stray, KeyRing.parse(ORIGIN_KEY), into)).remarks).toEqual([
      "The model 'stray' belongs to a provider that is not in the dump.",
    ])
  })
})

describe('keys that were found', () => {
  const env = {
    OPENAI_API_KEY: 'sk-proj-found-0123456789',
    MISTRAL_API_KEY: 'found-0123456789abcdef',
    XAI_API_KEY: 'xai-found-0123456789',
    XAI_BASE_URL: 'https://xai-relay.example/v1',
  }

  it('go to the provider they are for, or make the one they need; a second search finds nothing to do', async () => {
    await using temp = await openTempCore()
    const plan = await envPlan(temp, env)
    expect(acts(plan)).toEqual(['add_key openai', 'create mistral', 'create xai-relay.example'])
    expect((await applyImport(temp.client, ticked(plan))).every(({ done }) => done)).toBe(true)
    expect(await keyOf(temp, 'openai')).toBe(env.OPENAI_API_KEY)
    expect(await keyOf(temp, 'mistral')).toBe(env.MISTRAL_API_KEY)
    expect(await keyOf(temp, 'xai-relay.example')).toBe(env.XAI_API_KEY)
    expect(acts(await envPlan(temp, env))).toEqual([
      'nothing openai (not ticked)',
      'nothing mistral (not ticked)',
      'nothing xai-relay.example (not ticked)',
    ])
  })

  it('do not go to a provider whose address its owner has changed', async () => {
    await using temp = await openTempCore()
    const openai = (await temp.client.listProviders()).find(({ name }) => name === 'openai')
    await temp.client.updateProvider({ provider_id: openai?.id ?? 0, base_url: 'https://proxy.example/v1' })
    const [line] = await envPlan(temp, { OPENAI_API_KEY: env.OPENAI_API_KEY })
    expect(line?.provider).toMatchObject({ id: null, base_url: 'https://api.openai.com/v1' })
    expect(line?.provider.name).toBe('openai-2')
  })

  it('exchange a stored key only where that is ticked, and a second key for one provider waits', async () => {
    await using temp = await openTempCore()
    const plan = await envPlan(temp, { GEMINI_API_KEY: 'AIza-one-0123456789', GOOGLE_API_KEY: 'AIza-two-0123456789' })
    expect(acts(plan)).toEqual(['add_key google', 'replace_key google (not ticked)'])
    const both = { COHERE_API_KEY: 'one-0123456789', CO_API_KEY: 'two-0123456789' }
    expect(acts(await envPlan(temp, both))).toEqual(['create cohere', 'create cohere-2 (not ticked)'])
    await applyImport(temp.client, ticked(plan))
    expect(acts(await envPlan(temp, { GOOGLE_API_KEY: 'AIza-two-0123456789' }))).toEqual([
      'replace_key google (not ticked)',
    ])
  })

  it('are known where they are a further key of their provider', async () => {
    await using temp = await openTempCore()
    const openai = (await temp.client.listProviders()).find(({ name }) => name === 'openai')
    const provider_id = openai?.id ?? 0
    await temp.client.updateProvider({ provider_id, api_key: 'sk-proj-another-0123456789' })
    const found = { OPENAI_API_KEY: env.OPENAI_API_KEY }
    expect(acts(await envPlan(temp, found))).toEqual(['replace_key openai (not ticked)'])
    await temp.client.addKey({ provider_id, api_key: env.OPENAI_API_KEY })
    expect(acts(await envPlan(temp, found))).toEqual(['nothing openai (not ticked)'])
  })

  it('are imported one by one: one that fails holds up none', async () => {
    await using temp = await openTempCore()
    const plan = await envPlan(temp, { MISTRAL_API_KEY: env.MISTRAL_API_KEY, XAI_API_KEY: env.XAI_API_KEY })
    await temp.client.createProvider({ name: 'mistral', display_name: 'Taken meanwhile' })
    const outcomes = await applyImport(temp.client, plan)
    expect(outcomes).toMatchObject([{ done: false, error: { code: 'provider_exists' } }, { done: true }])
  })
})
