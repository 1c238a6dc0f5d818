// Where the master key of a vault that is restored will be. A key that was given stays given at the next start, so it
// has to be the one; else the place it is in already; else master.key, into which the backup's own key goes.
import { readFileSync, rmSync } from 'node:fs'
import { appError, isAppError } from '../../shared/errors.ts'
import type { KeySourceName } from '../../shared/schemas.ts'
import { MalformedKey } from '../crypto/fernet.ts'
import type { KeySource } from '../crypto/key-source.ts'
import { givenKeySource, readKeyRing, recordedKeySource, type GivenKeys } from '../crypto/key-sources.ts'
import { KeyRing } from '../crypto/master-key.ts'
import { isWrappedKey, keyParts, wrappedKeyFacts } from '../crypto/wrapped-key.ts'
import type { Places } from '../places.ts'
import { ensurePrivateFolder, lookAt, writePrivateFile, type OnStep, type Warn } from '../private-files.ts'
import type { VaultRow } from '../store/store.ts'

/** A place for the master key; `write` is what has to be put there first. */
export interface KeyHome {
  source: KeySourceName
  place: string
  write: Buffer | null
}

interface Sought {
  /** The key that the backup brings; null for a copy, which brings none. */
  masterKey: Buffer | null
  /** What the vault of the backup says, and what the vault that is here says, as far as it can be read. */
  rows: readonly [backup: VaultRow, here: VaultRow | undefined]
  places: Places
  given: GivenKeys
}

/** Finds the place. Throws `encryption_key_wrong` where a key was given that is another, or a copy's key is nowhere. */
export async function keyHomeFor({ masterKey, rows, places, given }: Sought): Promise<KeyHome> {
  const [{ master_key_id: id }] = rows
  const chosen = await givenKeySource(given, places)
  if (chosen !== undefined) {
    if (await opens(chosen, id)) return { source: chosen.name, place: chosen.place, write: null }
    throw appError('encryption_key_wrong', { place: chosen.place }, { hint: otherKeyHint(masterKey, chosen.place) })
  }
  const recorded = rows
    .toReversed()
    .map((row) => row && recordedKeySource(row.key_source, row.key_place, places, given.session))
  for (const source of [...recorded, recordedKeySource('file', null, places)]) {
    if (source === undefined || !(await opensQuietly(source, id))) continue
    // master.key may hold a ring that an interrupted restore left; the backup's own text ends it. Where it is this very
    // key under a passphrase, it stays so.
    const write = source.name === 'file' && masterKey !== null && !holds(source.place, masterKey) ? masterKey : null
    return { source: source.name, place: source.place, write }
  }
  if (masterKey !== null) return { source: 'file', place: places.master_key_file, write: masterKey }
  throw appError(
    'encryption_key_wrong',
    { place: rows[0].key_place ?? places.master_key_file },
    {
      hint: 'A copy opens only with the master key that the vault had then. Give it with --key-file. Nothing has been changed.',
    },
  )
}

function otherKeyHint(masterKey: Buffer | null, place: string): string {
  return masterKey === null
    ? 'A copy opens only with the master key that the vault had then. Nothing has been changed.'
    : `The backup brings its own master key, but ${place} goes before it at every start. Take that away and restore again. Nothing has been changed.`
}

async function opens(source: KeySource, id: string | null): Promise<boolean> {
  const { wrapped } = keyParts((await source.read()) ?? '')
  if (wrapped !== undefined) return wrappedKeyFacts(wrapped, source.place).master_key_id === id
  const ring = await readKeyRing(source)
  ring?.destroy()
  return id !== null && ring?.has(id) === true
}

async function opensQuietly(source: KeySource, id: string | null): Promise<boolean> {
  try {
    return await opens(source, id)
  } catch (cause) {
    // A place that cannot be read is not where the key is taken from.
    if (isAppError(cause)) return false
    throw cause
  }
}

/** Whether the file holds this key alone, or wrapped: which one that is, `opens` has found. */
function holds(path: string, masterKey: Buffer): boolean {
  const text = readFileSync(path, 'utf8').trim()
  return isWrappedKey(text) || text === masterKey.toString('utf8').trim()
}

/** What `placeKey` did, to be ended after the vault is in place, or taken back where it is not. */
export interface PlacedKey {
  /** Where the key that was there is kept; it opens the vault that was there. */
  kept: string | null
  finish(): void
  undo(): void
}

/**
 * Puts the key into master.key before the key that is there: until `finish` the file opens the vault before and the vault
 * after, so that a kill in between locks nobody out.
 */
export function placeKey(
  path: string,
  masterKey: Buffer,
  { folder, stamp, warn, onStep }: { folder: string; stamp: string; warn: Warn; onStep?: OnStep | undefined },
): PlacedKey {
  ensurePrivateFolder(folder, warn)
  const alone = Buffer.concat([masterKey, Buffer.from('\n')])
  if (lookAt(path) === undefined) {
    writePrivateFile(path, alone, { onStep })
    return { kept: null, finish: () => undefined, undo: () => rmSync(path, { force: true }) }
  }
  const before = readFileSync(path)
  const kept = `${path}.before-restore-${stamp}`
  writePrivateFile(kept, before, { replace: false, onStep })
  writePrivateFile(path, both(masterKey, before) ?? alone, { onStep })
  return {
    kept,
    finish: () => void writePrivateFile(path, alone, { onStep }),
    undo: () => {
      writePrivateFile(path, before, { onStep })
      rmSync(kept, { force: true })
    },
  }
}

/** Opens the vault after and the vault before: two keys, or one and, on the line after it, a wrapped one (app-lock.ts). */
function both(masterKey: Buffer, before: Buffer): Buffer | undefined {
  const { plain, wrapped } = keyParts(before.toString('utf8').trim())
  if (wrapped !== undefined) return Buffer.concat([masterKey, Buffer.from(`\n${wrapped}\n`)])
  try {
    KeyRing.parse(plain).destroy()
    return Buffer.concat([masterKey, Buffer.from(','), before])
  } catch (cause) {
    if (cause instanceof MalformedKey) return undefined
    throw cause
  }
}
