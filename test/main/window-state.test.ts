import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readWindowState, writeWindowState } from '../../src/main/window-state.ts'

const display = { x: 0, y: 0, width: 1920, height: 1080 }
const first = { width: 1180, height: 760, maximized: false }
let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-state-'))
  file = join(folder, 'window', 'window-state.json')
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('the place of the window', () => {
  it('is kept from one start to the next', () => {
    writeWindowState(file, { x: 40, y: 50, width: 1000, height: 700 }, true)
    expect(readWindowState(file, [display])).toEqual({ x: 40, y: 50, width: 1000, height: 700, maximized: true })
  })

  it.runIf(process.platform !== 'win32')('is nobody else’s to read', () => {
    writeWindowState(file, { x: 40, y: 50, width: 1000, height: 700 }, true)
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('is the middle of the screen at first', () => {
    expect(readWindowState(file, [display])).toEqual(first)
  })

  it('keeps its size but not a place that no display shows any more', () => {
    writeWindowState(file, { x: 2500, y: 50, width: 1000, height: 700 }, false)
    expect(readWindowState(file, [display])).toEqual({ width: 1000, height: 700, maximized: false })
    expect(readWindowState(file, [display, { ...display, x: 1920 }])).toMatchObject({ x: 2500 })
  })

  it.each([
    'not json',
    '{}',
    '[]',
    'null',
    '{"x":0,"y":0,"width":10,"height":10,"maximized":false}',
    '{"x":0,"y":0,"width":1e9,"height":700,"maximized":false}',
    '{"x":"0","y":0,"width":1000,"height":700,"maximized":false}',
    '{"x":0,"y":0,"width":1000,"height":700,"maximized":false,"preload":"/tmp/x"}',
    `"${'x'.repeat(10_000)}"`,
  ])('starts anew from a file that says %.40s', (text) => {
    writeWindowState(file, { x: 0, y: 0, width: 1000, height: 700 }, false)
    writeFileSync(file, text)
    expect(readWindowState(file, [display])).toEqual(first)
  })

  it('writes nothing that it would not read', () => {
    writeWindowState(file, { x: 0, y: 0, width: 5, height: 5 }, false)
    expect(existsSync(file)).toBe(false)
    writeWindowState(file, { x: 1, y: 2, width: 900, height: 600 }, false)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ x: 1, y: 2, width: 900, height: 600, maximized: false })
  })
})
