// Moves the master key to another place: written there and read back, then recorded in one transaction, then the old
// place is wiped. Killed at any point, the place that the vault names holds the key.
import { rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { appError, isAppError } from '../../shared/errors.ts'
import type { MoveMasterKey } from '../../shared/master-key-schemas.ts'
import type { KeySourceName } from '../../shared/schemas.ts'
import type { Actor } from '../actor.ts'
import type { KeySource, WritableKeySource } from '../crypto/key-source.ts'
import { recordedKeySource } from '../crypto/key-sources.ts'
import { wipeKeyDrafts, writableSource } from '../crypto/writable-sources.ts'
import { withMasterKeyLock, type KeyCustody } from '../key-custody.ts'
import { lookAt } from '../private-files.ts'
import { assertHolds, holds, isSame, isWrapped } from './held-key.ts'
import { readJournal, removeJournal, writeJournal } from './move-journal.ts'
import { newPlaceFor } from './new-place.ts'

export interface MovedKey {
  source: KeySourceName
  place: string
  /** Places that held the key and are empty now. */
  wiped: string[]
  /** A place that still holds the key, or goes before the new one at every start: its owner has to take it away. */
  left: string[]
}

/** Moves the key of an open vault. Throws `master_key_not_moved` with everything as it was, or `master_key_busy`. */
export function moveMasterKey(custody: KeyCustody, destination: MoveMasterKey, by: Actor): Promise<MovedKey> {
  return withMasterKeyLock(custody, async () => {
    await endMove(custody)
    const { file, source } = custody
    const row = await file.store.readVault()
    const text = (await source.read()) ?? ''
    assertMovable(text, source, destination)
    const target = await newPlaceFor(custody, destination, text)
    const to = { source: target.source.name, place: target.source.place }
    const from = await oldPlaces(custody, row, target.source)
    writeJournal(custody, { from: from.map(({ name, place }) => ({ source: name, place })), to })
    try {
      await target.write?.(text)
      await assertHolds(target.source, row.master_key_id, text)
    } catch (cause) {
      await target.undo?.()
      removeJournal(custody)
      throw cause
    }
    await file.store.custody.movePlace({ source: source.name, place: source.place }, to, by)
    if (source.name === 'command' && to.source !== 'command') rmSync(custody.places.key_command_file, { force: true })
    const wiped = await wipe(from)
    // What could not be wiped now is tried again at the next start.
    if (wiped.length === from.length) removeJournal(custody)
    return { ...to, wiped, left: left(custody, target.source, wiped) }
  })
}

/** Places that still hold the key, and those that this start was given: they go before the new one. */
function left({ given, source }: KeyCustody, target: KeySource, wiped: readonly string[]): string[] {
  const files = [given.key_file, given.env_file].flatMap((path) => (path ? [resolve(path)] : []))
  const variable = given.environment ? ['ENCRYPTION_KEY in the environment'] : []
  const places = new Set([...files, ...variable, source.place])
  return [...places].filter((place) => place !== target.place && !wiped.includes(place))
}

/** Ends a move that was killed: whichever of the two places the vault does not name is wiped. */
export async function endMove(custody: KeyCustody): Promise<void> {
  const { places, given, file } = custody
  if (lookAt(places.key_move_file) === undefined) return
  const journal = readJournal(custody)
  wipeKeyDrafts(custody)
  if (journal === undefined) return removeJournal(custody)
  const row = await file.store.readVault()
  const find = (source: string | null, place: string | null): KeySource | undefined =>
    recordedKeySource(source, place, places, given.session)
  // The environment cannot be asked again, but it is where the key in use came from.
  const recorded = row.key_source === custody.source.name ? custody.source : find(row.key_source, row.key_place)
  // Only where the place that the vault names is seen to hold the key is any other let go of.
  if (recorded === undefined || !(await holds(recorded, row.master_key_id))) return
  const others: WritableKeySource[] = []
  for (const { source, place } of [...journal.from, journal.to]) {
    const found = find(source, place)
    const writable = found && writableSource(found, { ...custody, session: given.session })
    if (writable === undefined || isSame(writable, recorded)) continue
    if (await holds(writable, row.master_key_id)) others.push(writable)
  }
  if ((await wipe(others)).length === others.length) removeJournal(custody)
}

function assertMovable(text: string, source: KeySource, { to }: MoveMasterKey): void {
  const refuse = (what: string): never => {
    throw appError('not_allowed', { what })
  }
  if (isWrapped(text)) {
    if (to === 'env' || to === 'command') {
      refuse(
        'A master key under a passphrase can lie in the keychain or the key file only: remove the passphrase first',
      )
    }
    return
  }
  if (text.includes(',')) {
    refuse(`${source.place} holds more than one master key: run latchkey rotate first, which ends that`)
  }
}

/** Latchkey's own places that hold the key now: the one in use, and the one that the vault names. */
async function oldPlaces(custody: KeyCustody, row: KeyCustody['row'], target: KeySource): Promise<WritableKeySource[]> {
  const { source, places, given } = custody
  const recorded = recordedKeySource(row.key_source, row.key_place, places, given.session)
  const known = [source, recorded].flatMap((found) => {
    if (found === undefined || isSame(found, target)) return []
    return writableSource(found, { ...custody, session: given.session }) ?? []
  })
  const old: WritableKeySource[] = []
  for (const one of known) {
    if (old.some((other) => isSame(one, other))) continue
    if (one.name === source.name || (await holds(one, row.master_key_id))) old.push(one)
  }
  return old
}

/** Answers the places that are empty now; one that cannot be reached keeps what it has. */
async function wipe(places: readonly WritableKeySource[]): Promise<string[]> {
  const wiped: string[] = []
  for (const place of places) {
    try {
      await place.remove()
      if ((await place.read()) === undefined) wiped.push(place.place)
    } catch (cause) {
      if (!isAppError(cause)) throw cause
    }
  }
  return wiped
}
