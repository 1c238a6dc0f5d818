import { describe, expect, it } from 'vitest'
import { fieldsOf, withFields, type Field } from '../../../src/core/connect/settings-text.ts'

const key = (path: string[], value: Field['value']): Field => ({ path, value })
const codex = [
  key(['model_provider'], 'latchkey'),
  key(['model_providers', 'latchkey'], { name: 'L', auth: { command: 'x', args: ['a', 'b "c"'] } }),
]
const block = `[model_providers.latchkey]
name = "L"
[model_providers.latchkey.auth]
command = "x"
args = ["a", "b \\"c\\""]
`

describe('a field in a JSON file with comments', () => {
  const text = `{
    // mine
    "theme": "dark", /* too */
    "env": { "A": "1", },
}
`
  it('is added, changed and taken out, and everything else stays to the letter', () => {
    const added = withFields(text, 'json', [key(['env', 'B'], '2'), key(['helper'], 'x y')])
    expect(added).toContain('    // mine\n    "theme": "dark", /* too */\n')
    expect(fieldsOf(added, 'json', [['env', 'A'], ['env', 'B'], ['helper']]).map(({ value }) => value)).toEqual([
      '1',
      '2',
      'x y',
    ])
    const gone = withFields(added, 'json', [key(['env', 'A'], undefined), key(['nowhere', 'C'], undefined)])
    expect(fieldsOf(gone, 'json', [['env', 'A'], ['nowhere']]).map(({ value }) => value)).toEqual([
      undefined,
      undefined,
    ])
  })

  it('makes a file where there was none, and keeps tabs, a mark of order and the ends of lines', () => {
    expect(withFields('', 'json', [key(['env', 'A'], '1')])).toBe('{\n  "env": {\n    "A": "1"\n  }\n}\n')
    const windows = withFields('\ufeff{\r\n\t"a": 1\r\n}\r\n', 'json', [key(['b'], 2)])
    expect(windows).toBe('\ufeff{\r\n\t"a": 1,\r\n\t"b": 2\r\n}\r\n')
  })

  it.each(['[1]', '"text"', '{ "env": "text" }', '{ "env": '])('is not forced into %s', (odd) => {
    expect(() => withFields(odd, 'json', [key(['env', 'A'], '1')])).toThrow(/form|map|valid/)
  })
})

describe('a field in a TOML file', () => {
  it('is a key behind those of the top and a table at the end; comments stay where they are', () => {
    const text = `# my settings
model = "gpt" # the good one

# tables
[mcp_servers.a]
command = "b"
`
    expect(withFields(text, 'toml', codex)).toBe(`# my settings
model = "gpt" # the good one
model_provider = "latchkey"

# tables
[mcp_servers.a]
command = "b"

${block}`)
  })

  it('takes the place of the key and the tables that were there', () => {
    const text = `model_provider = 'mine' # mine
[model_providers.latchkey] # old
name = "old"
[model_providers.latchkey.auth]
command = "old"
# of the profile
[profiles.x]
a = 1
`
    const after = withFields(text, 'toml', codex)
    expect(after).toBe(`model_provider = "latchkey" # mine
# of the profile
[profiles.x]
a = 1

${block}`)
    const gone = codex.map(({ path }) => key([...path], undefined))
    expect(withFields(after, 'toml', gone)).toBe('# of the profile\n[profiles.x]\na = 1\n')
  })

  it('makes a file where there was none', () => {
    expect(withFields('', 'toml', codex)).toBe(`model_provider = "latchkey"\n\n${block}`)
  })

  it.each([
    'model_provider = """\nmine"""\n',
    'model_providers = { latchkey = { name = "x" } }\n',
    'model_providers.latchkey.name = "x"\n',
    'text = """\n[model_providers.latchkey]\n"""\n',
    'broken = \n',
  ])('is refused, not guessed, in %j', (odd) => {
    expect(() => withFields(odd, 'toml', codex)).toThrow(/form|valid/)
  })
})

describe('a field in a .env file', () => {
  it('takes the place of the line that counts, or stands at the end', () => {
    const text = '# mine\nexport A=1\nB="2"\nA=3\n'
    expect(withFields(text, 'env', [key(['A'], 'x'), key(['C'], 'y')])).toBe('# mine\nexport A=1\nB="2"\nA=x\nC=y\n')
    expect(withFields(text, 'env', [key(['A'], undefined)])).toBe('# mine\nB="2"\n')
    expect(withFields('B=2', 'env', [key(['A'], 'x')])).toBe('B=2\nA=x\n')
  })

  it('is refused where the value goes on below its line', () => {
    expect(() => withFields('A="1\nB=2"\n', 'env', [key(['A'], 'x')])).toThrow('form')
  })
})
