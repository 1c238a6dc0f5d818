import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { commandSource, readKeyCommand, writeKeyCommand } from '../../../src/core/crypto/command-source.ts'
import { generateFernetKey } from '../../../src/core/crypto/fernet.ts'
import { hasPass, makePassStore } from '../../support/pass-store.ts'

vi.setConfig({ testTimeout: 120_000 })

const folder = mkdtempSync(join(tmpdir(), 'latchkey-command-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const env = process.env
const node = (script: string): string[] => [process.execPath, '-e', script]

describe('a command for the master key', () => {
  it('gives what it prints, without the line end', async () => {
    const key = generateFernetKey()
    expect(await commandSource(node(`console.log('${key}')`), { env }).read()).toBe(key)
  })

  it('is run without a shell: words stay what they are', async () => {
    const word = '$(touch x) `id` "a b" ; echo $HOME *'
    expect(await commandSource(['printf', '%s', word], { env }).read()).toBe(word)
  })

  it('sees no secret of ours', async () => {
    const secrets = { ENCRYPTION_KEY: 'a', LATCHKEY_TOKEN: 'b' }
    const printed = await commandSource(['env'], { env: { PATH: process.env['PATH'], OTHER: 'c', ...secrets } }).read()
    expect(printed).toContain('OTHER=c')
    expect(printed).not.toMatch(/ENCRYPTION_KEY|LATCHKEY/)
  })

  it.each([
    [
      'ends with an error',
      node("process.stderr.write('no such secret: hunter2'); process.exit(3)"),
      'ended with code 3',
    ],
    ['is killed', node("process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 9)"), 'ended with SIGTERM'],
    ['prints nothing', ['true'], 'printed nothing'],
    ['prints only spaces', ['echo', ' '], 'printed nothing'],
    ['prints without end', ['yes', 'hunter2'], 'printed more than 4096 bytes'],
    ['is not there', ['latchkey-no-such-program'], 'could not be started: it does not exist'],
  ])('is refused in a sentence where it %s, and nothing it said is repeated', async (_, command, what) => {
    const error = await commandSource(command, { env })
      .read()
      .catch((cause: unknown) => cause)
    expect(error).toMatchObject({ code: 'key_command_failed', status: 503 })
    expect(String(error)).toContain(what)
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('hunter2')
  })

  it('is ended after its time together with what it started, even where that ignores signals', async () => {
    // Says its number in a file: nothing it prints is ever shown.
    const file = join(folder, 'pids')
    const script = `trap '' TERM HUP INT; sleep 600 & echo $$ $! > ${file}; wait`
    const asked = commandSource(['sh', '-c', script], { env, limitSeconds: 5 }).read()
    await expect(asked).rejects.toThrow('The command for the master key, sh, did not end within 5 seconds')
    const pids = readFileSync(file, 'utf8').trim().split(' ')
    expect(pids).toHaveLength(2)
    for (const pid of pids) await once(spawn('tail', [`--pid=${pid}`, '-f', '/dev/null'], { stdio: 'ignore' }), 'exit')
  })
})

describe('the command that was set', () => {
  const path = join(folder, 'key-command.json')

  it('is kept word for word in a file of its own that only its owner reads', () => {
    const command = ['vault', 'kv', 'get', '-field=key', 'secret/latch key']
    expect(readKeyCommand(path, () => {})).toBeUndefined()
    writeKeyCommand(path, command)
    expect(readKeyCommand(path, () => {})).toEqual(command)
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  it.each(['', '[]', '[""]', '"pass"', '["a\\u0000b"]', '{"command":["pass"]}'])(
    'is none where the file says %j',
    (text) => {
      writeFileSync(path, text)
      expect(() => readKeyCommand(path, () => {})).toThrow(
        `The master key cannot be read from ${path}: it holds no command`,
      )
    },
  )

  it('is not taken through a link, and a mode that lets others write is mended in a sentence', () => {
    writeKeyCommand(path, ['pass'])
    chmodSync(path, 0o666)
    const sentences: string[] = []
    expect(readKeyCommand(path, (sentence) => sentences.push(sentence))).toEqual(['pass'])
    expect(sentences).toHaveLength(1)
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  it('names the program alone to a person: arguments may be private', () => {
    expect(commandSource(['/usr/bin/vault', 'kv', 'get', 'secret/x'], { env }).place).toBe('the command vault')
  })
})

describe.runIf(hasPass)('pass', () => {
  it('gives the master key it keeps, and says so where it has none', async () => {
    using store = makePassStore()
    const key = generateFernetKey()
    store.insert('latchkey', `${key}\n`)

    expect(await commandSource(['pass', 'show', 'latchkey'], { env: store.env }).read()).toBe(key)
    await expect(commandSource(['pass', 'show', 'other'], { env: store.env }).read()).rejects.toMatchObject({
      code: 'key_command_failed',
    })
  })
})
