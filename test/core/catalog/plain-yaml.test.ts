import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readLocated } from '../../../src/core/catalog/located-yaml.ts'
import { CatalogError, type Located } from '../../../src/core/catalog/located.ts'
import { readPlain } from '../../../src/core/catalog/plain-yaml.ts'
import { shippedCatalogPath } from '../../../src/core/catalog/shipped-catalog.ts'

/** Everything a value says of itself, for comparison. */
function said(value: Located): unknown {
  if (value.kind === 'list') return value.items('x').map(said)
  if (value.kind === 'map') {
    try {
      return [...value.fields('x')].map(([name, { value: inner }]) => [name, said(inner)])
    } catch (cause) {
      if (cause instanceof CatalogError) return 'a name twice'
      throw cause
    }
  }
  return [value.kind, value.text('x'), value.kind === 'number' ? value.number('x') : undefined]
}

/** What the library says of the same text; a refusal stands for itself. */
function saidByLibrary(text: string): unknown {
  try {
    return said(readLocated(text, 'x'))
  } catch (cause) {
    if (cause instanceof CatalogError) return cause.message
    throw cause
  }
}

/** What is read without the library, beside what the library reads; undefined where it is left to the library. */
function bothReadings(text: string): { plain: unknown; library: unknown } | undefined {
  const plain = readPlain(text)
  return plain === undefined ? undefined : { plain: said(plain), library: saidByLibrary(text) }
}

const RUNS = 20_000

describe('readPlain', () => {
  it.each([shippedCatalogPath(), join(import.meta.dirname, 'fixtures/origin-format.yaml')])(
    'reads %s, and as the library does',
    (path) => {
      // The origin's `~` for null is the one thing in it that is not plain.
      const both = bothReadings(readFileSync(path, 'utf8').replace(' ~', ' null'))
      expect(both).toBeDefined()
      expect(both?.plain).toEqual(both?.library)
    },
  )

  it.each([
    'a:\n  - b: 1\n    c: { d: [e, "f g", 1.5], h: {} }\n  - []\n',
    'a:\n- b\n- c # d\ne: "f, g"\n',
    '- a: b\n  c:\n  - d\n- e\n',
    '  a: http://b.example/c:d\n  e:f: g\n',
    '"a b": \'c\'\n\n# d\ne:\nf: # g\n',
    'a: { b: c, d: e } # f\r\ng: 4.10\r\n',
  ])('reads %j as the library does', (text) => {
    const both = bothReadings(text)
    expect(both).toBeDefined()
    expect(both?.plain).toEqual(both?.library)
  })

  it.each([
    ...'¦# a¦a¦- a\n  b¦a: b\n  c¦a: b\n  c: d¦a: b\n- c¦- a\nb: c¦a: - b¦a: b: c¦a:b¦a: |\n  b¦a: >\n  b¦a: &b c¦a: *b'.split(
      '¦',
    ),
    ..."a: !b c¦<<: a¦? a¦a: \"\\n\"¦a: 'b''c'¦a: \"b¦a: ~¦a: {b: c¦a: [b\n]¦a: [b,]¦a: {b}¦a: [b: c]¦a: {b: }".split(
      '¦',
    ),
    ...'a: [b]c¦a: 0x1f¦a: .nan¦a: .inf¦---\na: b¦a: b\n...\n¦%YAML 1.2\n---\na: b¦\ta: b¦a:\t- b¦a: b\rc: d'.split(
      '¦',
    ),
    ...'a: b\u00A0¦a:#b¦a: "b"c¦-  a: b¦- - a'.split('¦'),
    `a: ${'b'.repeat(2000)}`,
    Array.from({ length: 40 }, (_, i) => `${' '.repeat(i)}a:\n`).join(''),
  ])('leaves %j to the library', (text) => {
    expect(readPlain(text)).toBeUndefined()
  })

  it('never says anything else than the library', () => {
    const part = fc.constantFrom(
      ...'a¦b c¦null¦true¦1¦1.¦.5¦-1¦+1¦1e3¦0o7¦0x1¦.inf¦.¦http://x¦a:b¦é¦<<¦: ¦:¦ - ¦-¦ ¦, ¦,¦{¦}¦{ ¦ }¦[¦]'.split(
        '¦',
      ),
      ...'"¦\'¦"a"¦\'b\'¦""¦#¦ # c¦\r¦\t¦|¦>¦&x ¦*x¦!t ¦? ¦\\¦%¦@¦---¦...¦\u00A0¦\u2028¦\u0085'.split('¦'),
    )
    const line = fc
      .tuple(
        fc.constantFrom('', '', '  ', '  ', '    ', ' '),
        fc.constantFrom('', '', '- ', '- ', '-', '-  '),
        fc.constantFrom('', 'a: ', 'b:', 'c: ', '"d": ', 'a:  '),
        fc.array(part, { maxLength: 3 }).map((parts) => parts.join('')),
        fc.constantFrom('', '', ' ', ' # c', '\r'),
      )
      .map((all) => all.join(''))
    let plain = 0
    fc.assert(
      fc.property(fc.array(line, { maxLength: 5 }), (lines) => {
        const both = bothReadings(lines.join('\n'))
        if (both !== undefined) plain++
        expect(both?.plain).toEqual(both?.library)
      }),
      { numRuns: RUNS },
    )
    expect(plain / RUNS).toBeGreaterThan(0.02)
  })

  it('reads every tree of plain parts as the library does', () => {
    const word = fc.constantFrom(...'a¦b¦name¦x/y¦4.10¦007¦null¦true¦"q q"¦\'s\'¦a b¦m:n¦1e3'.split('¦'))
    const key = fc.constantFrom('a', 'b', 'c', '"d e"', 'f.g', '1.0', 'null', 'h:i', "'j'")
    const { flow, lines } = fc.letrec<{ flow: string; lines: string[] }>((tie) => ({
      flow: fc.oneof(
        { maxDepth: 3 },
        word,
        fc.array(tie('flow'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
        fc
          .array(fc.tuple(key, tie('flow')), { maxLength: 3 })
          .map((pairs) => `{ ${pairs.map((pair) => pair.join(': ')).join(', ')} }`),
      ),
      lines: fc.oneof(
        { maxDepth: 4 },
        fc
          .array(fc.tuple(key, tie('flow')), { minLength: 1, maxLength: 3 })
          .map((pairs) => pairs.map((pair) => pair.join(': '))),
        fc.array(tie('flow'), { minLength: 1, maxLength: 3 }).map((items) => items.map((item) => `- ${item}`)),
        fc.tuple(key, tie('lines')).map(([name, inner]) => [`${name}:`, ...inner.map((line) => `  ${line}`)]),
        fc.tuple(tie('lines'), tie('lines')).map((both) => both.flat()),
        fc
          .tuple(key, tie('flow'), tie('lines'))
          .map(([name, value, inner]) => [`- ${name}: ${value}`, ...inner.map((line) => `  ${line}`)]),
      ),
    }))
    let plain = 0
    fc.assert(
      fc.property(
        fc.oneof(
          lines.map((all) => all.join('\n')),
          flow.map((value) => `a: ${value}`),
        ),
        (text) => {
          const both = bothReadings(text)
          if (both !== undefined) plain++
          expect(both?.plain).toEqual(both?.library)
        },
      ),
      { numRuns: 5000 },
    )
    expect(plain).toBeGreaterThan(1000)
  })
})
