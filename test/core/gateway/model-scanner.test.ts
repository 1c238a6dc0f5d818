import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ModelScanner, withNames, type FoundModels } from '../../../src/core/gateway/model-scanner.ts'

/** Scans `body` in pieces that end at these places. */
function scan(body: string | Buffer, ...cuts: number[]): FoundModels {
  const bytes = Buffer.from(body as string)
  const scanner = new ModelScanner()
  let from = 0
  for (const cut of [...new Set(cuts)].sort((a, b) => a - b)) {
    scanner.push(bytes.subarray(from, cut))
    from = cut
  }
  scanner.push(bytes.subarray(from))
  return scanner.end()
}

const refusal = (body: string): string => {
  try {
    scan(body)
  } catch (cause) {
    return (cause as Error).message
  }
  return 'none'
}

describe('the model in a body', () => {
  it('is found wherever it stands at the top, and only there', () => {
    const bodies = [
      '{"model":"a/b"}',
      '{ "model" : "a/b" , "messages" : [ ] }',
      '{"messages":[{"role":"user","model":"no","content":"{\\"model\\":\\"no\\"}"}],"model":"a/b"}',
      '{"x":{"model":"no"},"y":["model","no"],"z":"model","model":"a/b","n":-1.5e+3,"t":true,"f":false,"u":null}',
      '\n{\t"a":[],"b":{},"c":[[],{}],"model":"a/b"}\r\n',
      '{"text":"ends with a backslash \\\\","model":"a/b"}',
      '{"text":"\\"model\\":\\"no\\"","model":"a/b"}',
    ]
    for (const body of bodies) {
      const { top } = scan(body)
      expect(top?.value).toBe('a/b')
      expect(body.slice(top?.start, top?.end)).toBe('"a/b"')
    }
  })

  it('is found in any cutting of the bytes', () => {
    const body = '{"é":"\\u0041\\\\","m\\u006fdel":"a\\/b \\ud83d\\ude00","x":["\\"",{"model":1}]}'
    const bytes = Buffer.from(body)
    for (let first = 0; first <= bytes.length; first++) {
      for (let second = first; second <= bytes.length; second++) {
        expect(scan(bytes, first, second).top?.value).toBe('a/b 😀')
      }
    }
  })

  it('is found as a parser of the whole would find it, and can be replaced without touching another byte', () => {
    const model = fc.string({ unit: 'binary', maxLength: 40 })
    const json = fc.jsonValue({ maxDepth: 4, noUnicodeString: false })
    const rest = fc.dictionary(
      fc.string().filter((key) => key.toLowerCase() !== 'model'),
      json,
    )
    fc.assert(
      fc.property(model, rest, fc.nat(20), fc.array(fc.nat(400)), fc.boolean(), (model, rest, at, cuts, spaced) => {
        const entries = Object.entries(rest)
        entries.splice(at, 0, ['model', model])
        const value = Object.fromEntries(entries)
        const body = Buffer.from(JSON.stringify(value, null, spaced ? 2 : 0))
        const { top } = scan(body, ...cuts)
        expect(top?.value).toBe(model)
        if (top === undefined) return
        const changed = withNames(body, [{ ...top, name: 'other "name"' }])
        expect(JSON.parse(changed.toString())).toEqual({ ...JSON.parse(body.toString()), model: 'other "name"' })
        const length = JSON.stringify('other "name"').length
        expect(changed.subarray(0, top.start).equals(body.subarray(0, top.start))).toBe(true)
        expect(changed.subarray(top.start + length).equals(body.subarray(top.end))).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  it('may not stand twice, since the last one is what an upstream would read', () => {
    for (const second of ['"model"', '"mod\\u0065l"', '"Model"', '"MODEL"']) {
      expect(refusal(`{"model":"a",${second}:"b"}`)).toBe('The body names its model twice')
      expect(refusal(`{${second}:"b","model":"a"}`)).toBe('The body names its model twice')
    }
  })

  it('must be a text', () => {
    for (const value of ['1', 'null', 'true', '["a"]', '{"a":1}', '[]']) {
      expect(refusal(`{"model":${value}}`)).toBe('"model" must be a text')
    }
    expect(refusal(`{"model":"${'a'.repeat(5_000)}"}`)).toBe('"model" is too long')
  })

  it('is looked for in JSON objects only', () => {
    for (const body of ['[]', '"model"', '1', 'null', '[{"model":"a"}]']) {
      expect(refusal(body)).toBe('The body must be a JSON object')
    }
    for (const body of ['{"model":"a"', '', '{"model":"a', '{"model"', '{"model":', '{"model":"a\\']) {
      expect(refusal(body)).toBe('The body is not complete JSON')
    }
    const broken = [
      '{"model":"a"]',
      '{"a":[1}',
      '{"a" "b"}',
      '{"a":"b" "c":"d"}',
      '{,}',
      '{"a":1,}',
      '{"a":[1,]}',
      '{"a":,}',
      "{'model':'a'}",
      '{"a":1 2}',
      '{"a":"b":"c"}',
      '{model:"a"}',
      '\ufeff{"model":"a"}',
    ]
    for (const body of broken) expect([body, refusal(body)]).not.toEqual([body, 'none'])
    expect(refusal('{"model":"a"}{"model":"b"}')).toBe('Something follows the JSON of the body')
    expect(refusal(`{"a":${'['.repeat(2_000)}`)).toBe('The body is nested too deep')
  })

  it('may be missing', () => {
    expect(scan('{}')).toEqual({ top: undefined, repeats: [] })
    expect(scan('{"models":"a","mode":"b","":"c"}').top).toBeUndefined()
  })

  it('is found where Gemini says it again', () => {
    const body = '{"requests":[{"model":"models/a","content":{"model":"no"}},{"model":"models/b"}],"x":{"model":"no"}}'
    expect(scan(body).repeats.map(({ value }) => value)).toEqual(['models/a', 'models/b'])
    expect(scan('{"generateContentRequest":{"model":"models/a"}}').repeats.map(({ value }) => value)).toEqual([
      'models/a',
    ])
  })

  it('is found in a body of 64 MiB that came in small pieces', () => {
    const scanner = new ModelScanner()
    scanner.push(Buffer.from('{"messages":[{"content":"'))
    const piece = Buffer.from('text with \\"quotes\\" and a \\n '.repeat(2_000))
    for (let size = 0; size < 67_108_864; size += piece.length) scanner.push(piece)
    scanner.push(Buffer.from('"}],"model":"a"}'))
    expect(scanner.end().top?.value).toBe('a')
  })
})
