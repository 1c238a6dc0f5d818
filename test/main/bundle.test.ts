import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBundle, type Serve } from '../../src/main/bundle.ts'

const SECRET = 'secret outside the bundle'
let folder: string
let serve: Serve

/** A built app with secrets around its bundle: beside it, above it, in it but not on the list. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-bundle-'))
  const out = join(folder, 'out')
  mkdirSync(join(out, 'renderer', 'assets'), { recursive: true })
  for (const file of ['vault.db', 'out/secret.txt', 'out/renderer/unlisted.js', 'out/renderer/.env', 'package.json']) {
    writeFileSync(join(folder, file), SECRET)
  }
  symlinkSync(join(folder, 'vault.db'), join(out, 'renderer', 'link.js'))
  writeFileSync(
    join(out, 'renderer', 'index.html'),
    '<meta nonce="__CSP_NONCE__"><style nonce="__CSP_NONCE__"></style>',
  )
  writeFileSync(join(out, 'renderer', 'assets', 'index-a1.js'), 'page()')
  const list = {
    '/': { file: 'index.html', type: 'text/html; charset=utf-8' },
    '/assets/index-a1.js': { file: 'assets/index-a1.js', type: 'text/javascript; charset=utf-8' },
  }
  writeFileSync(join(out, 'renderer-files.json'), JSON.stringify(list))
  serve = await openBundle(out)
})
afterAll(() => rmSync(folder, { recursive: true }))

const get = (url: string) => serve({ method: 'GET', url })

/** 200 addresses that climb, disguise or misname: up-steps in all spellings, before names of what must not be had. */
function traversals(): string[] {
  const ups = ['..', '%2e%2e', '.%2e', '%2E.', '%252e%252e', '..;', '..%00', '%c0%ae%c0%ae', '．．', '....']
  const slashes = ['/', '%2f', '\\', '%5c', '//', '/./', '%252f', '／']
  const goals = [
    'vault.db',
    'secret.txt',
    'unlisted.js',
    '.env',
    'link.js',
    'etc/passwd',
    'package.json',
    'renderer/unlisted.js',
  ]
  const climbs = ups.flatMap((up) => slashes.flatMap((slash) => goals.map((goal) => [up, up, up, goal].join(slash))))
  const others = [
    'unlisted.js',
    'link.js',
    '.env',
    'assets',
    'assets/',
    'assets/index-a1.js/',
    'assets//index-a1.js',
    'ASSETS/INDEX-A1.JS',
    'assets/index-a1.js%00.html',
    'assets/index-a1.js::$DATA',
    'index.html',
    'C:/vault.db',
    '//evil.example/x',
    'file:///etc/passwd',
    '~/vault.db',
    '%2fetc%2fpasswd',
    'constructor',
    '__proto__',
  ]
  // Spread over the whole field, the same ones each time.
  const step = Math.floor(climbs.length / (200 - others.length))
  return [...others, ...climbs.filter((_, index) => index % step === 0)].slice(0, 200)
}

describe('app://latchkey', () => {
  it('serves the files of the list with their media type', async () => {
    const script = await get('app://latchkey/assets/index-a1.js?v=1#top')
    expect([script.status, await script.text()]).toEqual([200, 'page()'])
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(script.headers.get('x-content-type-options')).toBe('nosniff')
  })

  it('serves nothing outside the bundle for 200 traversals', async () => {
    const addresses = traversals().map((path) => `app://latchkey/${path}`)
    expect(addresses).toHaveLength(200)
    for (const address of addresses) {
      const response = await get(address)
      const said = { address, status: response.status, text: await response.text() }
      expect(said).toEqual({ address, status: 404, text: 'There is no such file.' })
    }
  })

  it.each(['app://other/', 'app://latchkey.evil/', 'https://latchkey/', 'file:///', 'app://latchkey:1/'])(
    'serves nothing for %s',
    async (address) => {
      expect((await get(address)).status).toBe(404)
    },
  )

  it('answers GET only', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS']) {
      expect((await serve({ method, url: 'app://latchkey/' })).status).toBe(405)
    }
  })

  it('sends the content policy with the page, with a nonce of this load alone', async () => {
    const policies = new Set<string>()
    for (const _ of [1, 2, 3]) {
      const response = await get('app://latchkey/')
      const policy = response.headers.get('content-security-policy') ?? ''
      const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? ''
      expect(Buffer.from(nonce, 'base64')).toHaveLength(16)
      expect(await response.text()).toBe(`<meta nonce="${nonce}"><style nonce="${nonce}"></style>`)
      policies.add(policy)
      expect(policy.replace(nonce, 'N')).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-N'; img-src 'self' data:; font-src 'self'; " +
          "connect-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
      )
    }
    expect(policies.size).toBe(3)
  })

  it('refuses a list that names files outside the bundle', async () => {
    const out = mkdtempSync(join(tmpdir(), 'latchkey-list-'))
    for (const file of ['../vault.db', '/etc/passwd', 'a/../../b', 'a\\b', '']) {
      writeFileSync(join(out, 'renderer-files.json'), JSON.stringify({ '/x': { file, type: 'text/plain' } }))
      await expect(openBundle(out)).rejects.toThrow('Invalid')
    }
    rmSync(out, { recursive: true })
  })
})
