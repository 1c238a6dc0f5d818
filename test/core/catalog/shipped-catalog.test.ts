import { execFileSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readCatalogFile } from '../../../src/core/catalog/models-yaml.ts'
import { shippedCatalogPath } from '../../../src/core/catalog/shipped-catalog.ts'

describe('the shipped catalog', () => {
  it('lies beside package.json', async () => {
    const path = shippedCatalogPath()
    expect(path.endsWith('models.yaml')).toBe(true)
    expect(JSON.parse(await readFile(join(path, '../package.json'), 'utf8'))).toMatchObject({ name: 'latchkey' })
  })

  it('has the four providers, as their official SDKs address them', async () => {
    const { source, providers } = await readCatalogFile(shippedCatalogPath())
    expect(source).toBe(shippedCatalogPath())
    expect(providers.map(({ models: _models, key_prefixes: _key_prefixes, ...rest }) => rest)).toEqual([
      {
        name: 'openai',
        display_name: 'OpenAI',
        base_url: 'https://api.openai.com/v1',
        dialect: 'openai',
        auth: 'bearer',
        endpoints: {},
        key_url: 'https://platform.openai.com/api-keys',
        env: ['OPENAI_API_KEY'],
      },
      {
        name: 'anthropic',
        display_name: 'Anthropic (Claude)',
        base_url: 'https://api.anthropic.com',
        dialect: 'anthropic',
        auth: 'x-api-key',
        endpoints: { openai: 'https://api.anthropic.com/v1' },
        key_url: 'https://platform.claude.com/settings/keys',
        env: ['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN'],
      },
      {
        name: 'xai',
        display_name: 'xAI (Grok)',
        base_url: 'https://api.x.ai/v1',
        dialect: 'openai',
        auth: 'bearer',
        endpoints: {},
        key_url: 'https://console.x.ai/team/default/api-keys',
        env: ['XAI_API_KEY'],
      },
      {
        name: 'google',
        display_name: 'Google (Gemini)',
        base_url: 'https://generativelanguage.googleapis.com',
        dialect: 'google',
        auth: 'x-goog-api-key',
        endpoints: { openai: 'https://generativelanguage.googleapis.com/v1beta/openai' },
        key_url: 'https://aistudio.google.com/apikey',
        env: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
      },
    ])
  })

  it('gives every model a name for people', async () => {
    const { providers } = await readCatalogFile(shippedCatalogPath())
    expect(providers.filter(({ models }) => models.length < 5)).toEqual([])
    expect(providers.flatMap(({ models }) => models).filter(({ name, display_name }) => name === display_name)).toEqual(
      [],
    )
  })

  it('invents no model: each stands in the packages that its comment names, of the versions that are installed', async () => {
    const sources: Record<string, string[]> = {
      openai: ['openai'],
      anthropic: ['@anthropic-ai/sdk'],
      xai: ['@ai-sdk/xai'],
      google: ['@google/genai', '@ai-sdk/google', '@pydantic/genai-prices'],
    }
    const modules = join(import.meta.dirname, '../../../node_modules')
    const comments = (await readFile(shippedCatalogPath(), 'utf8')).replaceAll(/\n\s*# /g, ' ')
    const { providers } = await readCatalogFile(shippedCatalogPath())
    expect(providers.map(({ name }) => name)).toEqual(Object.keys(sources))
    for (const { name, models } of providers) {
      let text = ''
      for (const source of sources[name] ?? []) {
        const folder = join(modules, source)
        const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }
        expect(comments).toContain(`${source} ${version}`)
        // Types where a package has them for its models; the prices are data in its code.
        const files = globSync(source === '@pydantic/genai-prices' ? 'dist/*.js' : '**/*.d.ts', { cwd: folder })
        text += files.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n')
      }
      expect([
        name,
        models.filter((model) => !text.includes(`'${model.name}'`) && !text.includes(`"${model.name}"`)),
      ]).toEqual([name, []])
    }
  })

  it('tells by its beginning whose key it is', async () => {
    const { providers } = await readCatalogFile(shippedCatalogPath())
    const owner = (key: string): string | undefined =>
      providers
        .flatMap(({ name, key_prefixes }) => key_prefixes.map((prefix) => ({ name, prefix })))
        .filter(({ prefix }) => key.startsWith(prefix))
        .sort((a, b) => b.prefix.length - a.prefix.length)[0]?.name
    expect(['sk-proj-x', 'sk-x', 'sk-ant-api03-x', 'xai-x', 'AIzax', 'AQ.x'].map(owner)).toEqual([
      'openai',
      'openai',
      'anthropic',
      'xai',
      'google',
      'google',
    ])
  })
})

describe('shippedCatalogPath', () => {
  it('is in the resources of the packaged app, where none lies beside package.json', async () => {
    const app = await mkdtemp(join(tmpdir(), 'latchkey-app-'))
    onTestFinished(() => rm(app, { recursive: true }))
    const code = join(app, 'resources/app/out/main')
    await mkdir(code, { recursive: true })
    await writeFile(join(app, 'resources/app/package.json'), '{"type":"module"}')
    await writeFile(join(app, 'models.yaml'), 'not ours')
    const shipped = await readFile(join(import.meta.dirname, '../../../src/core/catalog/shipped-catalog.ts'), 'utf8')
    await writeFile(join(code, 'shipped.ts'), shipped)
    const ask = (before: string): string =>
      execFileSync(process.execPath, [
        '--input-type=module',
        '--eval',
        `${before}; console.log((await import(${JSON.stringify(join(code, 'shipped.ts'))})).shippedCatalogPath())`,
      ])
        .toString()
        .trim()
    const resources = join(app, 'resources')
    expect(ask(`process.resourcesPath = ${JSON.stringify(resources)}`)).toBe(join(resources, 'models.yaml'))
    expect(ask('')).toBe(join(resources, 'app/models.yaml'))
    await writeFile(join(resources, 'app/models.yaml'), 'ours')
    expect(ask(`process.resourcesPath = ${JSON.stringify(resources)}`)).toBe(join(resources, 'app/models.yaml'))
  })
})
