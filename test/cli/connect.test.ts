import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { looksLikeToken } from '../../src/core/http/token.ts'
import type { Token } from '../../src/shared/tool-schemas.ts'
import { tempHome } from '../support/temp-core.ts'
import { environment, latchkey, type Ran } from './latchkey.ts'

const KEY = 'a-real-key-of-no-known-form'
const SETTINGS = `{
  // my settings
  "env": { "ANTHROPIC_API_KEY": "${KEY}" }
}
`
const CONFIG = '# mine\nmodel = "gpt-6-sol"\n'

let temp: ReturnType<typeof tempHome>
let person: string
const run = (...args: string[]): Promise<Ran> =>
  latchkey(args, { home: temp.home, env: { HOME: person, CLAUDE_CONFIG_DIR: '', CODEX_HOME: '', XDG_CONFIG_HOME: '' } })
const text = (...path: string[]): string => readFileSync(join(person, ...path), 'utf8')

beforeAll(async () => {
  temp = tempHome()
  person = join(temp.home, '..', 'person')
  for (const folder of ['.claude', '.codex', '.gemini', '.config/opencode']) {
    mkdirSync(join(person, folder), { recursive: true })
  }
  writeFileSync(join(person, '.claude/settings.json'), SETTINGS)
  writeFileSync(join(person, '.codex/config.toml'), CONFIG)
  await latchkey(['status'], { home: temp.home })
})
afterAll(() => temp[Symbol.dispose]())

describe('connect', { timeout: 180_000 }, () => {
  it('gives Claude Code a command that prints a token, shows the lines without the key, and goes back', async () => {
    const asked = await run('connect', 'claude-code')
    expect([asked.code, asked.stdout]).toEqual([1, ''])
    expect(asked.stderr).toContain('Add --yes.')
    expect(asked.stderr).not.toContain(KEY)
    expect(text('.claude/settings.json')).toBe(SETTINGS)

    const connected = await run('connect', 'claude-code', '--yes')
    expect([connected.code, connected.stdout]).toEqual([0, ''])
    expect(connected.stderr).toContain('"ANTHROPIC_BASE_URL": "http://127.0.0.1:5625/proxy/anthropic"')
    expect(connected.stderr).not.toContain(KEY)
    const settings = text('.claude/settings.json')
    expect(settings).toContain('// my settings')
    expect(settings).not.toContain(KEY)

    // As Claude Code does it: by a shell, in an environment that knows nothing of this vault.
    const [, helper = ''] = /"apiKeyHelper": (".*")/.exec(settings) ?? []
    const env = environment('')
    delete env['LATCHKEY_HOME']
    const token = execFileSync('/bin/sh', ['-c', JSON.parse(helper) as string], { env, encoding: 'utf8' }).trim()
    expect(looksLikeToken(token)).toBe(true)
    const tokens = JSON.parse((await run('token', 'list', '--json')).stdout) as Token[]
    expect(tokens).toMatchObject([{ name: 'claude-code', providers: ['anthropic'], kind: 'tool' }])

    expect((await run('connect', 'claude-code', '--undo', '--yes')).code).toBe(0)
    expect(text('.claude/settings.json')).toBe(SETTINGS)
  })

  it('gives Codex a provider of its own, with a command as words', async () => {
    expect((await run('connect', 'codex', '--yes')).code).toBe(0)
    const config = text('.codex/config.toml')
    expect(config.startsWith(CONFIG.trimEnd())).toBe(true)
    const [, program = '', words = '[]'] = /command = (".*")\nargs = (\[.*\])\n/.exec(config) ?? []
    const printed = execFileSync(JSON.parse(program) as string, JSON.parse(words) as string[], { encoding: 'utf8' })
    expect(looksLikeToken(printed.trim())).toBe(true)
    expect(config).not.toContain('lk_')
    expect((await run('connect', 'codex', '--undo', '--yes')).code).toBe(0)
    expect(text('.codex/config.toml')).toBe(CONFIG)
  })

  it('makes a token for a tool that has none of its own making, in a file for its owner alone', async () => {
    const connected = await run('connect', 'gemini-cli', '--yes')
    expect(connected.code).toBe(0)
    const [, token = ''] = /^GEMINI_API_KEY=(.*)$/m.exec(text('.gemini/.env')) ?? []
    expect(looksLikeToken(token)).toBe(true)
    expect(connected.stderr).not.toContain(token)
    expect(text('.gemini/.env')).toContain('GOOGLE_GEMINI_BASE_URL=http://127.0.0.1:5625/proxy/google\n')
    expect(statSync(join(person, '.gemini/.env')).mode & 0o777).toBe(0o600)
    const again = await run('connect', 'gemini-cli', '--yes')
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('choose another name with --name')])
  })

  it('tells OpenCode of the providers with a key, and only where there is one', async () => {
    expect((await run('connect', 'opencode', '--yes')).stderr).toContain('No provider of the catalog has a key')
    await latchkey(['key', 'set', 'anthropic'], { home: temp.home, input: 'sk-ant-0123456789abcdef' })
    expect((await run('connect', 'opencode', '--yes')).code).toBe(0)
    expect(JSON.parse(text('.config/opencode/opencode.json'))).toEqual({
      provider: {
        anthropic: {
          options: {
            baseURL: 'http://127.0.0.1:5625/proxy/anthropic/v1',
            apiKey: expect.stringMatching(/^lk_/) as string,
          },
        },
      },
    })
  })

  it('writes a list of models for LiteLLM, once, and hands out the token that it refers to', async () => {
    const file = join(person, 'litellm.yaml')
    const written = await run('connect', 'litellm', '--file', file)
    expect(written.code).toBe(0)
    const token = /^LATCHKEY_LITELLM_TOKEN=(lk_\w+)\n$/.exec(written.stdout)?.[1] ?? ''
    expect(looksLikeToken(token)).toBe(true)
    expect(text('litellm.yaml')).toMatch(/^model_list:\n {2}- model_name: anthropic\//)
    expect(text('litellm.yaml')).not.toContain(token)
    const again = await run('connect', 'litellm', '--file', file, '--name', 'another')
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('is there already')])
    const tokens = JSON.parse((await run('token', 'list', '--json')).stdout) as Token[]
    expect(tokens.filter(({ name }) => name === 'another')).toEqual([])
  })

  it('writes the address into the settings of Zed, and hands out the token to paste', async () => {
    const connected = await run('connect', 'zed', '--yes')
    expect([connected.code, looksLikeToken(connected.stdout.trim())]).toEqual([0, true])
    const settings = text('.config/zed/settings.json')
    expect(JSON.parse(settings)).toEqual({
      language_models: { openai: { api_url: 'http://127.0.0.1:5625/proxy/openai' } },
    })
  })

  it('hands out lines, with a token or a place for one', async () => {
    const lines = await run('connect', 'openai-sdk')
    const [base, key = ''] = lines.stdout.split('\n')
    expect(base).toBe('OPENAI_BASE_URL=http://127.0.0.1:5625/v1')
    expect(looksLikeToken(key.replace('OPENAI_API_KEY=', ''))).toBe(true)
    const placeheld = await run('connect', 'openai-sdk', '--print')
    expect(placeheld.stdout).toBe(`${base}\nOPENAI_API_KEY=TOKEN\n`)
    expect((await run('connect', 'codex', '--print')).stdout).toMatch(
      /^model_provider = "latchkey"\n\n\[model_providers/,
    )
  })

  it('says what is wrong with what was typed', async () => {
    const slips = [
      [['claude-cod'], 2, 'Did you mean claude-code?'],
      [['openai-sdk', '--undo'], 2, 'has no file that Latchkey writes'],
      [['aider', '--undo'], 1, 'does not point to Latchkey'],
    ] as const
    const told = await Promise.all(slips.map(([args]) => run('connect', ...args)))
    for (const [n, [args, code, sentence]] of slips.entries()) {
      expect([args, told[n]]).toEqual([args, { code, stdout: '', stderr: expect.stringContaining(sentence) }])
    }
    expect((await run('connect')).stdout).toMatch(/^claude-code +Claude Code$/m)
  })
})
