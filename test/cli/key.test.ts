import { randomBytes } from 'node:crypto'
import Database from 'better-sqlite3'
import { afterAll, describe, expect, it } from 'vitest'
import type { Provider } from '../../src/shared/schemas.ts'
import { generateFernetKey, Fernet, parseFernetKey } from '../../src/core/crypto/fernet.ts'
import { openTempCore, tempHome } from '../support/temp-core.ts'
import { getDecryptedApiKey } from '../../src/core/providers/provider-service.ts'
import { openOpenAi } from '../support/fake-upstream/openai.ts'
import { findSecret } from './forms-of.ts'
import { latchkey, startServe, type Ran } from './latchkey.ts'

const canary = (): string => `sk-canary-${randomBytes(24).toString('base64url')}`

/** A home with its commands, and everything they said. */
function person(env: Record<string, string> = {}) {
  const temp = tempHome()
  const said: Record<string, string> = {}
  return {
    home: temp.home,
    said,
    async run(args: string[], input: string | Buffer = ''): Promise<Ran> {
      const ran = await latchkey(args, { home: temp.home, env, input })
      said[`${Object.keys(said).length} ${args.join(' ')}`] = ran.stdout + ran.stderr
      return ran
    },
    [Symbol.dispose]: () => temp[Symbol.dispose](),
  }
}

const keyOf = async (home: string, key: string | null, name: string): Promise<string> => {
  await using temp = await openTempCore({ home, key })
  return (await getDecryptedApiKey(temp.core.vault, { name })).toString()
}

const clumsy = person()
afterAll(() => clumsy[Symbol.dispose]())

describe('key set', { timeout: 120_000 }, () => {
  it('stores a key from a pipe, and it is still there after the next start', async () => {
    using owner = person()
    const key = canary()
    const stored = await owner.run(['key', 'set', 'openai'], `  ${key}\r\n`)
    expect(stored).toMatchObject({ code: 0, stdout: '' })
    expect(stored.stderr).toContain('Stored the key of openai.')
    expect((await owner.run(['providers'])).stdout).toMatch(/^openai +stored /m)
    expect((await owner.run(['models'])).stdout).toMatch(/^openai\/\S+$/m)
    expect(await keyOf(owner.home, null, 'openai')).toBe(key)

    const next = canary()
    expect((await owner.run(['key', 'set', 'openai'], next)).stderr).toBe('Replaced the key of openai.\n')
    expect(await keyOf(owner.home, null, 'openai')).toBe(next)
    expect((await owner.run(['key', 'remove', 'openai'])).stderr).toBe('Removed the key of openai.\n')
    expect((await owner.run(['key', 'remove', 'openai'])).stderr).toBe('openai had no key.\n')
  })

  it('leaves the key in no output and in no file of the vault', async () => {
    using owner = person()
    const key = canary()
    await owner.run(['key', 'set', 'anthropic', '--json'], key)
    await owner.run(['key', 'set', 'anthropic'], `${key}\n${key}`)
    await owner.run(['key', 'set', 'nobody'], key)
    await owner.run(['key', 'set', key])
    await owner.run(['key', 'set', 'anthropic', 'x', `--flag=${key}`])
    await owner.run(['provider', 'add', 'a', '--with-key', '--base-url', 'not an address'], key)
    await owner.run(['doctor'])
    expect(findSecret(key, owner.said, [owner.home])).toEqual([])
    expect(findSecret('anthropic', owner.said, [owner.home])).toContain(`${owner.home}/vault.db`)
  })

  it('refuses a key among the arguments, and says why and what to do', async () => {
    using owner = person()
    for (const args of [
      ['key', 'set', 'openai', 'short'],
      ['provider', 'add', 'x', '--with-key', 'short'],
    ]) {
      const { code, stderr } = await owner.run(args)
      expect(code).toBe(2)
      expect(stderr).toContain('the process list and the history of the shell show it to others')
      expect(stderr).not.toContain('short')
    }
  })

  it.each([
    ['nothing', '', 'No key arrived on standard input', 'printf %s "$KEY" | latchkey key set openai'],
    ['blanks', ' \n\n', 'No key arrived on standard input', 'printf %s'],
    ['two keys', 'sk-one\nsk-two\n', 'More than one line arrived, and a key is a single line', 'Copy one key alone'],
    ['a key with a line break inside', 'sk-on\r\ne', 'More than one line arrived', 'Nothing was stored'],
    ['a key with a space inside', 'sk-one two', 'A key has no spaces or line breaks inside', ''],
    ['a book', 'x'.repeat(20_000), 'a key has at most 8,192 characters', 'Nothing was stored'],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x73, 0x00]), 'is not UTF-8 text', 'Nothing was stored'],
  ])('refuses %s and stores nothing', async (_what, input, sentence, hint) => {
    const { code, stderr } = await clumsy.run(['key', 'set', 'openai'], input)
    expect(code).toBe(1)
    expect(stderr).toContain(sentence)
    expect(stderr).toContain(hint)
    await expect(keyOf(clumsy.home, null, 'openai')).rejects.toMatchObject({ code: 'provider_has_no_key' })
  })

  it('asks for no key where the vault cannot be changed, and says what helps', async () => {
    using owner = person()
    const key = generateFernetKey()
    await latchkey(['key', 'set', 'openai'], { home: owner.home, env: { ENCRYPTION_KEY: key }, input: canary() })
    const { code, stderr } = await owner.run(['key', 'set', 'openai'], canary())
    expect(code).toBe(1)
    expect(stderr).toContain('error: ENCRYPTION_KEY environment variable is not set')
    expect(stderr).toContain('last taken from ENCRYPTION_KEY in the environment')
    const listed = await owner.run(['providers'])
    expect(listed.code).toBe(0)
    expect(listed.stderr).toContain('note: The vault is open read-only. ENCRYPTION_KEY environment variable is not set')
    expect(listed.stdout).toMatch(/^openai +stored /m)
  })

  it('is seen at once by a listener that runs', async () => {
    using owner = person()
    await using serving = await startServe([], { home: owner.home })
    const openai = async (): Promise<Provider | undefined> => {
      const listed = (await (await serving.get('/api/v1/providers')).json()) as Provider[]
      return listed.find(({ name }) => name === 'openai')
    }
    expect(await openai()).toMatchObject({ has_api_key: false })
    const key = canary()
    await owner.run(['key', 'set', 'openai'], key)
    expect(await openai()).toMatchObject({ has_api_key: true, key_state: 'stored' })
    await owner.run(['key', 'remove', 'openai'])
    expect(await openai()).toMatchObject({ has_api_key: false })
    await serving.stop()
    expect(findSecret(key, { serve: serving.stdout() + serving.stderr() }, [owner.home])).toEqual([])
  })
})

describe('a new address', { timeout: 120_000 }, () => {
  it('needs the key again, in the same command', async () => {
    using owner = person()
    const key = canary()
    await owner.run(['provider', 'add', 'own', '--base-url', 'https://one.example.com/v1', '--with-key'], key)
    const alone = await owner.run(['provider', 'edit', 'own', '--base-url', 'https://two.example.com/v1'])
    expect(alone.code).toBe(1)
    expect(alone.stderr).toContain('it was entered for https://one.example.com and goes nowhere else')
    expect(alone.stderr).toContain('Add --with-key and pipe the key in.')
    const together = ['provider', 'edit', 'own', '--base-url', 'https://two.example.com/v1', '--with-key', '--json']
    expect(JSON.parse((await owner.run(together, key)).stdout)).toMatchObject({
      base_url: 'https://two.example.com/v1',
      key_state: 'stored',
    })
  })
})

describe('key test', { timeout: 120_000 }, () => {
  it('says whether the key works, with an exit code for scripts, and shows it nowhere', async () => {
    using owner = person()
    const key = canary()
    await using upstream = await openOpenAi({ key })
    const address = `${upstream.origin}/v1`
    await owner.run(['provider', 'add', 'up', '--base-url', address, '--with-key'], key)

    const good = await owner.run(['key', 'test', 'up', '--model', 'gpt-test'])
    expect(good).toMatchObject({ code: 0, stdout: 'The key works.\n' })
    expect(good.stderr).toMatch(new RegExp(`^GET ${address}/models: answered 200 in \\d+ ms\n$`))
    expect((await owner.run(['key', 'test', 'up', '--model', 'no-such'])).code).toBe(1)

    await owner.run(['key', 'set', 'up'], canary())
    const bad = await owner.run(['key', 'test', 'up', '--json'])
    expect([bad.code, JSON.parse(bad.stdout)]).toMatchObject([1, { verdict: 'refused', status: 401 }])
    expect((await owner.run(['key', 'test', 'openai'])).stderr).toContain("Provider 'openai' has no key")
    expect(findSecret(key, owner.said, [owner.home])).toEqual([])
  })
})

describe('key adopt', { timeout: 120_000 }, () => {
  it('shows provider and address, and takes the key over after a yes', async () => {
    const master = generateFernetKey()
    using owner = person({ ENCRYPTION_KEY: master })
    const key = canary()
    await owner.run(['providers'])
    const token = new Fernet(parseFernetKey(master)).encrypt(Buffer.from(key))
    const db = new Database(`${owner.home}/vault.db`)
    db.prepare("UPDATE provider SET api_key_encrypted = ? WHERE name = 'openai'").run(token)
    db.close()
    expect((await owner.run(['providers'])).stdout).toMatch(/^openai +unreadable /m)

    const unasked = await owner.run(['key', 'adopt', 'openai'])
    expect(unasked.code).toBe(1)
    expect(unasked.stderr).toMatch(/provider {2}openai \(OpenAI\)\n {2}address {3}https:\/\/api\.openai\.com\/v1\n/)
    expect(unasked.stderr).toContain('This needs a yes, and there is no terminal to ask on\nhint: Add --yes.')
    expect((await owner.run(['providers'])).stdout).toMatch(/^openai +unreadable /m)

    expect((await owner.run(['key', 'adopt', 'openai', '--yes'])).stderr).toContain('Adopted the key of openai.')
    expect(await keyOf(owner.home, master, 'openai')).toBe(key)
    expect((await owner.run(['key', 'adopt', 'openai', '--yes'])).stderr).toContain(
      'has no key that another program wrote',
    )
  })
})

describe('several keys', { timeout: 120_000 }, () => {
  it('are added, listed, changed, tested and removed by their labels, and shown nowhere', async () => {
    using owner = person()
    const [first, second] = [canary(), canary()]
    await using upstream = await openOpenAi({ key: second })
    await owner.run(['provider', 'add', 'up', '--base-url', `${upstream.origin}/v1`])
    await owner.run(['key', 'set', 'up'], first)
    const added = await owner.run(['key', 'add', 'up', '--label', "Team's"], second)
    expect(added).toMatchObject({ code: 0, stdout: '', stderr: "Added the key 'Team's' of up, in place 2.\n" })
    const tested = await owner.run(['key', 'test', 'up', '--all'])
    expect(tested.stdout).toMatch(/^Key 1 +The provider does not accept this key\.$/m)
    expect(tested.stdout).toMatch(/^Team's +The key works\.$/m)
    expect(tested.code).toBe(1)
    expect((await owner.run(['key', 'list', 'up'])).stdout).toMatch(
      /^PLACE +LABEL +STATE +LAST USED\n1 +Key 1 +failing, rests until .*Z +never\n2 +Team's +valid +never\n$/,
    )
    const edited = await owner.run([
      'key',
      'edit',
      'up',
      '--label',
      "team's",
      '--rename',
      'Work',
      '--position',
      '1',
      '--off',
    ])
    expect(edited.stderr).toBe("Changed the key 'Work' of up.\n")
    expect((await owner.run(['key', 'list', 'up'])).stdout).toMatch(/^1 +Work +off \(valid\)/m)
    expect((await owner.run(['key', 'test', 'up', '--label', 'work'])).code).toBe(0)
    expect(await owner.run(['key', 'remove', 'up', '--label', 'none'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Its keys: Work, Key 1'),
    })
    expect((await owner.run(['key', 'remove', 'up', '--label', 'Key 1'])).stderr).toBe(
      "Removed the key 'Key 1' of up.\n",
    )
    await owner.run(['key', 'edit', 'up', '--replace', '--on'], first)
    expect(await keyOf(owner.home, null, 'up')).toBe(first)
    for (const key of [first, second]) expect(findSecret(key, owner.said, [owner.home])).toEqual([])
    const clumsy = await owner.run(['key', 'add', 'up', 'a-key-of-no-known-form'])
    expect([clumsy.code, clumsy.stderr]).toEqual([
      2,
      expect.stringContaining('A key does not belong on the command line'),
    ])
  })
})
