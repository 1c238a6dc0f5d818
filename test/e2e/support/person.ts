import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

const KEPT = ['LANG', 'TMPDIR', 'PATH', 'SYSTEMROOT']

/** An environment of a test's own: no vault, keychain or settings of the person who runs it. */
export function environmentOf(home: string, more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const user = `${home}-user`
  mkdirSync(user, { recursive: true })
  const env: Record<string, string> = { HOME: user, XDG_CONFIG_HOME: join(user, '.config'), LATCHKEY_HOME: home }
  for (const name of KEPT) {
    const value = process.env[name]
    if (value !== undefined) env[name] = value
  }
  return { ...env, ...more }
}
