import { describe, expect, it } from 'vitest'
import { catalogOf, catalogText } from '../../../src/core/backup/plain-export.ts'
import { readCatalog } from '../../../src/core/catalog/models-yaml.ts'
import { openTempCore } from '../../support/temp-core.ts'

describe('the plain export', () => {
  it('can be a models.yaml, in YAML and in JSON, and says that it has no keys', async () => {
    await using temp = await openTempCore()
    const { client, core } = temp
    const custom = { name: 'mine', display_name: 'Mine: "quoted" #1', base_url: 'http://127.0.0.1:1/v1' }
    await client.createProvider({ ...custom, auth: 'api-key', api_key: 'sk-never-exported', models: ['a:b', 'yes'] })
    const openai = (await client.listProviders()).find(({ name }) => name === 'openai')
    await client.updateProvider({ provider_id: openai?.id ?? 0, base_url: 'https://eu.example/v1' })
    const rows = await core.vault.reader().listProviders()

    const yaml = catalogText(rows)
    expect(yaml).toMatch(/^# .* No keys are in this file\.\n/)
    const json = JSON.stringify(catalogOf(rows))
    expect(json).toContain('No keys are in this file.')
    for (const text of [yaml, json]) {
      expect(text).not.toMatch(/sk-never-exported|gAAAA|api_key/)
      const { providers } = readCatalog(text, 'the export')
      const read = new Map(providers.map((provider) => [provider.name, provider]))
      for (const { name, display_name, base_url, dialect, auth, models } of rows) {
        expect(read.get(name)).toMatchObject({ display_name, base_url, dialect, auth })
        expect(read.get(name)?.models.map((model) => [model.name, model.display_name])).toEqual(
          models.map((model) => [model.name, model.display_name]),
        )
      }
      expect(read.get('anthropic')?.endpoints).toEqual(
        rows.find(({ name }) => name === 'anthropic')?.catalog?.endpoints,
      )
      expect(read.get('openai')?.key_prefixes).not.toEqual([])
    }
  })
})
