// The text that a source keeps while a master key is exchanged: "new,old", as ENCRYPTION_KEY takes it, in a file, in the
// keychain or wrapped under a passphrase alike. Written before the first row is touched and cut to one key after the
// last was verified, it opens the vault at every point between: a rotation that was killed is only taken up again.
import { generateFernetKey } from './fernet.ts'
import { KeyRing } from './master-key.ts'

/**
 * Where a rotation stands, from the source's text and the vault's check value. `settled`: nothing to do. `begun`: the
 * ring is written, the rows are still under the old key. `finishing`: the rows are under the new key, the old one is
 * still in the ring. `foreign`: none of these keys is the vault's.
 */
export type RotationState = 'settled' | 'begun' | 'finishing' | 'foreign'

export function rotationState(text: string, vaultKeyId: string): RotationState {
  const [first, ...others] = keysIn(text)
  if (first?.id === vaultKeyId) return others.length === 0 ? 'settled' : 'finishing'
  return others.some(({ id }) => id === vaultKeyId) ? 'begun' : 'foreign'
}

/**
 * The ring to write first: a new key before the vault's own. Where a rotation has begun already, the ring that stands
 * there, so that it goes on with the key it began with. Throws where none of the keys is the vault's.
 */
export function ringToBegin(text: string, vaultKeyId: string, fresh: string = generateFernetKey()): string {
  if (rotationState(text, vaultKeyId) === 'begun') return join(keysIn(text))
  return `${fresh},${ringToKeep(text, vaultKeyId)}`
}

/**
 * The ring to write last: the vault's key alone. It ends a rotation whose rows are verified, and takes back one whose
 * rows were not touched. Throws where none of the keys is the vault's: it would lock its owner out.
 */
export function ringToKeep(text: string, vaultKeyId: string): string {
  const own = keysIn(text).find(({ id }) => id === vaultKeyId)
  if (own === undefined) throw new Error(`none of the keys at hand is the vault's, ${vaultKeyId}`)
  return own.text
}

/** The ids in the ring that no row needs any more: for those who keep it in the environment and take keys out by hand. */
export function keysThatMayGo(text: string, vaultKeyId: string, rowKeyIds: Iterable<string>): string[] {
  const needed = new Set([vaultKeyId, ...rowKeyIds])
  return keysIn(text).flatMap(({ id }) => (needed.has(id) ? [] : [id]))
}

/** Each key once, in order, with its id. Throws `MalformedKey`. */
function keysIn(text: string): { id: string; text: string }[] {
  const keys = text.split(',').map((part) => {
    const key = part.replaceAll(/[\s"']/g, '')
    const ring = KeyRing.parse(key)
    ring.destroy()
    return { id: ring.currentId, text: key }
  })
  return keys.filter(({ id }, at) => keys.findIndex((key) => key.id === id) === at)
}

function join(keys: readonly { text: string }[]): string {
  return keys.map(({ text }) => text).join(',')
}
