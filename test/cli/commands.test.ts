// Transcripts: the wrong input beside the right one, as a person types them.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Model, Provider } from '../../src/shared/schemas.ts'
import { createProgram } from '../../src/cli/program.ts'
import { tempHome } from '../support/temp-core.ts'
import { commandLine, environment, latchkey, type Ran } from './latchkey.ts'

let temp: ReturnType<typeof tempHome>
const run = (...args: string[]): Promise<Ran> => latchkey(args, { home: temp.home })
const json = async <T>(...args: string[]): Promise<T> => JSON.parse((await run(...args, '--json')).stdout) as T

let first: Ran
beforeAll(async () => {
  temp = tempHome()
  first = await run('providers')
})
afterAll(() => temp[Symbol.dispose]())

describe('providers', () => {
  it('makes the vault at the first command, and says where its master key is', () => {
    expect(first.code).toBe(0)
    expect(first.stdout).toMatch(/^NAME/)
    expect(first.stderr).toContain(`Made a new vault: ${temp.home}/vault.db`)
    expect(first.stderr).toContain(`The master key lies beside the vault, in ${temp.home}/master.key`)
  })

  it('lists them in a table for people and in JSON for programs', async () => {
    const { stdout, stderr } = await run('providers')
    expect(stdout).toMatch(/^NAME +KEY +MODELS +ADDRESS\n/)
    expect(stdout).toMatch(/^openai +- +\d+ +https:\/\/api\.openai\.com\/v1$/m)
    expect(stderr).toBe('')
    const listed = await json<Provider[]>('providers')
    expect(listed.map(({ name }) => name).sort()).toEqual(
      expect.arrayContaining(['anthropic', 'google', 'openai', 'xai']),
    )
    expect(await json('providers', '--with-keys')).toEqual([])
  })
})

describe('status', () => {
  it('says where the vault is, where its master key comes from, how many keys it has, and whether a listener runs', async () => {
    const { code, stdout } = await run('status')
    expect(code).toBe(0)
    expect(stdout).toMatch(new RegExp(`^Vault +${temp.home}/vault\\.db\n +open, \\d+ providers$`, 'm'))
    expect(stdout).toMatch(/^Keys +0 stored$/m)
    expect(stdout).toMatch(
      new RegExp(`^Master key +the key file ${temp.home}/master\\.key\n +fingerprint [0-9a-f]{16}$`, 'm'),
    )
    expect(stdout).toMatch(/^Listener +off$/m)
    expect(await json('status')).toMatchObject({
      vault: { path: `${temp.home}/vault.db`, state: 'open', keys: 0 },
      master_key: { source: 'file', place: `${temp.home}/master.key` },
      listener: { state: 'off' },
    })
  })
})

describe('provider', { timeout: 120_000 }, () => {
  it('is added, shown, changed and removed', async () => {
    const added = await run('provider', 'add', 'local', '--base-url', 'http://127.0.0.1:11434/v1', '--model', 'a', 'b')
    expect(added).toMatchObject({ code: 0, stdout: '' })
    expect(added.stderr).toBe('Added local.\nSet its key: latchkey key set local\n')

    const shown = await run('provider', 'show', 'local')
    expect(shown.stdout).toMatch(/^Address +http:\/\/127\.0\.0\.1:11434\/v1$/m)
    expect(shown.stdout).toMatch(/^Models +a\n +b$/m)

    expect((await run('provider', 'edit', 'local', '--display-name', 'My server', '--auth', 'api-key')).code).toBe(0)
    const changed = await json<Provider>('provider', 'show', 'local')
    expect(changed).toMatchObject({ display_name: 'My server', auth: 'api-key', base_url: 'http://127.0.0.1:11434/v1' })

    expect(await run('provider', 'remove', 'local')).toEqual({ code: 0, stdout: '', stderr: 'Removed local.\n' })
    expect((await run('provider', 'show', 'local')).code).toBe(1)
  })

  it('goes back to the catalog with reset, and its removed models come back', async () => {
    const { display_name, models } = await json<Provider>('provider', 'show', 'xai')
    const model = models[0]?.name ?? ''
    await run('provider', 'edit', 'xai', '--display-name', 'Mine')
    await run('model', 'remove', 'xai', model)
    expect((await run('provider', 'show', 'xai')).stdout).toMatch(/Catalog +differs in display_name\n +removed here: /)
    const reset = await json<Provider>('provider', 'reset', 'xai')
    expect(reset.display_name).toBe(display_name)
    expect(reset.models.map(({ name }) => name)).not.toContain(model)
    const whole = await json<Provider>('provider', 'reset', 'xai', '--models')
    expect(whole.models.map(({ name }) => name).sort()).toEqual(models.map(({ name }) => name).sort())
  })

  it('says what is wrong with a name or an address, and what exists already', async () => {
    const name = await run('provider', 'add', 'My Server')
    expect(name).toMatchObject({ code: 1, stdout: '' })
    expect(name.stderr).toContain('error: name: Write 1 to 100 of a–z')
    expect((await run('provider', 'add', 'x', '--base-url', 'http://example.com')).stderr).toContain(
      'Plain http is allowed only to this machine and private networks.',
    )
    expect((await run('provider', 'add', 'openai')).stderr).toBe(
      "error: Provider with name 'openai' already exists\nhint: Choose another name, or edit that one.\n",
    )
    expect((await run('provider', 'remove', 'openai')).stderr).toContain('is predefined and cannot be deleted')
    expect(await json<Provider[]>('providers')).not.toContainEqual(expect.objectContaining({ name: 'x' }))
  })

  it('is found by a name that was nearly right, and all names are told', async () => {
    const { code, stderr } = await run('provider', 'show', 'opnai')
    expect(code).toBe(1)
    expect(stderr).toBe(
      "error: Provider with name 'opnai' not found\nhint: Did you mean openai? There are: anthropic, google, openai, xai.\n",
    )
  })

  it('refuses an edit that changes nothing', async () => {
    const { code, stderr } = await run('provider', 'edit', 'openai')
    expect(code).toBe(2)
    expect(stderr).toContain('Nothing to change was given')
  })
})

describe('models', { timeout: 120_000 }, () => {
  it('lists, adds and removes them', async () => {
    expect((await run('model', 'add', 'google', 'gemini/exp:1', '--display-name', 'Experiment')).stderr).toBe(
      'Added the model gemini/exp:1 to google.\n',
    )
    expect((await run('models', 'google')).stdout).toMatch(/^gemini\/exp:1 +Experiment$/m)
    expect((await run('model', 'add', 'google', 'gemini/exp:1')).stderr).toContain('already exists for this provider')
    const near = await run('model', 'remove', 'google', 'gemini/exp:2')
    expect(near).toMatchObject({ code: 1 })
    expect(near.stderr).toContain('Did you mean gemini/exp:1?')
    expect((await run('model', 'remove', 'google', 'gemini/exp:1')).code).toBe(0)
    expect((await json<Model[]>('models', 'google')).map(({ name }) => name)).not.toContain('gemini/exp:1')
  })
})

describe('a command that is not written right', { timeout: 120_000 }, () => {
  it.each([
    ['a misspelt command', ['provders'], "Unknown command 'provders' (Did you mean providers?)", 'latchkey --help'],
    ['a misspelt part', ['key', 'st', 'x'], "Unknown command 'st' (Did you mean set?)", 'latchkey key --help'],
    ['a missing name', ['key', 'set'], "Missing required argument 'name'", 'latchkey key set --help'],
    ['an unknown option', ['providers', '--jsn'], '(Did you mean --json?)', 'latchkey providers --help'],
    ['a wrong choice', ['provider', 'add', 'x', '--dialect', 'y'], 'Allowed choices are openai', 'provider add --help'],
    ['a port that is none', ['serve', '--port', '70000'], 'A port is a number from 0 to 65535', 'serve --help'],
    ['an address to listen on', ['serve', '--host', '0.0.0.0'], "Unknown option '--host'", 'serve --help'],
    ['too many words', ['models', 'a', 'b'], '"latchkey models" takes one name, and more was given', 'Put quotes'],
  ])('%s is exit code 2, with what was meant', async (_what, args, sentence, help) => {
    const { code, stdout, stderr } = await run(...args)
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain(sentence)
    expect(stderr).toContain(help)
  })

  it('tells programs of it in JSON, as of every error', async () => {
    expect(JSON.parse((await run('provders', '--json')).stderr)).toMatchObject({ code: 'usage' })
    const { code, stdout, stderr } = await run('provider', 'show', 'nobody', '--json')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(JSON.parse(stderr)).toMatchObject({
      code: 'provider_not_found',
      detail: "Provider with name 'nobody' not found",
    })
  })

  it('is shown how, where a group is named without a command', async () => {
    const { code, stderr } = await run('provider')
    expect(code).toBe(2)
    expect(stderr).toContain('Usage: latchkey provider')
  })
})

/** Every command, by its words. */
function commandsOf(program: Command): Map<string, Command> {
  const all = program.commands.flatMap((command) => [
    [command.name(), command] as const,
    ...command.commands.map((inner) => [`${command.name()} ${inner.name()}`, inner] as const),
  ])
  return new Map(all.filter(([words]) => words !== 'help'))
}

describe('help and what needs no vault', () => {
  it('has examples for every command', () => {
    const commands = commandsOf(createProgram())
    expect(commands.size).toBeGreaterThan(15)
    for (const [words, command] of commands) {
      let help = ''
      command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp()
      expect(help).toMatch(/\nExamples:\n {2}\S/)
      expect(help).toContain(`latchkey ${words}`)
      expect(help).toContain('--json')
    }
  })

  it('is shown, and the version, without making a vault', async () => {
    using other = tempHome()
    const { stdout } = await latchkey(['help', 'key', 'set'], other)
    expect(stdout).toContain('printf %s "$OPENAI_API_KEY" | latchkey key set openai')
    expect((await latchkey(['--help'], other)).stdout).toContain('Exit codes:')
    expect((await latchkey(['--version'], other)).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
    expect(existsSync(other.home)).toBe(false)
  })

  it('prints a new master key each time', async () => {
    using other = tempHome()
    const [one, two] = [await latchkey(['keygen'], other), await latchkey(['keygen', '--json'], other)]
    expect(one.stdout).toMatch(/^[A-Za-z0-9_-]{43}=\n$/)
    expect((JSON.parse(two.stdout) as { key: string }).key).toMatch(/^[A-Za-z0-9_-]{43}=$/)
    expect(two.stdout).not.toContain(one.stdout.trim())
    expect(existsSync(other.home)).toBe(false)
  })

  it('stops quietly where its reader has read enough', async () => {
    const child = spawn(process.execPath, commandLine('providers', '--json'), { env: environment(temp.home) })
    child.stdout.destroy()
    let stderr = ''
    child.stderr.on('data', (data) => (stderr += String(data)))
    const [code] = (await once(child, 'close')) as [number]
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })
})
