import { spawnSync } from 'node:child_process'
import { appendFileSync, chmodSync, existsSync, lstatSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commentOut, undoCommentOut, type OwnedLine } from '../../../src/core/import/comment-out.ts'
import { FoundKey } from '../../../src/core/import/found-key.ts'
import { importHome } from './temp-home.ts'

const KEY = 'sk-canary-0123456789'
const NOW = new Date('2026-11-23T10:00:00Z')

const line = (path: string, at: number, variable: string, value = KEY, in_shell_file = false): OwnedLine => ({
  path,
  line: at,
  variable,
  key: new FoundKey(value),
  in_shell_file,
})

describe('commentOut', () => {
  it('replaces the lines of imported keys and no other byte', () => {
    using home = importHome()
    const text = `# mine\r\nOPENAI_API_KEY=${KEY}\r\n\r\nPORT=1\n  export XAI_API_KEY='${KEY}2'\nLAST="no line end"`
    const path = home.put('.env', text)
    chmodSync(path, 0o640)
    const [done] = commentOut([line(path, 2, 'OPENAI_API_KEY'), line(path, 5, 'XAI_API_KEY', `${KEY}2`)], NOW)
    expect(readFileSync(path, 'utf8')).toBe(
      '# mine\r\n# OPENAI_API_KEY is kept by Latchkey since 2026-11-23\r\n\r\nPORT=1\n' +
        '  # XAI_API_KEY is kept by Latchkey since 2026-11-23\nLAST="no line end"',
    )
    expect(statSync(path).mode & 0o777).toBe(0o640)
    expect(readFileSync(done?.backup ?? '', 'utf8')).toBe(text)
    expect(statSync(done?.backup ?? '').mode & 0o777).toBe(0o600)
  })

  it('leaves a shell file that the shell still reads, also where the line was all of a block', () => {
    using home = importHome()
    const path = home.put('.bashrc', `if true; then\n  export OPENAI_API_KEY=${KEY}\nfi\necho end\n`)
    commentOut([line(path, 2, 'OPENAI_API_KEY', KEY, true)], NOW)
    const { status, stdout, stderr } = spawnSync('bash', [path], { encoding: 'utf8' })
    expect([status, stdout, stderr]).toEqual([0, 'end\n', ''])
    expect(readFileSync(path, 'utf8')).not.toContain(KEY)
  })

  it('puts everything back', () => {
    using home = importHome()
    const path = home.put('.env', `A=1\nOPENAI_API_KEY=${KEY}\n`)
    const before = readFileSync(path, 'utf8')
    const [done] = commentOut([line(path, 2, 'OPENAI_API_KEY')])
    if (done === undefined) throw new Error('one file was changed above')
    undoCommentOut(done)
    expect(readFileSync(path, 'utf8')).toBe(before)
    expect(existsSync(done.backup)).toBe(false)
  })

  it('does not undo what would take away a later change', () => {
    using home = importHome()
    const path = home.put('.env', `OPENAI_API_KEY=${KEY}\n`)
    const [done] = commentOut([line(path, 1, 'OPENAI_API_KEY')])
    if (done === undefined) throw new Error('one file was changed above')
    appendFileSync(path, 'NEW=1\n')
    expect(() => undoCommentOut(done)).toThrow(`${path} has changed in the meantime`)
    expect(readFileSync(path, 'utf8')).toContain('NEW=1')
    expect(existsSync(done.backup)).toBe(true)
  })

  it.each([
    ['another key', `OPENAI_API_KEY=${KEY}x`],
    ['another variable', `XAI_API_KEY=${KEY}`],
    ['a comment', `# OPENAI_API_KEY=${KEY}`],
    ['two commands', `export OPENAI_API_KEY=${KEY}; XAI_API_KEY=1`],
    ['the first line of several', `OPENAI_API_KEY="${KEY}`],
    ['nothing', ''],
  ])('touches nothing where the line is %s by now', (_, text) => {
    using home = importHome()
    const good = home.put('good.env', `OPENAI_API_KEY=${KEY}\n`)
    const path = home.put('.env', `${text}\n`)
    const before = home.state()
    expect(() => commentOut([line(good, 1, 'OPENAI_API_KEY'), line(path, 1, 'OPENAI_API_KEY')])).toThrow(
      'has changed in the meantime',
    )
    expect(home.state()).toEqual(before)
  })

  it('changes the file behind a link and leaves the link', () => {
    using home = importHome()
    const real = home.put('dotfiles/env', `OPENAI_API_KEY=${KEY}\n`)
    const link = join(home.home, '.env')
    symlinkSync(real, link)
    const [done] = commentOut([line(link, 1, 'OPENAI_API_KEY')])
    expect(lstatSync(link).isSymbolicLink()).toBe(true)
    expect(readFileSync(link, 'utf8')).not.toContain(KEY)
    expect(basename(done?.path ?? '')).toBe('env')
  })
})
