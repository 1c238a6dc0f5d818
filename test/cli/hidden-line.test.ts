import { describe, expect, it } from 'vitest'
import { HiddenLine, type HiddenResult } from '../../src/cli/hidden-line.ts'

/** What comes of these chunks, as a raw terminal sends them. */
function typed(...chunks: string[]): HiddenResult | undefined {
  const line = new HiddenLine()
  let result: HiddenResult | undefined
  for (const chunk of chunks) result ??= line.take(Buffer.from(chunk))
  return result
}

describe('a hidden line', () => {
  it('ends at Enter', () => {
    expect(typed('sk-', 'abc', '\r')).toEqual({ kind: 'line', text: 'sk-abc' })
    expect(typed('sk-abc\n')).toEqual({ kind: 'line', text: 'sk-abc' })
    expect(typed('sk-abc')).toBeUndefined()
  })

  it('takes Backspace by whole characters, and Ctrl+U for all of it', () => {
    expect(typed('abé\x7f\x7fc\r')).toEqual({ kind: 'line', text: 'ac' })
    expect(typed('\x7f\x7fx\r')).toEqual({ kind: 'line', text: 'x' })
    expect(typed('wrong\x15right\r')).toEqual({ kind: 'line', text: 'right' })
  })

  it('passes over arrows and function keys', () => {
    expect(typed('a\x1b[Db\x1bOHc\x1b[3~d\x1b[1;5Ce\r')).toEqual({ kind: 'line', text: 'abcde' })
  })

  it('takes a framed paste, also where it ends with a line break', () => {
    expect(typed('\x1b[200~sk-abc\x1b[201~', '\r')).toEqual({ kind: 'line', text: 'sk-abc' })
    expect(typed('\x1b[20', '0~sk-abc\r\x1b[201~\r')).toEqual({ kind: 'line', text: 'sk-abc\n' })
  })

  it('sees that a paste has two lines, framed or not', () => {
    expect(typed('\x1b[200~sk-one\rsk-two\x1b[201~\r')).toEqual({ kind: 'several_lines' })
    expect(typed('sk-one\rsk-two\r')).toEqual({ kind: 'several_lines' })
  })

  it('is given up with Ctrl+C, and with Ctrl+D where nothing was typed', () => {
    expect(typed('sk-abc\x03')).toEqual({ kind: 'cancelled' })
    expect(typed('\x04')).toEqual({ kind: 'cancelled' })
  })
})
