// Fernet beside the bare primitives that do the same work, in one run, so that the ratio does not depend on the machine.
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'
import { pathToFileURL } from 'node:url'
import { Bench } from 'tinybench'
import { Fernet } from '../../src/core/crypto/fernet.ts'

const BATCH = 200
const ROUNDS = 15

/** Tokens made and opened per second, and what share of the bare primitives' speed that is. */
export async function benchFernet(): Promise<Array<{ name: string; value: number; unit: string }>> {
  const apiKey = Buffer.from(`sk-${'0123456789abcdef'.repeat(3)}`)
  const raw = randomBytes(32)
  const signing = createSecretKey(raw.subarray(0, 16))
  const encryption = createSecretKey(raw.subarray(16))
  const fernet = new Fernet(Buffer.from(raw))
  const token = fernet.encrypt(apiKey)

  // Random iv, AES-128-CBC, HMAC-SHA256, base64url: no checks, no options, key objects made once.
  const bareEncrypt = (): string => {
    const iv = randomBytes(16)
    const cipher = createCipheriv('aes-128-cbc', encryption, iv)
    const body = Buffer.concat([iv, cipher.update(apiKey), cipher.final()])
    const mac = createHmac('sha256', signing).update(body).digest()
    return Buffer.concat([body, mac]).toString('base64url')
  }
  const bareDecrypt = (): Buffer => {
    const bytes = Buffer.from(token, 'base64url')
    const mac = createHmac('sha256', signing).update(bytes.subarray(0, -32)).digest()
    if (!timingSafeEqual(mac, bytes.subarray(-32))) throw new Error('the token was made with this key')
    const decipher = createDecipheriv('aes-128-cbc', encryption, bytes.subarray(9, 25))
    return Buffer.concat([decipher.update(bytes.subarray(25, -32)), decipher.final()])
  }
  const acts: Record<string, () => unknown> = {
    'fernet encrypt': () => fernet.encrypt(apiKey),
    'bare encrypt': bareEncrypt,
    'fernet decrypt': () => fernet.decrypt(token),
    'bare decrypt': bareDecrypt,
  }

  // Rounds take turns, and each act keeps its best median, so that a busy neighbour does not decide the ratio.
  const best = new Map<string, number>()
  for (let round = 0; round < ROUNDS; round++) {
    const bench = new Bench({ time: 50, warmupTime: 10 })
    for (const [name, act] of Object.entries(acts)) bench.add(name, () => repeat(act))
    for (const task of await bench.run()) {
      if (task.result.state !== 'completed') throw new Error(`${task.name} did not run to its end`)
      const perSecond = (BATCH * 1000) / task.result.latency.p50
      best.set(task.name, Math.max(best.get(task.name) ?? 0, perSecond))
    }
  }
  const speed = (name: string): number => best.get(name) ?? 0
  return [
    ...[...best].map(([name, value]) => ({ name, value: Math.round(value), unit: 'per second' })),
    ...['encrypt', 'decrypt'].map((act) => ({
      name: `${act}, fernet to bare`,
      value: Number((speed(`fernet ${act}`) / speed(`bare ${act}`)).toFixed(2)),
      unit: 'ratio',
    })),
  ]
}

/** Many at a time, since the clock is too coarse for one. */
function repeat(act: () => unknown): void {
  for (let run = 0; run < BATCH; run++) act()
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.table(await benchFernet())
