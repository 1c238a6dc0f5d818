// What a client sees of `latchkey serve`, a process of its own. The load comes from this one (or from wrk where the
// machine has it), on the same cores, so a bare node:http server that sends the same bytes is measured beside it.
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import autocannon from 'autocannon'
import { generateFernetKey } from '../../src/core/crypto/fernet.ts'
import { durableCommit } from './durable-commit.ts'
import type { Figure } from './figure.ts'

const TOKEN = 'a-token-for-the-length-of-a-bench'
const HEADERS = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }
const SECONDS = 5
const CONNECTIONS = 32
const CLI = new URL('../../src/cli/index.ts', import.meta.url).pathname

/** Lists of providers per second, small and large, and stored keys per second. */
export async function benchHttp(): Promise<Figure[]> {
  const home = mkdtempSync(join(tmpdir(), 'latchkey-bench-'))
  const figures: Figure[] = []
  const served = await start([CLI, 'serve', '--port', '0'], {
    LATCHKEY_HOME: home,
    LATCHKEY_TOKEN: TOKEN,
    ENCRYPTION_KEY: generateFernetKey(),
  })
  try {
    const list = `${served.address}/api/v1/providers`
    figures.push(await rateBeside('GET /providers', list))
    await addProviders(list, 1_000, 20)
    figures.push(await rateBeside('GET /providers, 1,000 × 20 models', list))
    figures.push({ name: 'PUT of a key, one connection', value: await keysPerSecond(list, 1), unit: 'per second' })
    figures.push({ name: 'PUT of a key, 16 connections', value: await keysPerSecond(list, 16), unit: 'per second' })
    figures.push(durableCommit())
  } finally {
    await end(served.child)
    rmSync(home, { recursive: true, force: true })
  }
  return figures.flat()

  async function rateBeside(name: string, url: string): Promise<Figure> {
    const body = await (await fetch(url, { headers: HEADERS })).text()
    const bare = await start(['-e', bareServer, String(Buffer.byteLength(body))], {})
    const floor = await rate(bare.address)
    await end(bare.child)
    const value = await rate(url)
    figures.push({ name: `${name}: bare node:http`, value: floor, unit: 'per second' })
    return { name, value, unit: 'per second' }
  }
}

/** Answers every request with as many bytes as it was told. */
const bareServer = `
const body = Buffer.alloc(Number(process.argv[1]), 'x')
const server = require('node:http').createServer((req, res) => {
  res.writeHead(200, ['Content-Type', 'application/json', 'Content-Length', String(body.length)])
  res.end(body)
})
server.listen(0, '127.0.0.1', () => console.log('Latchkey listening on http://127.0.0.1:' + server.address().port))`

async function start(args: string[], env: Record<string, string>): Promise<{ child: ChildProcess; address: string }> {
  const child = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'ignore'] })
  for await (const line of createInterface({ input: child.stdout })) {
    const address = /^Latchkey listening on (\S+)/.exec(line)?.[1]
    if (address !== undefined) return { child, address }
  }
  throw new Error(`${args.join(' ')} ended before it listened`)
}

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.kill()
  await ended
}

/** Requests per second over 32 connections, after a second of the same to warm up. */
async function rate(url: string): Promise<number> {
  try {
    await wrk(url, 1)
    return await wrk(url, SECONDS)
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) throw cause
    const options = { url, headers: HEADERS, connections: CONNECTIONS }
    await autocannon({ ...options, duration: 1 })
    return (await autocannon({ ...options, duration: SECONDS })).requests.average
  }
}

async function wrk(url: string, seconds: number): Promise<number> {
  const args = ['-t1', `-c${CONNECTIONS}`, `-d${seconds}`, '-H', `Authorization: Bearer ${TOKEN}`, url]
  const { stdout } = await promisify(execFile)('wrk', args)
  if (/Non-2xx/.test(stdout)) throw new Error(stdout)
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1])
}

async function addProviders(list: string, count: number, models: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const body = {
      name: `provider-${i}`,
      display_name: `Provider ${i}`,
      base_url: `https://api-${i}.example.com/v1`,
      models: Array.from({ length: models }, (_, m) => `model-${m}`),
    }
    const response = await fetch(list, { method: 'POST', headers: HEADERS, body: JSON.stringify(body) })
    if (response.status !== 201) throw new Error(await response.text())
    await response.arrayBuffer()
  }
}

async function keysPerSecond(list: string, connections: number): Promise<number> {
  const body = JSON.stringify({ api_key: `sk-${'0123456789abcdef'.repeat(3)}` })
  const providers = (await (await fetch(list, { headers: HEADERS })).json()) as { id: number }[]
  let stored = 0
  const began = performance.now()
  const store = async ({ id }: { id: number }): Promise<void> => {
    while (performance.now() - began < SECONDS * 1_000) {
      const response = await fetch(`${list}/${id}`, { method: 'PUT', headers: HEADERS, body })
      if (response.status !== 200) throw new Error(await response.text())
      await response.arrayBuffer()
      stored++
    }
  }
  await Promise.all(providers.slice(-connections).map(store))
  return stored / SECONDS
}
