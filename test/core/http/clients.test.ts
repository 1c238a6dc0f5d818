import { execFile, execFileSync } from 'node:child_process'
import { promisify } from 'node:util'
import { Agent, request as nodeRequest } from 'node:http'
import { describe, expect, it } from 'vitest'
import { API_BASE } from '../../../src/shared/contract.ts'
import { requirement } from '../../support/require.ts'
import { openTestListener, type TestListener } from './small-core.ts'

const run = promisify(execFile)
const has = (command: string): boolean => {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
const curl = requirement('curl', has('curl'), 'apt-get install curl')
const python = requirement('python3', has('python3'), 'apt-get install python3')

const address = ({ port }: TestListener, path = ''): string => `http://127.0.0.1:${port}${API_BASE}/providers${path}`
const acme = { name: 'acme', display_name: 'Acme' }

describe("Node's own fetch", () => {
  it('lists, creates, changes and deletes', async () => {
    await using opened = await openTestListener()
    const headers = { authorization: `Bearer ${opened.token}`, 'content-type': 'application/json' }
    const call = async (method: string, path = '', body?: unknown) => {
      const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }
      const response = await fetch(address(opened, path), init)
      return [response.status, response.headers.get('content-type'), await response.text()] as const
    }
    expect(await call('GET')).toEqual([200, 'application/json', '[]'])
    expect((await call('POST', '', acme))[0]).toBe(201)
    expect((await call('POST', '', acme))[0]).toBe(409)
    expect((await call('PUT', '/1', { display_name: 'Acme Ltd' }))[2]).toContain('"display_name":"Acme Ltd"')
    expect(await call('DELETE', '/1')).toEqual([204, null, ''])
    expect((await call('GET', '/1'))[0]).toBe(404)
  })

  it('works by the name localhost too', async () => {
    await using opened = await openTestListener()
    const response = await fetch(`http://localhost:${opened.port}${API_BASE}/providers`, {
      headers: { 'x-api-key': opened.token },
    })
    expect(response.status).toBe(200)
  })

  it('reads the refusal of a body of 10 MB that it is still sending', async () => {
    await using opened = await openTestListener()
    const response = await fetch(address(opened), {
      method: 'POST',
      headers: { authorization: `Bearer ${opened.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...acme, display_name: 'a'.repeat(10_000_000) }),
    })
    expect([response.status, await response.json()]).toMatchObject([413, { code: 'body_too_large' }])
  })
})

describe("Node's http with a kept connection", () => {
  it('sends request after request over one socket', async () => {
    await using opened = await openTestListener()
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const ports = new Set<number | undefined>()
    for (let i = 0; i < 5; i++) {
      const status = await new Promise<number | undefined>((resolve, reject) => {
        const req = nodeRequest(
          address(opened),
          { agent, headers: { authorization: `Bearer ${opened.token}` } },
          (res) => {
            ports.add(res.socket.localPort)
            res.resume().once('end', () => resolve(res.statusCode))
          },
        )
        req.once('error', reject).end()
      })
      expect(status).toBe(200)
    }
    expect(ports.size).toBe(1)
    agent.destroy()
  })
})

describe.runIf(curl)('curl', () => {
  it('works in the ways people write it', async () => {
    await using opened = await openTestListener()
    const ask = async (...args: string[]): Promise<string> => {
      const { stdout } = await run('curl', [
        '-sS',
        '-w',
        ' %{http_code}',
        '-H',
        `Authorization: Bearer ${opened.token}`,
        ...args,
      ])
      return stdout
    }
    const json = ['-H', 'Content-Type: application/json']
    expect(await ask(address(opened))).toBe('[] 200')
    expect(await ask(...json, address(opened))).toBe('[] 200')
    expect(await ask(...json, '-d', JSON.stringify(acme), address(opened))).toMatch(/^\{"id":1,.* 201$/)
    expect(await ask('-d', JSON.stringify(acme), address(opened))).toMatch(/"media_type_unsupported".* 415$/)
    expect(await ask('-X', 'PUT', '--json', '{"display_name":"New"}', address(opened, '/1'))).toMatch(/"New".* 200$/)
    expect(await ask('-I', address(opened))).toMatch(/^HTTP\/1\.1 200 OK[^[]* 200$/)
    // A body beyond 1 MiB makes curl ask first, with Expect: 100-continue, and it hears no.
    const large = JSON.stringify({ ...acme, display_name: 'a'.repeat(2_000_000) })
    const sent = run('curl', ['-sS', '-H', `x-api-key: ${opened.token}`, '--json', '@-', address(opened)])
    sent.child.stdin?.end(large)
    expect((await sent).stdout).toContain('body_too_large')
    const asking = ['-H', 'Expect: 100-continue', ...json, '-d', JSON.stringify({ ...acme, name: 'asked' })]
    expect(await ask(...asking, address(opened))).toMatch(/"name":"asked".* 201$/)
    expect(await ask('-X', 'DELETE', address(opened, '/1'))).toBe(' 204')
    expect(await ask('-X', 'DELETE', ...json, address(opened, '/1'))).toMatch(/"provider_not_found".* 404$/)
  })
})

describe.runIf(python)("Python's urllib", () => {
  it('lists, creates and deletes', async () => {
    await using opened = await openTestListener()
    const script = `
import json, sys, urllib.request, urllib.error
base, token = sys.argv[1:]
def call(method, path='', body=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {'Authorization': 'Bearer ' + token, 'Content-Type': 'application/json'}
    request = urllib.request.Request(base + path, data=data, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            return [answer.status, answer.read().decode()]
    except urllib.error.HTTPError as error:
        return [error.code, error.read().decode()]
acme = {'name': 'acme', 'display_name': 'Acmé', 'base_url': None, 'api_key': None, 'models': None}
print(json.dumps([call('GET'), call('POST', '', acme), call('GET', '/1'), call('DELETE', '/1'), call('DELETE', '/1')]))
`
    const { stdout } = await run('python3', ['-c', script, address(opened), opened.token])
    const replies = JSON.parse(stdout) as [number, string][]
    expect(replies.map(([status]) => status)).toEqual([200, 201, 200, 204, 404])
    expect(JSON.parse(replies[2]?.[1] ?? '')).toMatchObject({
      display_name: 'Acmé',
      base_url: null,
      has_api_key: false,
    })
  })
})
