import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readCatalog } from '../../../src/core/catalog/models-yaml.ts'

const fixture = (name: string): string => join(import.meta.dirname, 'fixtures', name)

/** The one provider of a catalog that has the given fields below it. */
const provider = (fields: string) => readCatalog(`providers:\n  acme:\n${fields}`, 'models.yaml').providers[0]
const models = (fields: string) => provider(fields)?.models

describe('readCatalog', () => {
  it('fills in what a provider leaves out', () => {
    expect(readCatalog('providers:\n  ollama:\n', 'models.yaml')).toEqual({
      source: 'models.yaml',
      providers: [
        {
          name: 'ollama',
          display_name: 'ollama',
          base_url: null,
          dialect: 'openai',
          auth: 'bearer',
          endpoints: {},
          key_url: null,
          key_prefixes: [],
          env: [],
          models: [],
        },
      ],
    })
  })

  it('sends the key as the vendor of the dialect wants it, unless told otherwise', () => {
    expect(provider('    dialect: anthropic')?.auth).toBe('x-api-key')
    expect(provider('    dialect: google')?.auth).toBe('x-goog-api-key')
    expect(provider('    dialect: anthropic\n    auth: bearer')?.auth).toBe('bearer')
  })

  it('keeps a well-known provider without an address without one', () => {
    expect(readCatalog('providers: { openai: { models: [gpt-5] } }', 'x').providers[0]?.base_url).toBeNull()
  })

  it('takes null for not given', () => {
    const fields = [
      'display_name',
      'base_url',
      'dialect',
      'auth',
      'endpoints',
      'key_url',
      'key_prefixes',
      'env',
      'models',
    ]
    expect(provider(fields.map((field) => `    ${field}: null\n`).join(''))).toEqual(provider('    note: x'))
  })

  it('passes over fields it does not know', () => {
    const known = '    display_name: Acme\n    models: [{ name: a }]\n'
    const unknown = '    limits: { rpm: [1, 2] }\n    models: [{ name: a, context: 1000 }]\n    display_name: Acme\n'
    expect(provider(unknown)).toEqual(provider(known))
    expect(readCatalog('version: 2\nproviders: {}', 'x').providers).toEqual([])
    expect(provider('    base_url: https://a.example\n    endpoints: { cohere: nowhere }')?.endpoints).toEqual({})
  })

  it('reads models as names, as maps, or both', () => {
    const text = `
    models:
      - plain
      - vendor/with:everything
      - { name: shown, display_name: Shown to people }
      - name: priced
        price: { input: 2.5, cached_input: 0.25, output: 10 }
`
    expect(models(text)).toEqual([
      { name: 'plain', display_name: 'plain' },
      { name: 'vendor/with:everything', display_name: 'vendor/with:everything' },
      { name: 'shown', display_name: 'Shown to people' },
      { name: 'priced', display_name: 'priced', price: { input: 2.5, cached_input: 0.25, output: 10 } },
    ])
  })

  it('reads models as a map from name to display name, fields or nothing', () => {
    const text = `
    models:
      a: Model A
      b:
      c: { display_name: Model C, price: { input: 0, output: 0 } }
      d: 3.5
      e: true
`
    expect(models(text)).toEqual([
      { name: 'a', display_name: 'Model A' },
      { name: 'b', display_name: 'b' },
      { name: 'c', display_name: 'Model C', price: { input: 0, output: 0 } },
      { name: 'd', display_name: 'd' },
      { name: 'e', display_name: 'e' },
    ])
  })

  it("loads the origin system's file", async () => {
    const { providers } = readCatalog(await readFile(fixture('origin-format.yaml'), 'utf8'), 'models.yaml')
    expect(providers.map(({ name, display_name, base_url }) => [name, display_name, base_url])).toEqual([
      ['openai', 'OpenAI', null],
      ['grok', 'xAI (Grok)', null],
      ['google', 'Google (Gemini)', null],
    ])
    expect(providers.map((each) => each.models.map(({ name }) => name))).toEqual([
      ['gpt-5', 'gpt-4.1'],
      ['grok-4-0709', 'grok-3', 'grok-2'],
      ['gemini-2.5-pro'],
    ])
    expect(providers[0]?.models[0]).toEqual({ name: 'gpt-5', display_name: 'gpt-5' })
  })

  it('leaves names as they were written, numbers and words of YAML too', () => {
    expect(models('    models: [4.10, 007, 1e3, true, "null"]')?.map(({ name }) => name)).toEqual([
      '4.10',
      '007',
      '1e3',
      'true',
      'null',
    ])
    expect(models('    models: { 4.10: 1.50, no: yes }')).toEqual([
      { name: '4.10', display_name: '4.10' },
      { name: 'no', display_name: 'yes' },
    ])
  })

  it('keeps names that mean something to JavaScript apart', () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty']
    expect(models(`    models: [${names.join(', ')}]`)?.map(({ name }) => name)).toEqual(names)
    expect(models(`    models:\n${names.map((name) => `      ${name}: Shown\n`).join('')}`)?.[0]).toEqual({
      name: '__proto__',
      display_name: 'Shown',
    })
    expect(
      readCatalog('__proto__: { polluted: 1 }\nproviders: { a: { __proto__: { b: 1 } } }', 'x').providers,
    ).toHaveLength(1)
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  })

  it('reads Windows line ends and a byte order mark', () => {
    const text = 'providers:\n  acme:\n    models:\n      - a\n      - { name: b, display_name: "B" }\n'
    const expected = readCatalog(text, 'x')
    expect(readCatalog(text.replaceAll('\n', '\r\n'), 'x')).toEqual(expected)
    expect(readCatalog(`\uFEFF${text}`, 'x')).toEqual(expected)
  })

  it('reads the rest of YAML as well: anchors, block texts, quotes with escapes, merged lines', () => {
    const text = `
%YAML 1.2
---
defaults: &models
  - "a\\u0062"
  - >-
    folded
    name
providers:
  acme: { models: *models }
  other:
    models: *models
    key_prefixes: [
      'it''s', # a comment
    ]
`.trimStart()
    const names = readCatalog(text, 'x').providers.map((each) => each.models.map(({ name }) => name))
    expect(names).toEqual([
      ['ab', 'folded name'],
      ['ab', 'folded name'],
    ])
    expect(readCatalog(text, 'x').providers[1]?.key_prefixes).toEqual(["it's"])
  })

  it('reads 20,000 models, in a list and in a map', () => {
    const names = Array.from({ length: 20_000 }, (_, i) => `m-${i}`)
    expect(models(`    models:\n${names.map((name) => `      - ${name}\n`).join('')}`)).toHaveLength(20_000)
    // An anchor is enough to leave the short way.
    expect(models(`    models: &all\n${names.map((name) => `      ${name}: Shown\n`).join('')}`)).toHaveLength(20_000)
  })
})
