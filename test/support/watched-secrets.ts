// What the suite knows to be secret, and where it looked for it; suite-sentinel.ts says the rest.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { spellingsOf } from './sentinel.ts'

/** Shorter ones stand in other words by chance; the echo guard begins at the same length. */
const SHORTEST = 16
/** Of those that a file's tests make, the first: a door that lets one of a thousand keys out lets out these, too. */
const MOST = 40

interface Watched {
  secret: string
  /** What fits into a chunk on its way; the files are searched in every spelling. */
  quick: readonly Buffer[]
  all: ReadonlyMap<string, Buffer>
}

const watched = new Map<string, Watched>()
const found = new Set<string>()

/** Where secrets stood that should not; empty where none did. */
export const leaks = (): string[] => [...found]

/** From now on nothing that leaves may hold it. */
export function watchSecret(secret: string): void {
  if (secret.length < SHORTEST || watched.size >= MOST || watched.has(secret)) return
  const all = spellingsOf(secret)
  const quick = ['raw', 'escaped for JSON', 'URL-encoded', 'in base64, 0 bytes on'].flatMap(
    (name) => all.get(name) ?? [],
  )
  watched.set(secret, { secret, quick: distinct(quick), all })
}

/** Searches what left by `where`. */
export function watchOutput(where: string, content: string | Uint8Array): void {
  if (watched.size === 0) return
  const bytes =
    typeof content === 'string'
      ? Buffer.from(content)
      : Buffer.from(content.buffer, content.byteOffset, content.byteLength)
  for (const { quick } of watched.values()) {
    if (quick.some((spelling) => bytes.includes(spelling))) found.add(where)
  }
}

/** Searches a reply, or an error with its cause and its hidden properties. */
export function watchValue(where: string, value: unknown): void {
  if (watched.size > 0) watchOutput(where, inspect(value, { depth: 8, showHidden: true, maxStringLength: null }))
}

/** What Latchkey writes into its folder. Anything else there is the test's own. */
const OWN = /^(vault\.db|listener\.|audit-head|backups$|window$)/

/** Searches the files that Latchkey wrote into its folder, in every spelling. */
export function watchHome(home: string): void {
  if (watched.size === 0 || !existsSync(home) || !statSync(home).isDirectory()) return
  for (const name of readdirSync(home).filter((name) => OWN.test(name))) searchFile(join(home, name))
}

function searchFile(path: string): void {
  if (statSync(path).isDirectory()) {
    for (const name of readdirSync(path)) searchFile(join(path, name))
    return
  }
  const bytes = readFileSync(path)
  for (const { all } of watched.values()) {
    for (const [spelling, needle] of all) if (bytes.includes(needle)) found.add(`${path}, ${spelling}`)
  }
}

const distinct = (buffers: readonly Buffer[]): Buffer[] => [
  ...new Map(buffers.map((buffer) => [buffer.toString('hex'), buffer])).values(),
]
