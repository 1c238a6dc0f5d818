import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

/** What a process under test runs before anything else: it reaches nothing but this machine. */
export const loopbackOnly = join(import.meta.dirname, '../../support/loopback-only.cjs')

const KEPT = ['LANG', 'TMPDIR', 'PATH', 'SYSTEMROOT']

/** An environment of a test's own: no vault, keychain or settings of the person who runs it. */
export function environmentOf(home: string, more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const user = `${home}-user`
  mkdirSync(user, { recursive: true })
  const env: Record<string, string> = {
    HOME: user,
    XDG_CONFIG_HOME: join(user, '.config'),
    LATCHKEY_HOME: home,
    NODE_OPTIONS: `--require=${JSON.stringify(loopbackOnly)}`,
  }
  for (const name of KEPT) {
    const value = process.env[name]
    if (value !== undefined) env[name] = value
  }
  return { ...env, ...more }
}
