import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { planConnect, planDisconnect, writeDisconnected, writePlanned } from '../../../src/core/connect/connect-file.ts'
import { tempRoot } from '../../support/temp-core.ts'

const fields = [
  { path: ['env', 'ANTHROPIC_BASE_URL'], value: 'http://127.0.0.1:5625/proxy/anthropic' },
  { path: ['env', 'ANTHROPIC_API_KEY'], value: undefined },
  { path: ['apiKeyHelper'], value: 'latchkey token print claude-code' },
]
const ORIGINAL = `{
  // mine
  "env": { "ANTHROPIC_API_KEY": "a key", "OTHER": "1" }
}
`

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tempRoot, 'latchkey-connect-'))
  path = join(folder, 'tool', 'settings.json')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const file = () => ({ path, format: 'json' as const, fields })
const text = (of = path): string => readFileSync(of, 'utf8')

describe('connecting a file', () => {
  it('writes the fields, keeps the original beside it with the mode of a secret, and goes back to the very bytes', () => {
    path = join(folder, 'settings.json')
    writeFileSync(path, ORIGINAL, { mode: 0o644 })
    const planned = planConnect(file())
    expect(text()).toBe(ORIGINAL)
    writePlanned(planned)
    expect(text()).toContain('// mine')
    expect(text()).not.toContain('a key')
    expect(planned.backup).toBe(`${path}.before-latchkey`)
    expect([text(`${path}.before-latchkey`), statSync(`${path}.before-latchkey`).mode & 0o777]).toEqual([
      ORIGINAL,
      0o600,
    ])
    expect(statSync(path).mode & 0o777).toBe(0o644)
    // A second time the original stays the original.
    writePlanned(planConnect(file()))
    expect(text(`${path}.before-latchkey`)).toBe(ORIGINAL)
    writeDisconnected(planDisconnect(file()))
    expect([text(), existsSync(`${path}.before-latchkey`)]).toEqual([ORIGINAL, false])
  })

  it('takes out only its fields where the file was changed since', () => {
    path = join(folder, 'settings.json')
    writeFileSync(path, ORIGINAL)
    writePlanned(planConnect(file()))
    writeFileSync(path, text().replace('"OTHER": "1"', '"OTHER": "2"'))
    writeDisconnected(planDisconnect(file()))
    expect(text()).toContain('"OTHER": "2"')
    expect(text()).toContain('"ANTHROPIC_API_KEY": "a key"')
    expect(text()).not.toMatch(/127\.0\.0\.1|apiKeyHelper/)
  })

  it('makes a file where there was none, for its owner alone, and removes it again', () => {
    writePlanned(planConnect(file()))
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(existsSync(`${path}.before-latchkey`)).toBe(false)
    writeDisconnected(planDisconnect(file()))
    expect(existsSync(path)).toBe(false)
  })

  it('changes the file behind a link, and leaves the link', () => {
    const real = join(folder, 'in-a-repository.json')
    writeFileSync(real, ORIGINAL)
    path = join(folder, 'settings.json')
    symlinkSync(real, path)
    writePlanned(planConnect(file()))
    expect(text(real)).toContain('apiKeyHelper')
    expect(text(path)).toBe(text(real))
    expect(existsSync(`${real}.before-latchkey`)).toBe(true)
  })

  it('writes nothing where the file changed in between, cannot be edited, or was never connected', () => {
    path = join(folder, 'settings.json')
    writeFileSync(path, ORIGINAL)
    const planned = planConnect(file())
    writeFileSync(path, '{}')
    expect(() => writePlanned(planned)).toThrow('has changed in the meantime')
    expect(() => planDisconnect(file())).toThrow('does not point to Latchkey')
    writeFileSync(path, '{ "env": "sk-secret')
    expect(() => planConnect(file())).toThrow(/cannot be changed: it is not valid JSON$/)
    expect(text()).toBe('{ "env": "sk-secret')
  })
})
