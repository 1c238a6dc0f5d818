import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { loadPageFiles } from '../../../src/core/http/page-files.ts'
import { Sessions } from '../../../src/core/http/sessions.ts'
import { API_BASE } from '../../../src/shared/contract.ts'
import { request, sendRaw, type RawReply } from './raw-client.ts'
import { openTestListener, type TestListener } from './small-core.ts'

const folder = mkdtempSync(join(tmpdir(), 'latchkey-page-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
mkdirSync(join(folder, 'renderer'))
writeFileSync(join(folder, 'secret.txt'), 'not in the list')
writeFileSync(
  join(folder, 'renderer/index.html'),
  '<!doctype html><meta nonce="__CSP_NONCE__"><script type="module" src="/app.js"></script>',
)
writeFileSync(join(folder, 'renderer/app.js'), 'export {}')
const list = join(folder, 'renderer-files.json')
writeFileSync(
  list,
  JSON.stringify({
    '/': { file: 'index.html', type: 'text/html; charset=utf-8' },
    '/app.js': { file: 'app.js', type: 'text/javascript; charset=utf-8' },
  }),
)

const PROVIDERS = `${API_BASE}/providers`

async function openWithPage(now?: () => number): Promise<TestListener & { sessions: Sessions }> {
  const sessions = new Sessions(now)
  const files = await loadPageFiles(list)
  return Object.assign(await openTestListener({ deps: { page: { files, sessions } } }), { sessions })
}

/** As a browser asks: without a token, unless one is given. */
function ask({ port }: TestListener, line: string, fields: readonly string[] = [], body = ''): Promise<RawReply> {
  const common = [`Host: 127.0.0.1:${port}`, 'Connection: close']
  return sendRaw(port, [`${line} HTTP/1.1`, ...common, ...fields, '', body].join('\r\n'))
}

const ownPage = ({ port }: TestListener): string[] => [
  `Origin: http://127.0.0.1:${port}`,
  'Sec-Fetch-Site: same-origin',
  'Sec-Fetch-Mode: cors',
]

function exchange(opened: TestListener, ticket: unknown, fields = ownPage(opened)): Promise<RawReply> {
  const body = JSON.stringify({ ticket })
  const json = ['Content-Type: application/json', `Content-Length: ${body.length}`]
  return ask(opened, `POST ${API_BASE}/session`, [...fields, ...json], body)
}

describe('the page', () => {
  it("opens by a person's navigation and loads its own parts, without a token", async () => {
    await using opened = await openWithPage()
    const page = await ask(opened, 'GET /', [
      'Sec-Fetch-Site: none',
      'Sec-Fetch-Mode: navigate',
      'Sec-Fetch-Dest: document',
    ])
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
    const script = await ask(opened, 'GET /app.js', ['Sec-Fetch-Site: same-origin', 'Sec-Fetch-Mode: cors'])
    expect([script.status, script.body]).toEqual([200, 'export {}'])
    expect((await ask(opened, 'HEAD /')).body).toBe('')
    expect(opened.calls).toEqual([])
  })

  it('comes with a policy that runs nothing but its own files, under a fresh nonce each time', async () => {
    await using opened = await openWithPage()
    const nonces = new Set<string>()
    for (let i = 0; i < 3; i++) {
      const { headers, body } = await ask(opened, 'GET /')
      const nonce = /nonce="([^"]+)"/.exec(body)?.[1] ?? ''
      expect(headers['content-security-policy']).toBe(
        `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data:; font-src 'self'; ` +
          "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
      )
      expect(headers).toMatchObject({
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
      })
      nonces.add(nonce)
    }
    expect(nonces.size).toBe(3)
  })

  it('is not there for another site, another host, or in listeners without it', async () => {
    await using opened = await openWithPage()
    for (const fields of [
      ['Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: navigate'],
      ['Sec-Fetch-Site: same-site', 'Sec-Fetch-Mode: no-cors'],
      ['Origin: https://evil.example'],
      ['Origin: null', 'Sec-Fetch-Site: same-origin'],
    ]) {
      for (const path of ['/', '/app.js'])
        expect([fields, (await ask(opened, `GET ${path}`, fields)).status]).toEqual([fields, 403])
    }
    const rebound = ['GET / HTTP/1.1', `Host: evil.example:${opened.port}`, 'Connection: close', '', '']
    expect((await sendRaw(opened.port, rebound.join('\r\n'))).status).toBe(403)
    await using plain = await openTestListener()
    expect((await ask(plain, 'GET /')).status).toBe(401)
  })

  it('is a fixed list: no path leads to another file', async () => {
    await using opened = await openWithPage()
    for (const path of [
      '/secret.txt',
      '/../secret.txt',
      '/renderer/../../secret.txt',
      '/%2e%2e/secret.txt',
      '/app.js%00',
      '/app.js/',
      '//app.js',
      '/index.html',
    ]) {
      expect([path, (await ask(opened, `GET ${path}`)).status]).toEqual([path, 401])
    }
    for (const method of ['POST', 'PUT', 'DELETE']) expect((await ask(opened, `${method} /`)).status).toBe(401)
  })
})

describe('a ticket', () => {
  it('is exchanged once for a token that works from the page', async () => {
    await using opened = await openWithPage()
    const ticket = opened.sessions.issueTicket()
    const first = await exchange(opened, ticket)
    expect(first.status).toBe(200)
    const { token } = JSON.parse(first.body) as { token: string }
    expect(token).not.toBe(opened.token)
    expect((await ask(opened, `GET ${PROVIDERS}`, [...ownPage(opened), `Authorization: Bearer ${token}`])).status).toBe(
      200,
    )
    // A browser sends no Origin with its own GET.
    expect(
      (await ask(opened, `GET ${PROVIDERS}`, ['Sec-Fetch-Site: same-origin', `Authorization: Bearer ${token}`])).status,
    ).toBe(200)
    const second = await exchange(opened, ticket)
    expect([second.status, JSON.parse(second.body).code]).toEqual([401, 'unauthorized'])
    expect((await ask(opened, `GET ${PROVIDERS}`, [`Authorization: Bearer ${token}`])).status).toBe(200)
  })

  it('is good for 60 seconds', async () => {
    let now = 0
    await using opened = await openWithPage(() => now)
    const [early, late] = [opened.sessions.issueTicket(), opened.sessions.issueTicket()]
    now = 59_999
    expect((await exchange(opened, early)).status).toBe(200)
    now = 60_000
    expect((await exchange(opened, late)).status).toBe(401)
  })

  it('cannot be guessed for long, nor exchanged by another site or in another form', async () => {
    await using opened = await openWithPage()
    const ticket = opened.sessions.issueTicket()
    const foreign = ['Origin: https://evil.example', 'Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: cors']
    expect((await exchange(opened, ticket, foreign)).status).toBe(403)
    const form = ['Content-Type: text/plain', 'Content-Length: 2']
    expect((await ask(opened, `POST ${API_BASE}/session`, [...ownPage(opened), ...form], '{}')).status).toBe(415)
    const statuses = []
    for (const guess of [undefined, null, 7, {}, '', 'x'.repeat(43), ...Array<string>(16).fill('guess')]) {
      statuses.push((await exchange(opened, guess)).status)
    }
    expect(statuses).toEqual([...Array<number>(20).fill(401), 429, 429])
    expect((await exchange(opened, ticket)).status).toBe(200)
  })

  it('is no way in where there is no page', async () => {
    await using opened = await openTestListener()
    expect((await exchange(opened, 'any', [])).status).toBe(401)
  })
})

describe('the page calling /api/v1', () => {
  it('is let in only as itself: its exact origin, from the same origin, with a token', async () => {
    await using opened = await openWithPage()
    const { port, token } = opened
    const auth = `Authorization: Bearer ${token}`
    const refused = [
      [`Origin: http://localhost:${port}`, 'Sec-Fetch-Site: same-origin'],
      [`Origin: https://127.0.0.1:${port}`, 'Sec-Fetch-Site: same-origin'],
      [`Origin: http://127.0.0.1:${port + 1}`, 'Sec-Fetch-Site: same-origin'],
      ['Origin: null', 'Sec-Fetch-Site: same-origin'],
      [`Origin: http://127.0.0.1:${port}`],
      [`Origin: http://127.0.0.1:${port}`, 'Sec-Fetch-Site: cross-site'],
      [`Origin: http://127.0.0.1:${port}`, 'Sec-Fetch-Site: same-site'],
      ['Sec-Fetch-Site: same-origin', 'Sec-Fetch-Mode: navigate'],
      ['Sec-Fetch-Site: cross-site'],
    ]
    for (const fields of refused) {
      expect([fields, (await ask(opened, `GET ${PROVIDERS}`, [...fields, auth])).status]).toEqual([fields, 403])
    }
    expect((await ask(opened, `GET ${PROVIDERS}`, ownPage(opened))).status).toBe(401)
    expect(opened.calls).toEqual([])
    expect((await ask(opened, `GET ${PROVIDERS}`, [...ownPage(opened), auth])).status).toBe(200)
    expect((await sendRaw(port, request(opened, `GET ${PROVIDERS}`))).status).toBe(200)
  })
})
