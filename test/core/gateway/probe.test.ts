import { describe, expect, it } from 'vitest'
import { fetchModels, probeProvider, type Probed } from '../../../src/core/gateway/probe.ts'
import { redact } from '../../../src/core/gateway/redact.ts'
import { readModelPage } from '../../../src/core/gateway/upstream-models.ts'
import { Upstreams } from '../../../src/core/gateway/upstreams.ts'
import { openAnthropic } from '../../support/fake-upstream/anthropic.ts'
import { openGoogle } from '../../support/fake-upstream/google.ts'
import { error, openOpenAi } from '../../support/fake-upstream/openai.ts'
import { openUpstream, sendJson, type Handle } from '../../support/fake-upstream/open-upstream.ts'
import { CANARY } from './open-gateway.ts'

const GOOD = Buffer.from(CANARY)
const BAD = Buffer.from('sk-wrong-9876543210zyxwvutsrqponmlkj')

function openUpstreams() {
  const upstreams = new Upstreams()
  return Object.assign(upstreams, { [Symbol.asyncDispose]: () => upstreams.close() })
}

const openai = (base_url: string, name = 'o'): Probed => ({ name, base_url, dialect: 'openai', auth: 'bearer' })

/** The probe of an upstream that answers everything so. */
async function probeOf(handle: Handle, change: Partial<Probed> = {}, model?: string) {
  await using upstreams = openUpstreams()
  await using upstream = await openUpstream(handle)
  return await probeProvider(upstreams, { ...openai(`${upstream.origin}/v1`), ...change }, GOOD, model)
}

describe('testing a key', () => {
  it('says of each dialect whether the provider is there, the key works and the model is listed', async () => {
    await using upstreams = openUpstreams()
    await using o = await openOpenAi({ key: CANARY })
    await using a = await openAnthropic({ key: CANARY })
    await using g = await openGoogle({ key: CANARY })
    const cases: [Probed, string, string][] = [
      [openai(`${o.origin}/v1`), 'gpt-test', `${o.origin}/v1/models`],
      [
        { name: 'a', base_url: a.origin, dialect: 'anthropic', auth: 'x-api-key' },
        'claude-test',
        `${a.origin}/v1/models?limit=1000`,
      ],
      [
        { name: 'g', base_url: g.origin, dialect: 'google', auth: 'x-goog-api-key' },
        'gemini-test',
        `${g.origin}/v1beta/models?pageSize=1000`,
      ],
    ]
    for (const [provider, model, url] of cases) {
      const good = await probeProvider(upstreams, provider, GOOD, model)
      expect(good).toMatchObject({
        verdict: 'valid',
        reachable: true,
        authenticated: true,
        model_usable: true,
        method: 'GET',
        url,
        status: 200,
        latency_ms: expect.any(Number),
      })
      const other = await probeProvider(upstreams, provider, GOOD, 'no-such-model')
      expect(other).toMatchObject({ verdict: 'valid', model_usable: false })
      expect(other.detail).toContain("does not list the model 'no-such-model'")
      const bad = await probeProvider(upstreams, provider, BAD, model)
      expect(bad).toMatchObject({ verdict: 'refused', reachable: true, authenticated: false, model_usable: null })
      expect(JSON.stringify([good, bad])).not.toMatch(/canary|wrong|sk-/)
    }
  })

  it("understands Google's 400 and xAI's", async () => {
    await using upstreams = openUpstreams()
    await using google = await openGoogle({ key: CANARY })
    const provider: Probed = { name: 'g', base_url: google.origin, dialect: 'google', auth: 'x-goog-api-key' }
    expect(await probeProvider(upstreams, provider, BAD)).toMatchObject({ status: 400, verdict: 'refused' })
    const wrongKey = (shown: string) => error(400, `Incorrect API key provided: ${shown}.`)
    await using xai = await openOpenAi({ key: CANARY, wrongKey })
    const refused = await probeProvider(upstreams, openai(`${xai.origin}/v1`, 'xai'), BAD)
    expect(refused).toMatchObject({ status: 400, verdict: 'refused', url: `${xai.origin}/v1/api-key` })
    expect(refused.body).toContain('Incorrect API key provided: [redacted]')
    const other = await probeOf((_req, res) => sendJson(res, 400, { error: { message: 'limit must be a number' } }))
    expect(other).toMatchObject({ verdict: 'unclear', authenticated: null })
  })

  it('asks xAI for the key itself, and says what is wrong with it', async () => {
    const states: [string, string, string][] = [
      ['api_key_blocked', 'refused', 'This key is blocked'],
      ['api_key_disabled', 'refused', 'This key is switched off'],
      ['team_blocked', 'refused', 'The team of this key is blocked'],
    ]
    for (const [field, verdict, detail] of states) {
      const state = { redacted_api_key: 'xai-...abcd', name: 'k', [field]: true }
      expect(await probeOf((_req, res) => sendJson(res, 200, state), { name: 'xai' })).toMatchObject({
        verdict,
        detail,
      })
    }
    const paths: string[] = []
    const fine: Handle = (req, res) => {
      paths.push(req.url ?? '')
      sendJson(res, 200, req.url === '/v1/api-key' ? { name: 'k', api_key_blocked: false } : { data: [{ id: 'grok' }] })
    }
    expect(await probeOf(fine, { name: 'xai' }, 'grok')).toMatchObject({ verdict: 'valid', model_usable: true })
    expect(paths).toEqual(['/v1/api-key', '/v1/models'])
  })

  it('does not take other refusals for a wrong key', async () => {
    const verdicts: [number, string, boolean | null][] = [
      [402, 'limited', true],
      [403, 'limited', null],
      [404, 'unclear', null],
      [429, 'limited', true],
      [500, 'unclear', null],
      [307, 'unclear', null],
    ]
    for (const [status, verdict, authenticated] of verdicts) {
      const probe = await probeOf((_req, res) => sendJson(res, status, {}, { location: 'http://127.0.0.1:9/' }))
      expect(probe).toMatchObject({ status, verdict, authenticated, reachable: true })
    }
  })

  it('finds a list beside an address that lacks its version, and says what the address should be', async () => {
    await using upstreams = openUpstreams()
    await using upstream = await openOpenAi({ key: CANARY })
    const probe = await probeProvider(upstreams, openai(upstream.origin), GOOD)
    expect(probe).toMatchObject({ verdict: 'valid', suggested_base_url: `${upstream.origin}/v1` })
    expect(probe.detail).toContain(`the address should be ${upstream.origin}/v1`)
  })

  it('says that a provider is not there, and does not wait for ever', async () => {
    await using upstreams = openUpstreams()
    const provider = openai('http://127.0.0.1:9/v1')
    expect(await probeProvider(upstreams, provider, GOOD)).toMatchObject({
      verdict: 'unreachable',
      reachable: false,
      authenticated: null,
      detail: "Provider 'o' is not there: the connection was refused",
    })
  })

  it('shows nothing of a key that the provider sends back', async () => {
    const body = `you sent ${CANARY}, that is ${CANARY.slice(0, 14)}... and ...${CANARY.slice(-9)} or sk-c***IJ`
    const { body: shown } = await probeOf((_req, res) => void res.end(body))
    expect(shown).toBe('you sent [redacted], that is [redacted]... and ...[redacted] or [redacted]')
    expect(redact('nothing here', GOOD)).toBe('nothing here')
  })
})

describe('fetching models', () => {
  it('brings all pages, by name and display name', async () => {
    await using upstreams = openUpstreams()
    await using upstream = await openUpstream((req, res) => {
      const after = new URL(req.url ?? '', 'http://x').searchParams.get('after_id')
      const page = after === null ? ['a', 'b'] : ['c']
      const data = page.map((id) => ({ type: 'model', id, display_name: id.toUpperCase() }))
      sendJson(res, 200, { data, has_more: after === null, first_id: page[0], last_id: page.at(-1) })
    })
    const provider: Probed = { name: 'a', base_url: upstream.origin, dialect: 'anthropic', auth: 'x-api-key' }
    const { models } = await fetchModels(upstreams, provider, GOOD)
    expect(models).toEqual([
      { name: 'a', display_name: 'A' },
      { name: 'b', display_name: 'B' },
      { name: 'c', display_name: 'C' },
    ])
    expect(upstream.seen.map(({ url }) => url)).toEqual(['/v1/models?limit=1000', '/v1/models?limit=1000&after_id=b'])
  })

  it('reads the lists of each dialect and of those who are only alike', () => {
    const read = (dialect: Probed['dialect'], value: unknown) => readModelPage(dialect, JSON.stringify(value))
    expect(read('openai', { data: [{ id: 'a' }, { id: 'b/c', name: 'B' }] })?.models).toEqual([
      { name: 'a', display_name: 'a' },
      { name: 'b/c', display_name: 'B' },
    ])
    expect(read('openai', [{ id: 'a' }])?.models).toEqual([{ name: 'a', display_name: 'a' }])
    expect(read('openai', { models: [{ name: 'llama3' }] })?.models).toEqual([
      { name: 'llama3', display_name: 'llama3' },
    ])
    expect(read('google', { models: [{ name: 'models/g', displayName: 'G' }], nextPageToken: 'x/y' })).toEqual({
      models: [{ name: 'g', display_name: 'G' }],
      next: 'pageToken=x%2Fy',
    })
    expect(read('openai', { data: [{ id: 'a\nb' }, { id: 7 }, null, { id: 'a' }, { id: 'a' }] })?.models).toHaveLength(
      1,
    )
    expect(read('openai', { ok: true })).toBeUndefined()
    expect(readModelPage('openai', '<html>')).toBeUndefined()
  })
})
