import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { API_BASE } from '../../../src/shared/contract.ts'
import { request, sendRaw, type RawReply } from './raw-client.ts'
import { openTestListener, type TestListener } from './small-core.ts'

const PROVIDERS = `${API_BASE}/providers`
const JSON_TYPE = 'application/json'

function post(
  opened: TestListener,
  body: string | Buffer,
  type: string | null = JSON_TYPE,
  more: readonly string[] = [],
): Promise<RawReply> {
  const bytes = Buffer.from(body)
  const fields = [...(type === null ? [] : [`Content-Type: ${type}`]), ...more, `Content-Length: ${bytes.length}`]
  return sendRaw(opened.port, Buffer.concat([Buffer.from(request(opened, `POST ${PROVIDERS}`, fields)), bytes]))
}

function chunked(opened: TestListener, chunks: readonly string[]): Promise<RawReply> {
  const body = chunks.map((chunk) => `${Buffer.byteLength(chunk).toString(16)}\r\n${chunk}\r\n`).join('')
  const fields = [`Content-Type: ${JSON_TYPE}`, 'Transfer-Encoding: chunked']
  return sendRaw(opened.port, request(opened, `POST ${PROVIDERS}`, fields, `${body}0\r\n\r\n`))
}

const valid = JSON.stringify({ name: 'acme', display_name: 'Acme' })

describe('a body', () => {
  it('is JSON and nothing else', async () => {
    await using opened = await openTestListener()
    const types = [
      'text/plain',
      'text/plain; charset=utf-8',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/json; charset=utf-7',
      'application/json; charset=utf-16',
      'application/json; charset=latin1',
      'text/json',
      'application/jsonx',
      'application/json, text/plain',
      'application/json; charset=utf-8; charset=utf-7',
      '',
      null,
      'application/merge-patch+json',
      'json',
      '*/*',
    ]
    for (const type of types) {
      const reply = await post(opened, valid, type)
      expect([type, reply.status]).toEqual([type, 415])
      expect(JSON.parse(reply.body).code).toBe('media_type_unsupported')
    }
    for (const method of ['PUT', 'DELETE']) {
      for (const type of types) {
        const fields = [...(type === null ? [] : [`Content-Type: ${type}`]), 'Content-Length: 2']
        const { status } = await sendRaw(opened.port, request(opened, `${method} ${PROVIDERS}/1`, fields, '{}'))
        expect([method, type, status]).toEqual([method, type, 415])
      }
    }
    expect(opened.calls).toEqual([])
  })

  it('may say that it is UTF-8', async () => {
    for (const type of [
      JSON_TYPE,
      'application/json; charset=utf-8',
      'Application/JSON;charset=UTF-8',
      'application/json; charset="utf-8"',
    ]) {
      await using opened = await openTestListener()
      expect([type, (await post(opened, valid, type)).status]).toEqual([type, 201])
    }
  })

  it('is not compressed', async () => {
    await using opened = await openTestListener()
    for (const encoding of ['gzip', 'deflate', 'br', 'identity, gzip']) {
      const reply = await post(opened, gzipSync(valid), JSON_TYPE, [`Content-Encoding: ${encoding}`])
      expect([encoding, reply.status]).toEqual([encoding, 415])
    }
    expect((await post(opened, valid, JSON_TYPE, ['Content-Encoding: identity'])).status).toBe(201)
  })

  it('cannot be overruled by a method in a header or the query', async () => {
    await using opened = await openTestListener()
    const reply = await sendRaw(
      opened.port,
      request(opened, `GET ${PROVIDERS}?_method=DELETE`, ['X-HTTP-Method-Override: DELETE']),
    )
    expect(reply.status).toBe(422)
    expect(
      (await sendRaw(opened.port, request(opened, `GET ${PROVIDERS}`, ['X-HTTP-Method-Override: DELETE']))).status,
    ).toBe(200)
    expect(opened.calls).toEqual(['listProviders', 'listProviders'])
  })

  it('that is broken, is not UTF-8 or is no object is refused without repeating any of it', async () => {
    await using opened = await openTestListener()
    const bodies = [
      '{',
      '{"name": }',
      "{'name':'a'}",
      'sk-secret-in-a-broken-body',
      '[1]',
      '"text"',
      '1',
      'null',
      'true',
      ' ',
      '\0',
      '{}{}',
      Buffer.from([123, 255, 125]),
      Buffer.from('{"name":"acme","display_name":"\xff"}', 'latin1'),
      Buffer.from('{"name":"acme","display_name":"\xed\xa0\x80"}', 'latin1'),
      Buffer.from([255, 254, 123, 0, 125, 0]),
      Buffer.from('{"name":"\0"}'),
      Buffer.concat([Buffer.from([239, 187, 191]), Buffer.from(valid)]),
    ]
    for (const body of bodies) {
      const reply = await post(opened, body)
      expect([String(body), reply.status, JSON.parse(reply.body).code]).toEqual([
        String(body),
        400,
        'request_malformed',
      ])
      expect(reply.text).not.toContain('sk-secret')
    }
    expect(opened.calls).toEqual([])
  })

  it('of more than 1 MiB is refused: by what it says before it is read, and by what it is', async () => {
    await using opened = await openTestListener()
    const huge = JSON.stringify({ name: 'a'.repeat(10_000_000) })
    const replies = [
      await post(opened, huge),
      await chunked(opened, Array<string>(40).fill('a'.repeat(65_536))),
      await sendRaw(
        opened.port,
        request(opened, `POST ${PROVIDERS}`, [
          `Content-Type: ${JSON_TYPE}`,
          'Content-Length: 1048577',
          'Expect: 100-continue',
        ]),
      ),
    ]
    for (const reply of replies) {
      expect([reply.status, JSON.parse(reply.body)]).toMatchObject([
        413,
        { detail: 'The body is larger than 1 MiB', code: 'body_too_large' },
      ])
    }
    expect(opened.calls).toEqual([])
    // To the byte: what fits is read and judged by its content.
    const padding = ' '.repeat(1_048_576 - valid.length)
    expect((await post(opened, valid + padding)).status).toBe(201)
    expect((await chunked(opened, [valid, `${padding} `])).status).toBe(413)
  })

  it('nested deeper than 64 levels is refused; brackets inside texts do not count', async () => {
    await using opened = await openTestListener()
    const nested = (depth: number): string => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`
    const reply = await post(opened, nested(65))
    expect([reply.status, JSON.parse(reply.body).detail]).toEqual([400, 'The body is nested deeper than 64 levels'])
    expect((await post(opened, '['.repeat(1_000_000))).status).toBe(400)
    expect((await post(opened, '{"a":'.repeat(200_000))).status).toBe(400)
    expect(opened.calls).toEqual([])
    expect((await post(opened, nested(64))).status).toBe(422)
    const texts = JSON.stringify({ name: 'acme', display_name: `${'"[[['.repeat(60)}\\` })
    expect((await post(opened, texts)).status).toBe(201)
  })

  it('with __proto__ or constructor changes nothing but is refused by name', async () => {
    await using opened = await openTestListener()
    const before = Object.getOwnPropertyNames(Object.prototype)
    for (const key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      const reply = await post(opened, `{"${key}":{"polluted":true},"name":"acme","display_name":"Acme"}`)
      expect([key, reply.status, JSON.parse(reply.body).errors[0].path]).toEqual([key, 422, key])
    }
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before)
    expect('polluted' in {}).toBe(false)
  })

  it('that names a field twice means the last', async () => {
    await using opened = await openTestListener()
    const reply = await post(opened, '{"name":"first","name":"second","display_name":"Acme"}')
    expect(JSON.parse(reply.body).name).toBe('second')
  })

  it('cannot stand against the path', async () => {
    await using opened = await openTestListener()
    await post(opened, valid)
    const body = '{"provider_id":2,"display_name":"Changed"}'
    const fields = [`Content-Type: ${JSON_TYPE}`, `Content-Length: ${body.length}`]
    const reply = await sendRaw(opened.port, request(opened, `PUT ${PROVIDERS}/1`, fields, body))
    expect([reply.status, JSON.parse(reply.body).id]).toEqual([200, 1])
  })

  it('is not needed where the operation asks for nothing; else its type is', async () => {
    await using opened = await openTestListener()
    expect((await sendRaw(opened.port, request(opened, `POST ${API_BASE}/listener/token`))).status).toBe(201)
    expect(
      (await sendRaw(opened.port, request(opened, `POST ${API_BASE}/listener/token`, ['Content-Length: 0']))).status,
    ).toBe(201)
    expect((await sendRaw(opened.port, request(opened, `POST ${PROVIDERS}`))).status).toBe(415)
    const typed = await sendRaw(opened.port, request(opened, `POST ${PROVIDERS}`, [`Content-Type: ${JSON_TYPE}`]))
    expect([typed.status, JSON.parse(typed.body).code]).toEqual([422, 'invalid_input'])
  })
})

describe('GET and DELETE', () => {
  it('may say a content type without a body, or nothing', async () => {
    for (const fields of [[`Content-Type: ${JSON_TYPE}`], ['Content-Type: text/plain'], ['Content-Length: 0'], []]) {
      await using opened = await openTestListener()
      await post(opened, valid)
      expect((await sendRaw(opened.port, request(opened, `GET ${PROVIDERS}/1`, fields))).status).toBe(200)
      const deleted = await sendRaw(opened.port, request(opened, `DELETE ${PROVIDERS}/1`, fields))
      expect([deleted.status, deleted.body]).toEqual([204, ''])
      expect(deleted.headers).not.toHaveProperty('content-type')
      expect(deleted.headers).not.toHaveProperty('content-length')
    }
  })
})
