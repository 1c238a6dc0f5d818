import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { generateFernetKey } from '../../../src/core/crypto/fernet.ts'
import { openUpstream, sendJson } from '../../support/fake-upstream/open-upstream.ts'
import { openTempCore, tempHome } from '../../support/temp-core.ts'
import { makeAuthority, makeCertificate } from '../../support/test-certificate.ts'
import { dumpVault, tamper } from '../../support/vault-dump.ts'
import { CANARY } from '../gateway/open-gateway.ts'
import { chat, openServing, type Serving } from '../gateway/open-serving.ts'

/** What a tool gets from the provider at this address. */
async function asker(serving: Serving, base_url: string) {
  await serving.add({ name: 'up', base_url, api_key: CANARY, models: ['m'] })
  const { token } = await serving.token()
  return async () => (await fetch(`${serving.address}/proxy/up/chat/completions`, chat(token, 'm'))).status
}

describe("the owner's proxy", () => {
  it('is gone through from the next request on, whoever chose it, and no longer when it is taken out', async () => {
    using folder = tempHome()
    const options = { home: folder.home, key: generateFernetKey() }
    await using proxy = await openUpstream((_req, res) => sendJson(res, 200, {}))
    await using serving = await openServing(options)
    const ask = await asker(serving, 'http://nobody-has-this-name.local:8000/v1')
    expect(await ask()).toBe(502)
    const { client } = serving.temp
    expect(await client.setNetwork({ proxy: `${proxy.origin}/` })).toEqual({
      proxy: proxy.origin,
      ca_file: null,
      system_ca: false,
    })
    expect(await ask()).toBe(200)
    expect(proxy.last().url).toBe('http://nobody-has-this-name.local:8000/v1/chat/completions')
    expect((await client.getStatus()).network.proxy).toBe(proxy.origin)
    {
      await using elsewhere = await openTempCore(options)
      await elsewhere.client.setNetwork({ proxy: '' })
    }
    expect(await ask()).toBe(502)
    expect(proxy.seen).toHaveLength(1)
    const events = dumpVault(folder.home)['audit']?.filter(({ act }) => act === 'network.update')
    expect(events).toMatchObject([{ detail: expect.stringContaining(proxy.origin) }, { door: 'cli' }])
  })

  it.each([
    ['proxy.example:3128', 'Write the address of the proxy'],
    ['socks5://proxy.example', 'Write the address of the proxy'],
    ['http://me:secret@proxy.example', 'Leave out user name and password'],
    ['http://proxy.example/path', 'behind the port'],
  ])('is refused as %s', async (proxy, sentence) => {
    await using temp = await openTempCore()
    const reply = await temp.call('setNetwork', { proxy })
    expect(reply).toMatchObject({ ok: false, error: { code: 'invalid_input' } })
    expect(JSON.stringify(reply)).toContain(sentence)
    expect(JSON.stringify(reply)).not.toContain('secret')
    expect(await temp.client.getNetwork()).toMatchObject({ proxy: null })
  })

  it('never reads as none where it cannot be read: nothing goes up then', async () => {
    await using upstream = await openUpstream((_req, res) => sendJson(res, 200, {}))
    await using serving = await openServing()
    const ask = await asker(serving, upstream.origin)
    expect(await ask()).toBe(200)
    await serving.temp.client.setNetwork({ proxy: 'http://proxy.example:3128' })
    tamper(serving.temp.home, "UPDATE setting SET value = '{}' WHERE name = 'network'")
    expect(await ask()).toBe(423)
    expect(upstream.seen).toHaveLength(1)
  })
})

describe('an authority of the owner', () => {
  it('is believed as its file was when it was given, until it is taken out', async () => {
    const authority = makeAuthority()
    const certificate = makeCertificate({ names: ['127.0.0.1'], by: authority })
    await using upstream = await openUpstream((_req, res) => sendJson(res, 200, {}), certificate)
    await using serving = await openServing()
    const { client, home } = serving.temp
    const ask = await asker(serving, upstream.origin)
    expect(await ask()).toBe(502)
    const ca_file = join(home, 'company.pem')
    writeFileSync(ca_file, `a remark\n${authority.cert}`)
    expect(await client.setNetwork({ ca_file })).toEqual({ proxy: null, ca_file, system_ca: false })
    expect(await ask()).toBe(200)
    writeFileSync(ca_file, makeAuthority('Another').cert)
    await client.setNetwork({ system_ca: true })
    expect(await ask()).toBe(200)
    await client.setNetwork({ ca_file: '' })
    expect(await ask()).toBe(502)
  })

  it('is refused where the file holds none, and the window gives no path of its own', async () => {
    await using temp = await openTempCore()
    const file = join(temp.home, 'file.pem')
    for (const [text, what] of [
      ['nothing', 'it holds no certificate in PEM'],
      ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', 'one of its certificates is damaged'],
      [makeCertificate({ names: ['127.0.0.1'], by: makeAuthority() }).cert, 'is not that of an authority'],
    ] as const) {
      writeFileSync(file, text)
      const reply = await temp.call('setNetwork', { ca_file: file })
      expect(reply).toMatchObject({ error: { code: 'certificates_unreadable', detail: expect.stringContaining(what) } })
    }
    expect(await temp.call('setNetwork', { ca_file: join(temp.home, 'none') })).toMatchObject({
      error: { code: 'certificates_unreadable' },
    })
    await using window = await openTempCore({ door: 'window' })
    expect(await window.call('setNetwork', { ca_file: file })).toMatchObject({ error: { code: 'not_allowed' } })
    expect(await window.call('chooseAuthorities')).toMatchObject({ error: { code: 'not_allowed' } })
  })
})
