// SECURITY check 62: every key that a spec stores is searched for, in every form it could have taken, in everything
// that is left when the spec is over.
import { randomBytes } from 'node:crypto'
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Names the file that lists the canaries of a run. */
export const CANARIES = 'LATCHKEY_E2E_CANARIES'

/** A key of its own for a spec. Its end is written differently in URLs and in JSON than as it is. */
export function newCanary(prefix: string): string {
  const key = `${prefix}canary${randomBytes(18).toString('hex')}/+"\\%`
  const list = process.env[CANARIES]
  if (list !== undefined) appendFileSync(list, `${key}\n`)
  return key
}

/** The canaries of the whole run so far. */
export function usedCanaries(): string[] {
  const list = process.env[CANARIES] ?? ''
  return existsSync(list) ? readFileSync(list, 'utf8').split('\n').filter(Boolean) : []
}

/** Where a key stands in `text`, by the form it has there. */
export function formsFoundIn(text: Buffer, key: string): string[] {
  return [...formsOf(key)].filter(([, form]) => text.includes(form)).map(([name]) => name)
}

/** The files below `paths` in which one of `keys` stands, with the form it has there. */
export function sweep(paths: readonly string[], keys: readonly string[]): string[] {
  if (keys.length === 0) return []
  return paths.flatMap(filesBelow).flatMap((path) => {
    const text = readFileSync(path)
    return keys.flatMap((key) => formsFoundIn(text, key).map((form) => `${path} (${form})`))
  })
}

function formsOf(key: string): Map<string, Buffer> {
  const bytes = Buffer.from(key)
  const forms = new Map([
    ['raw', bytes],
    // Without its end, which escaping changes.
    ['its random part', Buffer.from(/[0-9a-f]{36}/.exec(key)?.[0] ?? key)],
    ['URL', Buffer.from(encodeURIComponent(key))],
    ['JSON', Buffer.from(JSON.stringify(key).slice(1, -1))],
    ['hex', Buffer.from(bytes.toString('hex'))],
    ['UTF-16LE', Buffer.from(key, 'utf16le')],
  ])
  // Base64 looks different by where in a group of three bytes the key begins; its first and last group mix with
  // what stands beside it.
  for (const before of [0, 1, 2]) {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
    forms.set(`base64 at ${before}`, Buffer.from(whole.slice(4, -4)))
    forms.set(`base64url at ${before}`, Buffer.from(whole.slice(4, -4).replaceAll('+', '-').replaceAll('/', '_')))
  }
  return forms
}

function filesBelow(path: string): string[] {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats?.isDirectory() === true) return readdirSync(path).flatMap((name) => filesBelow(join(path, name)))
  return stats?.isFile() === true ? [path] : []
}
