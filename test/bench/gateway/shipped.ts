import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateFernetKey } from '../../../src/core/crypto/fernet.ts'
import type { Memory } from '../../support/gateway-process.ts'
import { serveBuilt } from '../serve-built.ts'
import type { Place } from './load.ts'

const ADMIN = 'a-token-for-the-length-of-a-bench'

/** `latchkey serve` as it is shipped, in front of the upstream, for a tool whose token is limited in requests and money. */
export async function openShipped(
  upstreamPort: number,
  api_key: string,
): Promise<{ place: Place; memory: () => Promise<Memory> } & AsyncDisposable> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-bench-'))
  const home = join(folder, 'home')
  mkdirSync(home, { mode: 0o700 })
  writeFileSync(
    join(home, 'models.yaml'),
    `providers: { up: { display_name: Up, base_url: "http://127.0.0.1:${upstreamPort}/v1",
       models: [{ name: m, price: { input: 1, output: 2 } }] } }\n`,
  )
  const served = await serveBuilt(home, { ENCRYPTION_KEY: generateFernetKey(), LATCHKEY_TOKEN: ADMIN })
  const call = async (method: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
    const answer = await fetch(`${served.address}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`)
    return (await answer.json()) as Record<string, unknown>
  }
  const providers = (await call('GET', '/providers')) as unknown as { id: number; name: string }[]
  const provider = providers.find(({ name }) => name === 'up')
  await call('PUT', `/providers/${provider?.id}`, { api_key })
  const limits = { requests_per_minute: 1_000_000, spend_per_day: 1_000_000 }
  const { token } = await call('POST', '/tokens', { name: 'bench', ...limits })
  return {
    place: { port: Number(new URL(served.address).port), path: '/proxy/up/chat/completions', token: String(token) },
    memory: async () => served.memory(),
    async [Symbol.asyncDispose]() {
      await served.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
