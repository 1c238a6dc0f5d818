// Looks for secrets in whatever a test got hold of: files, replies, errors, logs, transcripts.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'

/** A secret that is in no other text; `n` tells several apart. */
export function canary(n: number): string {
  return `sk-canary/${n}+"tell\\tale-${Buffer.from(`canary number ${n}, sung nowhere`).toString('base64url')}`
}

/** Every spelling of a secret in which it may have slipped out. */
export function spellingsOf(secret: string): Map<string, Buffer> {
  const bytes = Buffer.from(secret, 'utf8')
  const spellings = new Map<string, Buffer>([
    ['raw', bytes],
    ['in UTF-16LE', Buffer.from(secret, 'utf16le')],
  ])
  const add = (name: string, text: string): void => void spellings.set(name, Buffer.from(text))
  add('in hex', bytes.toString('hex'))
  add('in hex, upper case', bytes.toString('hex').toUpperCase())
  add('URL-encoded', encodeURIComponent(secret))
  add('URL-encoded as a form', new URLSearchParams({ a: secret }).toString().slice(2))
  add('escaped for JSON', JSON.stringify(secret).slice(1, -1))
  add('escaped for JSON twice', JSON.stringify(JSON.stringify(secret)).slice(3, -3))
  add('as a list of numbers', bytes.join(','))
  for (const encoding of ['base64', 'base64url'] as const) {
    for (const shift of [0, 1, 2]) add(`in ${encoding}, ${shift} bytes on`, innerBase64(bytes, shift, encoding))
  }
  return spellings
}

/** The characters that stand for the secret alone, wherever in a longer text it begins. */
function innerBase64(bytes: Buffer, shift: number, encoding: 'base64' | 'base64url'): string {
  const text = Buffer.concat([Buffer.alloc(shift), bytes])
    .toString(encoding)
    .replace(/=+$/, '')
  const begin = shift === 0 ? 0 : shift + 1
  const end = (shift + bytes.length) % 3 === 0 ? text.length : text.length - 1
  return text.slice(begin, end)
}

/** The places in which one of the secrets stands, and in which spelling; empty where none does. */
export class Sentinel {
  readonly #spellings: [secret: string, spelling: string, bytes: Buffer][]
  readonly #found = new Set<string>()
  #looked = 0

  constructor(secrets: readonly string[]) {
    this.#spellings = secrets.flatMap((secret, n) =>
      [...spellingsOf(secret)].map(([spelling, bytes]): [string, string, Buffer] => [`secret ${n}`, spelling, bytes]),
    )
  }

  /** How many bytes were looked at: a search through nothing finds nothing. */
  get looked(): number {
    return this.#looked
  }

  get found(): string[] {
    return [...this.#found]
  }

  lookAt(where: string, content: Buffer | string): void {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content
    this.#looked += bytes.length
    for (const [secret, spelling, needle] of this.#spellings) {
      if (bytes.includes(needle)) this.#found.add(`${secret} ${spelling} in ${where}`)
    }
  }

  /** A value as a log, a debugger or a wire would show it: with hidden properties, causes and stacks. */
  lookAtValue(where: string, value: unknown): void {
    this.lookAt(where, inspect(value, { depth: 12, showHidden: true, maxStringLength: null, maxArrayLength: null }))
    this.lookAt(where, JSON.stringify(value) ?? '')
    if (value instanceof Error) {
      this.lookAt(where, `${value.message}\n${value.stack ?? ''}`)
      if (value.cause !== undefined) this.lookAtValue(`${where}, its cause`, value.cause)
    }
  }

  /** Every file below a folder, and every name. */
  lookAtFolder(folder: string): void {
    for (const name of readdirSync(folder)) {
      const path = join(folder, name)
      this.lookAt(`the name of ${path}`, name)
      if (statSync(path).isDirectory()) this.lookAtFolder(path)
      else this.lookAt(path, readFileSync(path))
    }
  }
}
