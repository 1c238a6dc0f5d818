// A person at a terminal: hidden prompts, questions, Ctrl+C.
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { getDecryptedApiKey } from '../../src/core/providers/provider-service.ts'
import { requirement } from '../support/require.ts'
import { openTempCore, tempHome } from '../support/temp-core.ts'
import { hasPython, onTerminal } from './on-terminal.ts'

const hasTerminal = requirement('python3', hasPython, 'apt-get install python3')
const PROMPT = 'Key of OpenAI (it is not shown): '

describe.runIf(hasTerminal)('at a terminal', { timeout: 120_000 }, () => {
  it('asks for a key without showing it', async () => {
    using temp = tempHome()
    const typed = { after: PROMPT, type: 'sk-typed-at-a-terminaX\x7fl\r' }
    const { code, screen } = await onTerminal(['key', 'set', 'openai'], [typed], temp)
    expect(code).toBe(0)
    expect(screen).toContain('Stored the key of openai.')
    expect(screen).not.toContain('typed-at')
    await using opened = await openTempCore({ home: temp.home, key: null })
    expect((await getDecryptedApiKey(opened.core.vault, { name: 'openai' })).toString()).toBe('sk-typed-at-a-terminal')
  })

  it('refuses two pasted keys, and leaves no line of them to the shell', async () => {
    using temp = tempHome()
    const pasted = { after: PROMPT, type: '\x1b[200~sk-first\rsk-second\r\x1b[201~\r' }
    const { code, screen } = await onTerminal(['key', 'set', 'openai'], [pasted], temp)
    expect(code).toBe(1)
    expect(screen).toContain('\x1b[31merror:\x1b[39m More than one line arrived, and a key is a single line')
    expect(screen).not.toMatch(/sk-first|sk-second/)
  })

  it('changes nothing after Ctrl+C at a question, nor after anything but a yes', async () => {
    using temp = tempHome()
    const stopped = await onTerminal(['key', 'set', 'openai'], [{ after: PROMPT, type: 'sk-abc\x03' }], temp)
    expect(stopped).toMatchObject({ code: 130 })
    expect(stopped.screen).toContain('Stopped; nothing was changed')

    await onTerminal(['key', 'set', 'openai'], [{ after: PROMPT, type: 'sk-abc\r' }], temp)
    const question = 'Remove the key of openai? Latchkey keeps no copy of it. [y/N] '
    const no = await onTerminal(['key', 'remove', 'openai'], [{ after: question, type: '\r' }], temp)
    expect(no).toMatchObject({ code: 1 })
    expect(no.screen).toContain('Nothing was changed')
    const yes = await onTerminal(['key', 'remove', 'openai'], [{ after: question, type: 'y\r' }], temp)
    expect(yes).toMatchObject({ code: 0 })
    expect(yes.screen).toContain('Removed the key of openai.')
  })

  it('asks for the key again where a new address needs it', async () => {
    using temp = tempHome()
    await using opened = await openTempCore({ home: temp.home, key: null })
    const own = { name: 'own', display_name: 'Own', base_url: 'https://one.example.com/v1', api_key: 'sk-one' }
    await opened.client.createProvider(own)
    const edit = ['provider', 'edit', 'own', '--base-url', 'https://two.example.com/v1']
    const { code, screen } = await onTerminal(edit, [{ after: 'Key of Own', type: 'sk-two\r' }], temp)
    expect(code).toBe(0)
    expect(screen).toContain('it was entered for https://one.example.com and goes nowhere else')
    expect((await getDecryptedApiKey(opened.core.vault, { name: 'own' })).toString()).toBe('sk-two')
  })

  it('has colours, and none where NO_COLOR is set', async () => {
    using temp = tempHome()
    expect((await onTerminal(['provders'], [], temp)).screen).toContain('\x1b[31merror:\x1b[39m')
    const plain = await onTerminal(['provders'], [], { ...temp, env: { NO_COLOR: '1' } })
    expect(plain.screen).toContain("error: Unknown command 'provders'")
    expect(plain.screen).not.toContain('\x1b')
  })

  it('serves with plain sentences, and ends with 0 on Ctrl+C', async () => {
    using temp = tempHome()
    const steps = [{ after: 'Ctrl+C stops it.', type: '\x03' }]
    const { code, screen } = await onTerminal(['serve', '--port', '0'], steps, temp)
    expect(code).toBe(0)
    expect(screen).toContain(`The token is in ${temp.home}/listener.json.`)
    expect(screen).toContain(`The master key is the key file ${temp.home}/master.key.`)
    expect(screen).not.toContain('{"level"')
    expect(existsSync(`${temp.home}/listener.json`)).toBe(false)
  })

  it.runIf(existsSync('out/renderer-files.json'))(
    'opens the window in the browser, to which it hands no secret but a ticket, and makes another at Enter',
    async () => {
      using temp = tempHome()
      mkdirSync(temp.home, { mode: 0o700 })
      // The stand-in for the desktop's opener writes down what it was given.
      writeFileSync(`${temp.home}/xdg-open`, '#!/bin/sh\n(echo "$@"; env) > "$(dirname "$0")/opened"\n')
      chmodSync(`${temp.home}/xdg-open`, 0o700)
      const env = {
        DISPLAY: ':9',
        PATH: `${temp.home}:${process.env['PATH'] ?? ''}`,
        ENCRYPTION_KEY: 'cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=',
        LATCHKEY_TOKEN: 'z'.repeat(30),
      }
      const steps = [
        { after: 'Press Enter for another address', type: '\r' },
        { after: "Latchkey's window: ", type: '\x03' },
      ]
      const { code, screen } = await onTerminal(['serve', '--ui', '--port', '0'], steps, { ...temp, env })
      expect(code).toBe(0)
      const tickets = [...screen.matchAll(/#ticket=(\w{43})/g)].map(([, ticket]) => ticket)
      expect(new Set(tickets).size).toBe(2)
      const opened = readFileSync(`${temp.home}/opened`, 'utf8')
      expect(opened).toContain('#ticket=')
      expect(opened).not.toMatch(/ENCRYPTION_KEY|LATCHKEY_|zzzzz/)
    },
  )
})
