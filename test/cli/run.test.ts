// Real children: what they find in their environment, and what becomes of their signals and exit codes.
import { spawn } from 'node:child_process'
import { hash } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { generateFernetKey } from '../../src/core/crypto/fernet.ts'
import { looksLikeToken } from '../../src/core/http/token.ts'
import { openAnthropic } from '../support/fake-upstream/anthropic.ts'
import { openGoogle } from '../support/fake-upstream/google.ts'
import { openOpenAi, WORDS } from '../support/fake-upstream/openai.ts'
import { openTempCore, tempHome } from '../support/temp-core.ts'
import { dumpVault } from '../support/vault-dump.ts'
import { commandLine, environment, latchkey, type Ran } from './latchkey.ts'

const KEY = 'sk-canary-0123456789abcdefghijABCDEFGHIJ'
const SAID = WORDS.join('')
const masterKey = generateFernetKey()
const secrets = { ENCRYPTION_KEY: masterKey, LATCHKEY_TOKEN: 'an-admin-token-of-this-run' }

let temp: ReturnType<typeof tempHome>
let upstreams: Awaited<ReturnType<typeof openUpstreams>>
const run = (args: string[], env: Record<string, string> = {}): Promise<Ran> =>
  latchkey(['run', ...args], { home: temp.home, env: { ...secrets, ...env } })
const node = (source: string): string[] => ['--', process.execPath, '-e', source]

async function openUpstreams() {
  return [await openOpenAi({ key: KEY }), await openAnthropic({ key: KEY }), await openGoogle({ key: KEY })] as const
}

beforeAll(async () => {
  temp = tempHome()
  upstreams = await openUpstreams()
  await using opened = await openTempCore({ home: temp.home, key: masterKey })
  const [openai, anthropic, google] = upstreams
  const rows = [
    ['o', `${openai.origin}/v1`, 'openai', 'gpt-test'],
    ['a', anthropic.origin, 'anthropic', 'claude-test'],
    ['g', google.origin, 'google', 'gemini-test'],
  ] as const
  for (const [name, base_url, dialect, model] of rows) {
    await opened.client.createProvider({ name, display_name: name, base_url, dialect, api_key: KEY, models: [model] })
  }
  await opened.client.createToken({ name: 'script' })
})
afterAll(async () => {
  for (const upstream of upstreams) await upstream[Symbol.asyncDispose]()
  temp[Symbol.dispose]()
})

/** Runs a child that waits, sends the command a signal, and answers how it ended. */
async function endedBy(signal: NodeJS.Signals, source = ''): Promise<unknown> {
  const args = node(`${source} setInterval(() => {}, 1000); console.log("ready")`)
  const child = spawn(process.execPath, commandLine('run', ...args), {
    env: environment(temp.home, secrets),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(createInterface({ input: child.stdout }), 'line')
  child.kill(signal)
  return once(child, 'close')
}

describe('run', { timeout: 120_000 }, () => {
  it('lets a program of the official clients work with nothing but its environment, which holds no secret', async () => {
    const ran = await run([
      '--tool',
      'script',
      '--',
      process.execPath,
      join(import.meta.dirname, '../core/run/ask-by-environment.ts'),
    ])
    expect([ran.code, ran.stderr]).toEqual([0, expect.not.stringMatching(/error:|note:/)])
    const { said, env } = JSON.parse(ran.stdout.slice(ran.stdout.indexOf('{"said"'))) as {
      said: string[]
      env: Record<string, string>
    }
    expect(said).toEqual([SAID, SAID, SAID])
    expect(looksLikeToken(env['OPENAI_API_KEY'] ?? '')).toBe(true)
    for (const secret of [KEY, ...Object.values(secrets)]) expect(ran.stdout + ran.stderr).not.toContain(secret)
    expect(Object.keys(env)).not.toEqual(expect.arrayContaining(Object.keys(secrets)))
    expect(dumpVault(temp.home)['key_use']).toMatchObject([
      { caller: 'script', provider: 'o', outcome: 'complete' },
      { caller: 'script', provider: 'a', outcome: 'complete' },
      { caller: 'script', provider: 'g', outcome: 'complete' },
    ])
  })

  it('passes on arguments, standard input and the exit code, and takes none of the arguments for its own', async () => {
    const source = 'process.stdin.pipe(process.stdout); console.log(process.argv.slice(1).join()); process.exitCode = 7'
    const ran = await latchkey(['run', ...node(source), '--', '--json', '--token=sk-not-yours-0123456789'], {
      home: temp.home,
      env: secrets,
      input: 'typed',
    })
    expect(ran).toEqual({ code: 7, stdout: '--json,--token=sk-not-yours-0123456789\ntyped', stderr: '' })
  })

  it('passes on signals, and ends as its child does of them', async () => {
    const patient = 'process.on("SIGTERM", () => process.exit(3));'
    const ends = await Promise.all([endedBy('SIGTERM'), endedBy('SIGINT'), endedBy('SIGTERM', patient)])
    expect(ends).toEqual([
      [null, 'SIGTERM'],
      [null, 'SIGINT'],
      [3, null],
    ])
  })

  it('hands over keys only where that is asked for, with a warning and an event in the trail', async () => {
    // It says which key it was given, and not the key: what is printed is searched for secrets in every test.
    const source = 'console.log(crypto.createHash("sha256").update(process.env.O_API_KEY).digest("hex"))'
    const ran = await run(['--expose-keys', '--providers', 'o', ...node(source)])
    expect([ran.code, ran.stdout]).toEqual([0, `${hash('sha256', KEY)}\n`])
    expect(ran.stderr).toContain('gets the keys of o themselves')
    expect(ran.stderr).not.toContain(KEY)
    const events = dumpVault(temp.home)['audit']?.filter(({ act }) => act === 'key.expose')
    expect(events).toMatchObject([{ provider: 'o', detail: expect.stringContaining('"command":"node') }])
  })

  it('says what is wrong with what was typed, and runs nothing', async () => {
    const slips = [
      [[], 2, 'needs a program to run'],
      [['--expose-keys', '--tool', 'script', '--', 'true'], 2, 'exclude each other'],
      [['--tool', 'nobody', '--', 'true'], 1, "Token with name 'nobody' not found"],
      [['--providers', 'opnai', '--', 'true'], 1, "Provider with name 'opnai' not found"],
      [['--', 'no-such-program'], 1, 'no-such-program cannot be run'],
      [['--token=sk-0123456789abcdef', '--', 'true'], 2, 'does not belong on the command line'],
    ] as const
    const told = await Promise.all(slips.map(([args]) => run([...args])))
    for (const [n, [args, code, sentence]] of slips.entries()) {
      expect([args, told[n]]).toEqual([args, { code, stdout: '', stderr: expect.stringContaining(sentence) }])
    }
  })
})
