import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { newToken } from '../../src/core/http/token.ts'
import { createLog, strikeOut, type Log } from '../../src/core/log.ts'
import { appError } from '../../src/shared/errors.ts'

function capture(act: (log: Log) => void): { text: string; lines: Record<string, unknown>[] } {
  const pieces: string[] = []
  act(createLog({ level: 'trace', destination: { write: (piece: string) => void pieces.push(piece) } }))
  const text = pieces.join('')
  const lines = text.trimEnd().split('\n')
  return { text, lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>) }
}

const base64url = (length: number): string => randomBytes(length).toString('base64url')

describe('the log', () => {
  it('writes one JSON object a line', () => {
    const { lines } = capture((log) =>
      log.info({ method: 'GET', route: '/api/v1/providers', status: 200, ms: 1.2 }, 'request'),
    )
    expect(lines).toEqual([
      {
        level: 'info',
        time: expect.any(String),
        method: 'GET',
        route: '/api/v1/providers',
        status: 200,
        ms: 1.2,
        msg: 'request',
      },
    ])
  })

  it('keeps names with line breaks, ANSI and other control characters on their one line, harmless', () => {
    const names = [
      'a\nb',
      'a\r\n{"level":"fatal"}',
      '\x1b[2J\x1b[31mred',
      'a\x9b31m',
      'a\u2028b\u2029c',
      'a\x7f\x00b',
      'a\x85b',
    ]
    const { text, lines } = capture((log) => {
      for (const name of names) log.warn({ name }, `catalog: ${name}`)
    })
    expect(lines.map(({ name }) => name)).toEqual(names)
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u)
  })

  it('strikes out what looks like a key, wherever it stands', () => {
    const secrets = [
      `sk-${base64url(24)}`,
      `sk-ant-api03-${base64url(60)}`,
      'sk-Short123',
      'sk-onlyletterswithoutanydigitsinthemwhatsoever',
      `xai-${base64url(40)}`,
      `AIza${base64url(26)}`,
      `gAAAAA${base64url(90)}==`,
      newToken(),
      randomBytes(24).toString('hex'),
    ]
    for (const secret of secrets) {
      const cause = new Error(`upstream said: bad key\n${secret}`)
      const { text } = capture((log) => {
        log.info({ text: secret }, `a sentence with ${secret}.`)
        log.info({ url: `https://api.example/v1?key=${secret}&x=1`, quoted: JSON.stringify({ key: secret }) })
        log.info({ url: `https://api.example/v1?q=%20${secret}%22`, twice: encodeURIComponent(`%3d${secret}`) })
        log.info({ deep: { list: [secret], escaped: `\u001b${secret}\n${secret}` } })
        log.error({ err: appError('internal', undefined, { cause }) })
        log.error({ err: cause }, `failed: ${cause.message}`)
        log.error({
          err: Object.assign(new Error('query failed'), { sql: `INSERT '${secret}'`, code: 'SQLITE_ERROR' }),
        })
        log.error({ err: z.object({ api_key: z.literal('x') }).safeParse({ api_key: secret }).error })
      })
      expect(text).not.toContain(secret)
      expect(text).toContain('[redacted]')
    }
  })

  it('strikes out the fields that hold secrets, whatever they look like, and all headers', () => {
    const { text } = capture((log) => {
      log.info({ token: 'plain', api_key: 'plain', ticket: 'plain', headers: { a: 'plain' } })
      log.info({ input: { api_key: 'plain', token: 'plain' }, req: { headers: { authorization: 'plain' } } })
      log.info('Authorization: Bearer plain')
    })
    expect(text).not.toContain('plain')
  })

  it('leaves everyday words alone', () => {
    const plain = JSON.stringify({
      msg: 'the-provider-with-a-very-long-hyphenated-name changed',
      route: '/api/v1/providers/{provider_id}/bring-back-models',
      path: '/home/someone/.local/share/latchkey/vault.db',
      task: 'desk-one risk-2',
      count: '1234567890',
    })
    expect(strikeOut(plain)).toBe(plain)
  })

  it('stays JSON whatever is struck out', () => {
    for (let i = 0; i < 2_000; i++) {
      const bytes = randomBytes(60)
      const text = `${bytes.toString('latin1')}${bytes.toString('base64url')}${String.fromCharCode(i)}${bytes.toString('hex')}`
      expect(() => JSON.parse(strikeOut(JSON.stringify({ text })))).not.toThrow()
    }
  })

  it('says of an error its name, code and sentence, and nothing else that hangs on it', () => {
    const cause = Object.assign(new Error('disk I/O error'), {
      code: 'SQLITE_IOERR',
      parameters: ['whatever was bound'],
    })
    const { text, lines } = capture((log) => log.error({ err: appError('internal', undefined, { cause }) }))
    expect(lines[0]?.['err']).toMatchObject({
      code: 'internal',
      cause: { code: 'SQLITE_IOERR', message: 'disk I/O error' },
    })
    expect(text).not.toContain('whatever was bound')
  })

  it('goes to stderr, and is whole when the process ends, however it ends', () => {
    const log = JSON.stringify(import.meta.resolve('../../src/core/log.ts'))
    for (const end of ['', 'process.exit(3)', "throw new Error('an end')"]) {
      const script = `import { createLog } from ${log}; const log = createLog(); for (let i = 0; i < 500; i++) log.info({ i }); ${end}`
      const child = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
      expect(child.stdout).toBe('')
      expect(child.stderr.split('\n').filter((line) => line.startsWith('{"level":"info"'))).toHaveLength(500)
    }
  })
})
