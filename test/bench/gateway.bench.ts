// What the gateway costs: the same upstream called directly, through a 20-line node:http proxy (the floor of any gateway
// on Node), and through Latchkey, in turns, so that a busy machine is busy for all of them. Portkey's gateway is measured
// beside them where LATCHKEY_BENCH_PORTKEY names the folder of its package (npm install @portkey-ai/gateway elsewhere).
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { forkGateway } from '../support/fork-gateway.ts'
import type { Memory } from '../support/gateway-process.ts'
import { durableCommit } from './durable-commit.ts'
import type { Figure } from './figure.ts'
import { load, quantile, stream, type Place } from './gateway/load.ts'
import { openPortkey } from './gateway/portkey.ts'
import { openShipped } from './gateway/shipped.ts'

const ROUNDS = 9
const KEY = 'sk-the-real-key-of-the-bench-0123456789'

interface Measured {
  name: string
  place: Place
  memory?: () => Promise<Memory>
}

/** Latency, throughput, streams and memory, beside the direct call and the floor. */
export async function benchGateway(): Promise<Figure[]> {
  const upstream = await forkScript('upstream.ts')
  const floor = await forkScript('floor.ts', String(upstream.port))
  await using bare = await forkGateway(['--unrecorded'])
  const portkey = await openPortkey(upstream.port, KEY)
  const provider = { name: 'up', display_name: 'up', base_url: `http://127.0.0.1:${upstream.port}/v1`, api_key: KEY }
  await bare.add({ ...provider, models: ['m'] })
  await using shipped = await openShipped(upstream.port, KEY)
  const at = ({ address, token }: { address: string; token: string }, path: string): Place => ({
    port: Number(new URL(address).port),
    path,
    token,
  })
  const targets: Measured[] = [
    { name: 'direct', place: { port: upstream.port, path: '/v1/chat/completions', token: KEY } },
    {
      name: 'floor',
      place: { port: floor.port, path: '/v1/chat/completions', token: KEY },
      memory: () => floor.memory(),
    },
    { name: 'Latchkey, /proxy', place: at(bare, '/proxy/up/chat/completions'), memory: () => bare.memory() },
    { name: 'Latchkey, /v1', place: at(bare, '/v1/chat/completions'), memory: () => bare.memory() },
    { name: 'Latchkey as shipped, with limits, each use on disk', place: shipped.place, memory: shipped.memory },
    ...(portkey === undefined ? [] : [{ name: 'Portkey', place: portkey.place }]),
  ]
  try {
    for (const { place } of targets) await load(place, 8, 500)
    return [...(await latencies(targets)), ...(await streams(targets)), ...(await memories(targets)), durableCommit()]
  } finally {
    for (const child of [upstream.child, floor.child]) child.disconnect()
    await portkey?.[Symbol.asyncDispose]()
  }
}

async function latencies(targets: readonly Measured[]): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const [connections, total] of [
    [1, 300],
    [16, 1_500],
    [64, 1_500],
  ] as const) {
    const rounds = new Map(targets.map(({ name }) => [name, [] as Awaited<ReturnType<typeof load>>[]]))
    for (let round = 0; round < ROUNDS; round++) {
      for (const { name, place } of targets) rounds.get(name)?.push(await load(place, connections, total))
    }
    const median = (name: string, of: 'p50' | 'per_second'): number =>
      quantile(
        (rounds.get(name) ?? []).map((one) => one[of]),
        0.5,
      )
    const added = (name: string): number => median(name, 'p50') - median('direct', 'p50')
    const label = `${connections} connection${connections === 1 ? '' : 's'}`
    for (const { name } of targets) {
      figures.push({ name: `${label}: p50, ${name}`, value: median(name, 'p50'), unit: 'ms' })
      figures.push({ name: `${label}: requests, ${name}`, value: median(name, 'per_second'), unit: 'per second' })
      if (name === 'direct' || name === 'floor') continue
      figures.push({
        name: `${label}: added p50 by the floor's, ${name}`,
        value: added(name) / added('floor'),
        unit: '×',
      })
      const share = median(name, 'per_second') / median('floor', 'per_second')
      figures.push({ name: `${label}: requests by the floor's, ${name}`, value: share, unit: '×' })
    }
  }
  return figures
}

async function streams(targets: readonly Measured[]): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const wish of ['burst', 'paced'] as const) {
    const label = wish === 'burst' ? '50 events at once' : '50 events 5 ms apart'
    const rounds = new Map(targets.map(({ name }) => [name, [] as Awaited<ReturnType<typeof stream>>[]]))
    for (let round = 0; round < (wish === 'burst' ? 60 : 15); round++) {
      for (const { name, place } of targets) rounds.get(name)?.push(await stream(place, wish))
    }
    for (const { name } of targets) {
      const all = rounds.get(name) ?? []
      const lost = all.filter(({ events }) => events !== 50).length
      figures.push({
        name: `${label}: first byte p50, ${name}`,
        value: quantile(
          all.map((one) => one.first_byte),
          0.5,
        ),
        unit: 'ms',
      })
      figures.push({
        name: `${label}: whole p50, ${name}`,
        value: quantile(
          all.map((one) => one.total),
          0.5,
        ),
        unit: 'ms',
      })
      if (wish === 'paced') {
        figures.push({
          name: `${label}: worst lag p50, ${name}`,
          value: quantile(
            all.map((one) => one.lag),
            0.5,
          ),
          unit: 'ms',
        })
        const merged = all.reduce((sum, one) => sum + one.merged, 0) / all.length
        figures.push({ name: `${label}: pieces with more than one event, ${name}`, value: merged, unit: 'per stream' })
      }
      if (lost > 0)
        figures.push({ name: `${label}: streams with events missing, ${name}`, value: lost, unit: 'streams' })
    }
  }
  return figures
}

async function memories(targets: readonly Measured[]): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const { name, place, memory } of targets) {
    if (memory === undefined) continue
    const before = await memory()
    await load(place, 16, 100_000)
    const after = await memory()
    figures.push({ name: `after 100,000 requests: memory, ${name}`, value: after.rss / 2 ** 20, unit: 'MiB' })
    figures.push({ name: `100,000 requests: CPU each, ${name}`, value: (after.cpu - before.cpu) / 100_000, unit: 'µs' })
  }
  return figures
}

interface Script {
  child: ChildProcess
  port: number
  memory: () => Promise<Memory>
}

async function forkScript(file: string, ...args: string[]): Promise<Script> {
  const child = fork(new URL(`gateway/${file}`, import.meta.url), args, { execArgv: ['--expose-gc'] })
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  return {
    child,
    port,
    async memory() {
      child.send('memory')
      return ((await once(child, 'message')) as [Memory])[0]
    },
  }
}
