import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CatalogError, readCatalog } from '../../../src/core/catalog/models-yaml.ts'

/** What a catalog is refused with. */
function refusal(text: string): CatalogError {
  try {
    readCatalog(text, 'models.yaml')
  } catch (cause) {
    if (cause instanceof CatalogError) return cause
    throw cause
  }
  throw new Error(`not refused: ${text.slice(0, 200)}`)
}

describe('a refusal', () => {
  const cases: [what: string, text: string, line: number, column: number, says: string | RegExp][] = [
    ['an empty file', '', 1, 1, 'no providers'],
    ['a file of comments', '# providers:\n', 1, 1, 'no providers'],
    ['no providers', 'models: []\n', 1, 1, 'no providers'],
    ['providers without any', 'providers:\n', 1, 1, 'no providers'],
    ['providers as a list', 'providers:\n  - openai\n', 2, 3, 'providers must be a map, not a list'],
    ['a text for a catalog', 'hello\n', 1, 1, 'the catalog must be a map, not a text'],
    ['a list for a provider', 'providers:\n  acme:\n    - a\n', 3, 5, 'provider "acme" must be a map, not a list'],
    ['a name with a space', 'providers:\n  Open AI: {}\n', 2, 3, /provider "Open AI": Write 1 to 100 of a–z/],
    ['an upper-case name', 'providers:\n  acme: {}\n  OpenAI: {}\n', 3, 3, 'provider "OpenAI"'],
    ['__proto__ as a provider', 'providers:\n  __proto__: {}\n', 2, 3, 'provider "__proto__"'],
    ['a list for a name', 'providers:\n  [a]: {}\n', 2, 3, 'a name in providers must be a text'],
    ['a provider twice', 'providers:\n  a: {}\n  b: {}\n  a: {}\n', 4, 3, '"a" stands twice in providers'],
    ['a field twice', 'providers:\n  a:\n    env: []\n    env: []\n', 4, 5, '"env" stands twice in provider "a"'],
    ['a model twice', 'providers:\n  a:\n    models: [x, y, x]\n', 3, 20, 'model "x" stands twice'],
    ['a model twice in a map', 'providers:\n  a:\n    models:\n      x: 1\n      "x": 2\n', 5, 7, '"x" stands twice'],
    ['a model twice but for spaces', 'providers: { a: { models: [x, " x "] } }', 1, 31, 'model "x" stands twice'],
    ['models as a text', 'providers:\n  a:\n    models: gpt-5\n', 3, 13, 'models must be a list or a map, not a text'],
    ['a list for a model', 'providers:\n  a:\n    models:\n      x: [1]\n', 4, 10, 'model "x" takes a display name'],
    ['a list in the list of models', 'providers:\n  a:\n    models:\n      - [x]\n', 4, 9, 'a model must be a text'],
    [
      'a model without a name',
      'providers:\n  a:\n    models:\n      - display_name: X\n',
      4,
      9,
      'A model name is needed',
    ],
    ['an empty model name', 'providers:\n  a:\n    models: [""]\n', 3, 14, 'a model name: Write a model name'],
    ['nothing for a model name', 'providers:\n  a:\n    models: [~]\n', 3, 14, 'A model name is needed'],
    ['a long model name', `providers:\n  a:\n    models: [${'x'.repeat(256)}]\n`, 3, 14, 'at most 255'],
    ['an empty display name', 'providers:\n  a:\n    display_name: " "\n', 3, 19, 'display_name: Write a display name'],
    ['a map for a display name', 'providers:\n  a:\n    display_name: {}\n', 3, 19, 'must be a text, not a map'],
    ['NUL in a display name', 'providers:\n  a:\n    display_name: "a\\0b"\n', 3, 19, 'printable'],
    ['a base URL that is none', 'providers:\n  a:\n    base_url: example.com\n', 3, 15, 'base_url: Write an absolute'],
    ['plain http to the world', 'providers:\n  a:\n    base_url: http://example.com\n', 3, 15, 'Plain http'],
    ['a metadata address', 'providers:\n  a:\n    base_url: http://169.254.169.254\n', 3, 15, 'metadata'],
    ['an unknown dialect', 'providers:\n  a:\n    dialect: cohere\n', 3, 14, 'dialect: Choose one of openai'],
    ['an unknown auth', 'providers:\n  a:\n    auth: basic\n', 3, 11, 'auth: Choose one of bearer'],
    [
      'an endpoint of another origin',
      'providers:\n  a:\n    base_url: https://a.example/v1\n    endpoints:\n      anthropic: https://b.example\n',
      5,
      18,
      'endpoints: anthropic must have the scheme, host and port of base_url',
    ],
    [
      'an endpoint of another port',
      'providers:\n  a:\n    base_url: https://a.example\n    endpoints: { google: "https://a.example:8443" }\n',
      4,
      26,
      'endpoints: google',
    ],
    [
      'an endpoint without an address',
      'providers:\n  a:\n    endpoints: { openai: https://a.example }\n',
      3,
      26,
      'endpoints: openai',
    ],
    ['endpoints as a list', 'providers:\n  a:\n    endpoints: [x]\n', 3, 16, 'endpoints must be a map'],
    ['a key page over http', 'providers:\n  a:\n    key_url: http://a.example\n', 3, 14, 'key_url: Write an https'],
    ['a key page of script', 'providers:\n  a:\n    key_url: "javascript:alert(1)"\n', 3, 14, 'key_url'],
    ['a key page with a user', 'providers:\n  a:\n    key_url: https://u:p@a.example\n', 3, 14, 'key_url'],
    [
      'a key prefix with a space',
      'providers:\n  a:\n    key_prefixes: ["sk "]\n',
      3,
      20,
      'key_prefixes: Write 1 to 64',
    ],
    ['a key prefix twice', 'providers:\n  a:\n    key_prefixes: [sk-, sk-]\n', 3, 25, 'has "sk-" twice'],
    ['key prefixes as a text', 'providers:\n  a:\n    key_prefixes: sk-\n', 3, 19, 'must be a list, not a text'],
    ['a variable that is none', 'providers:\n  a:\n    env: [OK, NOT-OK]\n', 3, 15, 'env: Write the name'],
    ["Latchkey's own variable", 'providers:\n  a:\n    env: [ENCRYPTION_KEY]\n', 3, 11, "Latchkey's own"],
    ["Latchkey's own token", 'providers:\n  a:\n    env: [LATCHKEY_TOKEN]\n', 3, 11, "Latchkey's own"],
    ['a price as a number', 'providers:\n  a:\n    models:\n      x: { price: 1 }\n', 4, 19, 'price must be a map'],
    [
      'half a price',
      'providers:\n  a:\n    models:\n      x: { price: { input: 1 } }\n',
      4,
      19,
      'both input and output',
    ],
    [
      'a price in words',
      'providers:\n  a:\n    models:\n      x: { price: { input: "1" } }\n',
      4,
      28,
      'input must be a number',
    ],
    [
      'a price below nothing',
      'providers:\n  a:\n    models:\n      x: { price: { input: -1, output: 1 } }\n',
      4,
      28,
      'USD per million tokens, 0 or more',
    ],
    [
      'a price without end',
      'providers:\n  a:\n    models:\n      x: { price: { input: 1, output: .inf } }\n',
      4,
      39,
      'output must be USD',
    ],
    ['a tab for indentation', 'providers:\n  acme:\n\tmodels: []\n', 3, 1, 'Tabs'],
    ['wrong indentation', 'providers:\n  acme:\n    models: []\n   env: []\n', 4, 1, 'same column'],
    ['a bracket left open', 'providers:\n  acme:\n    models: [a, b\n', 4, 1, 'Flow'],
    ['a quote left open', 'providers: "acme\n', 2, 1, 'Missing closing'],
    ['a second document', 'providers: {}\n---\nproviders: {}\n', 2, 1, 'a second document begins'],
    ['an unknown tag', 'providers: !include other.yaml\n', 1, 12, 'tag'],
    ['an alias of nothing', 'providers: *nothing\n', 1, 12, 'nothing above is called "nothing"'],
    ['a merge', 'base: &b {}\nproviders:\n  a:\n    <<: *b\n', 4, 5, 'merging'],
    ['NUL', 'providers:\n  a\0b: {}\n', 2, 4, 'a control character'],
    ['an escape character', '# \x1b[31m\nproviders: {}\n', 1, 3, 'a control character'],
  ]

  it.each(cases)('names the place of %s', (_, text, line, column, says) => {
    const error = refusal(text)
    expect(error.message).toMatch(says)
    expect(error).toMatchObject({ name: 'CatalogError', source: 'models.yaml', line, column })
    expect(error.message.startsWith(`models.yaml, line ${line}, column ${column}: `)).toBe(true)
  })

  it('counts lines alike with Windows line ends, and columns without the byte order mark', () => {
    const [, text = '', line, column] = cases.find(([what]) => what === 'an unknown dialect') ?? []
    expect(refusal(`\uFEFF${text}`.replaceAll('\n', '\r\n'))).toMatchObject({ line, column })
    expect(refusal('\uFEFFproviders: []')).toMatchObject({ line: 1, column: 12 })
  })

  it('does not repeat an address, which may hold a password', () => {
    const { message } = refusal('providers:\n  a:\n    base_url: https://user:hunter2@a.example\n')
    expect(message).toContain('base_url')
    expect(message).not.toContain('hunter2')
    expect(refusal('providers:\n  a: }hunter2\n').message).not.toContain('hunter2')
  })

  it('quotes a long name in short and on one line', () => {
    const { message } = refusal(`providers:\n  "a\\n${'x'.repeat(5000)}": {}\n`)
    expect(message).not.toContain('\n')
    expect(message.length).toBeLessThan(400)
  })
})

describe('the bounds', () => {
  it('refuses more than 1 MiB', () => {
    const padding = '#'.repeat(1024 * 1024 - 14)
    expect(readCatalog(`providers: {}\n${padding}`, 'x').providers).toEqual([])
    expect(refusal(`providers: {}\n${padding}#`).message).toMatch(/^models.yaml: longer than 1 MiB/)
    expect(refusal('ä'.repeat(600 * 1024)).message).toContain('longer than 1 MiB')
    expect(refusal('a'.repeat(10 * 1024 * 1024)).message).toContain('longer than 1 MiB')
  })

  it('refuses an alias bomb', () => {
    const levels = Array.from({ length: 9 }, (_, i) => {
      const inner = i === 0 ? 'x' : `*l${i - 1}`
      return `l${i}: &l${i} [${Array.from({ length: 10 }, () => inner).join(', ')}]\n`
    })
    expect(refusal(`${levels.join('')}providers: { a: { models: *l8 } }\n`)).toMatchObject({ line: 4 })
    expect(refusal(`${levels.join('')}providers: { a: { models: *l8 } }\n`).message).toContain('more than 20 aliases')
  })

  it('refuses many models made by few aliases', () => {
    const many = Array.from({ length: 20_000 }, (_, i) => `  - m${i}\n`).join('')
    const providers = Array.from({ length: 6 }, (_, i) => `  p${i}: { models: *many }\n`).join('')
    expect(refusal(`many: &many\n${many}providers:\n${providers}`).message).toContain('more than 100,000 models')
  })

  it('comes to an end where aliases go round in a circle', () => {
    expect(refusal('providers: { a: { models: &m [*m] } }').message).toContain('a model must be a text, not a list')
    expect(readCatalog('providers: &p { a: *p }', 'x').providers.map(({ name }) => name)).toEqual(['a'])
  })

  it.each([
    ['brackets', '['],
    ['braces', '{ a: '],
    ['dashes', '- '],
    ['question marks', '? '],
  ])('refuses endless %s', (_, part) => {
    const { message, line } = refusal(part.repeat(200_000))
    expect(message).toContain('nested more than 64 levels deep')
    expect(line).toBe(1)
  })

  it('refuses a million small parts', () => {
    expect(refusal(`[${','.repeat(1_000_000)}`).message).toContain('too much for a catalog')
  })

  it('answers any text with a catalog or a CatalogError', () => {
    const parts = [
      'providers:¦models:¦acme¦name:¦price:¦env:¦base_url:¦\n¦  ¦    ¦- ¦: ¦{¦}¦[¦]¦, ¦"¦\'¦&a ¦*a¦#¦|\n¦>-\n¦? ¦!!set ¦!!omap ',
      '!!binary ¦%YAML 1.1\n¦---\n¦...\n¦\t¦\r¦\0¦\uFEFF¦\uD800¦~¦<<¦0x1f¦.nan¦1e999¦2001-01-01',
    ].flatMap((list) => list.split('¦'))
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.array(fc.constantFrom(...parts), { maxLength: 40 }).map((all) => all.join('')),
      fc
        .array(fc.constantFrom(...parts), { maxLength: 20 })
        .map((all) => `providers:\n  a:\n    models: ${all.join('')}`),
    )
    const answer = (given: string): unknown => {
      try {
        return readCatalog(given, 'x').providers
      } catch (cause) {
        return cause
      }
    }
    fc.assert(
      fc.property(text, (given) => {
        expect(answer(given)).toSatisfy((value) => Array.isArray(value) || value instanceof CatalogError)
      }),
      { numRuns: 6000 },
    )
  })
})
