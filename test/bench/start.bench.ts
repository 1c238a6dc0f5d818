// How long `latchkey serve` takes from the shell's word to its first answers, and what it holds while idle. Node alone is
// started beside it, because most of a start is Node's own.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { generateFernetKey } from '../../src/core/crypto/fernet.ts'
import type { Figure } from './figure.ts'
import { serveBuilt, type Env } from './serve-built.ts'

const TOKEN = 'a-token-for-the-length-of-a-bench'
const STARTS = 11
const IDLE_MS = 3_000

/** Starts, medians of eleven; the command is the built one, as it is shipped. */
export async function benchStart(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-bench-'))
  const env = { ENCRYPTION_KEY: generateFernetKey(), LATCHKEY_TOKEN: TOKEN }
  const small = join(folder, 'small')
  const large = join(folder, 'large')
  try {
    const bare = await median(async () => {
      const began = performance.now()
      await once(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }), 'exit')
      return [performance.now() - began]
    })
    const first = await median(() => serveOnce(fresh(small), env))
    const again = await median(() => serveOnce(small, env))
    const firstLarge = await median(() => serveOnce(fresh(large, LARGE_CATALOG), env), 3)
    const againLarge = await median(() => serveOnce(large, env))
    return [
      ms('node alone, to its end', bare[0]),
      ms('serve, first answer', again[0]),
      ms('serve, first list of providers', again[1]),
      ms('the very first serve (makes and seeds the vault), first answer', first[0]),
      ms('serve, 20,000 models, first answer', againLarge[0]),
      ms('serve, 20,000 models, first list of providers (2.9 MB)', againLarge[1]),
      ms('the very first serve with a catalog of 20,000 models, first answer', firstLarge[0]),
      { name: 'resident memory, idle', value: await residentMiB(small, env), unit: 'MiB' },
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const ms = (name: string, value = Number.NaN): Figure => ({ name, value, unit: 'ms' })

const LARGE_CATALOG = [
  'providers:',
  ...Array.from({ length: 1_000 }, (_, p) => [
    `  provider-${p}:`,
    `    display_name: Provider ${p}`,
    `    base_url: https://api-${p}.example.com/v1`,
    '    models:',
    ...Array.from({ length: 20 }, (_, m) => `      - model-${m}`),
  ]).flat(),
  '',
].join('\n')

/** An empty folder, or one with a catalog of the person's own. */
function fresh(home: string, catalog?: string): string {
  rmSync(home, { recursive: true, force: true })
  mkdirSync(home, { mode: 0o700 })
  if (catalog !== undefined) writeFileSync(join(home, 'models.yaml'), catalog)
  return home
}

/** Each place of the answers by itself, in the middle of them. */
async function median(measure: () => Promise<number[]>, times = STARTS): Promise<number[]> {
  const runs: number[][] = []
  for (let i = 0; i < times; i++) runs.push(await measure())
  const [one = []] = runs
  return one.map((_, at) => runs.map((run) => run[at] ?? 0).toSorted((a, b) => a - b)[times >> 1] ?? 0)
}

/** Milliseconds to the first answer at all, and to the whole list of providers. */
async function serveOnce(home: string, env: Env): Promise<number[]> {
  const began = performance.now()
  const { address, stop } = await serveBuilt(home, env)
  await answerOf(`${address}/healthz`)
  const answered = performance.now() - began
  await answerOf(`${address}/api/v1/providers`)
  const listed = performance.now() - began
  await stop()
  return [answered, listed]
}

/** A plain request: `fetch` takes longer to load than the server to answer. */
function answerOf(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    get(url, { headers: { authorization: `Bearer ${TOKEN}` } }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${url} answered ${response.statusCode}`))
      response.resume().once('end', resolve)
    }).once('error', reject)
  })
}

async function residentMiB(home: string, env: Env): Promise<number> {
  const { address, memory, stop } = await serveBuilt(home, env)
  await answerOf(`${address}/api/v1/providers`)
  await delay(IDLE_MS)
  const { rss } = memory()
  await stop()
  return rss / 2 ** 20
}
