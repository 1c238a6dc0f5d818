// How a vault is opened: looked at read-only, its master key found, then for writing; or made, where there is none.
import { appError, isAppError, type AppError } from '../shared/errors.ts'
import type { KeySourceName } from '../shared/schemas.ts'
import { actorOf } from './actor.ts'
import { keepLocalCopy } from './backup/local-copies.ts'
import type { CatalogInUse } from './catalog/catalog-in-use.ts'
import { CatalogError } from './catalog/located.ts'
import type { KeySource } from './crypto/key-source.ts'
import {
  givenKeySource,
  makeMasterKey,
  mendMasterKeyFile,
  readKeyRing,
  recordedKeySource,
  type GivenKeys,
} from './crypto/key-sources.ts'
import type { KeyRing } from './crypto/master-key.ts'
import type { AppLock } from './lock/app-lock.ts'
import type { Places } from './places.ts'
import { ensurePrivateFolder, lookAt, unwritable, type OnStep, type Warn } from './private-files.ts'
import { keysOf } from './store/key-store.ts'
import { createVault, openVaultForReading, openVaultForWriting } from './store/sqlite/sqlite-vault-file.ts'
import type { Store, VaultRow } from './store/store.ts'
import type { VaultFile } from './store/vault-file.ts'

export interface OpeningParts {
  places: Places
  given: GivenKeys
  catalog: CatalogInUse
  warn: Warn
  onStep?: OnStep | undefined
}

/** What an opening found: everything the process knows of its vault. */
export interface Opened {
  file: VaultFile | undefined
  ring: KeyRing | undefined
  /** Why nothing can be written, or why the file could not be opened at all. */
  problem: AppError | undefined
  row: VaultRow | undefined
  source: { name: KeySourceName; place: string } | undefined
  /** The id of the key that was given, also where it is the wrong one. */
  givenId: string | undefined
  /** The id of the first key of the source. */
  offeredId: string | undefined
}

/** No file, and nothing known of one. */
export const CLOSED: Opened = {
  file: undefined,
  ring: undefined,
  problem: undefined,
  row: undefined,
  source: undefined,
  givenId: undefined,
  offeredId: undefined,
}

/** Opens the vault of its places, as often as it is asked to. */
export class VaultOpening {
  /** True where an opening of this process made the vault. */
  isNew = false
  catalogProblem: string | null = null
  readonly #parts: OpeningParts
  readonly #lock: AppLock
  readonly #onCommit: () => void
  #given: GivenKeys
  #existed = false

  /** `onCommit` is told of each commit to a file that was opened for writing. */
  constructor(parts: OpeningParts, lock: AppLock, onCommit: () => void) {
    this.#parts = parts
    this.#given = parts.given
    this.#lock = lock
    this.#onCommit = onCommit
  }

  /** The keys of the start, or those that were given in their place since. */
  get given(): GivenKeys {
    return this.#given
  }

  /** From now on these keys are looked for. */
  give(given: GivenKeys): void {
    this.#given = { session: this.#given.session, ...given }
  }

  /** What is wrong becomes part of the answer, not an exception. */
  async open(): Promise<Opened> {
    const { places, warn, onStep } = this.#parts
    try {
      ensurePrivateFolder(places.data, warn)
      // A vault that was here and is gone is not replaced by an empty one: its owner may be putting a copy back.
      if (lookAt(places.vault) === undefined && !this.#existed) await this.#create()
      const reading = await openVaultForReading(places.vault, { warn, onStep })
      this.#existed = true
      return await this.#openExisting(reading)
    } catch (cause) {
      const problem = unwritable(places.data, cause)
      if (!isAppError(problem)) throw problem
      return { ...CLOSED, problem }
    }
  }

  async #create(): Promise<void> {
    const { places, warn, onStep } = this.#parts
    const given = await givenKeySource(this.#given, places)
    const made = given === undefined ? await makeMasterKey(places, this.#given.session, warn, onStep) : undefined
    const source = given ?? made?.source
    try {
      const ring = source === undefined ? undefined : await readKeyRing(this.#lock.over(source, null))
      if (source === undefined || ring === undefined) {
        throw appError('key_file_unreadable', { path: source?.place ?? '', what: 'it does not exist' })
      }
      const key = { id: ring.currentId, source: source.name, place: source.place }
      ring.destroy()
      this.isNew = await createVault(
        places.vault,
        async (store) => {
          await store.recordMasterKey(key, actorOf('start'))
          await this.#merge(store, null)
        },
        { warn, onStep },
      )
    } finally {
      if (!this.isNew) await made?.discard()
    }
  }

  async #openExisting(reading: VaultFile): Promise<Opened> {
    const { places, warn, onStep } = this.#parts
    let file: VaultFile | undefined = reading
    let ring: KeyRing | undefined
    try {
      const row = await reading.store.readVault()
      const opened: Opened = { ...CLOSED, row }
      try {
        const source = await this.sourceFor(row)
        if (source !== undefined) opened.source = { name: source.name, place: source.place }
        ring = source === undefined ? undefined : await readKeyRing(source)
        if (ring === undefined) throw await missingKey(reading.store, row)
        opened.givenId = ring.currentId
        opened.offeredId = ring.currentId
        if (row.master_key_id === null || !ring.has(row.master_key_id)) {
          ring.destroy()
          // It may have been exchanged between the two readings.
          if ((await reading.store.readVault()).master_key_id !== row.master_key_id)
            return await this.#openExisting(reading)
          throw appError('encryption_key_wrong', { place: opened.source?.place ?? '' })
        }
        opened.ring = ring.ledBy(row.master_key_id)
        opened.givenId = row.master_key_id
        // A vault that needs no migration costs no copy.
        if (reading.isOlder) await keepLocalCopy(reading, places.backups, 'migration', { warn })
        reading.close()
        file = undefined
        file = await openVaultForWriting(places.vault, { warn, onStep, onCommit: this.#onCommit })
        // A process that was killed may have left rows without a seal.
        this.#onCommit()
        await this.#merge(file.store, row.catalog_digest)
      } catch (cause) {
        if (!isAppError(cause)) throw cause
        opened.problem = cause
      }
      opened.file = file ??= await openVaultForReading(places.vault, { warn, onStep })
      return opened
    } catch (cause) {
      ring?.destroy()
      file?.close()
      throw cause
    }
  }

  /** The source of the key as an opened lock lets it be read. */
  async sourceFor(row: VaultRow): Promise<KeySource | undefined> {
    const place = await this.placeFor(row)
    return place === undefined ? undefined : this.#lock.over(place, row.master_key_id)
  }

  /** The same as it is: wrapped, where a passphrase is set. */
  async placeFor(row: VaultRow): Promise<KeySource | undefined> {
    const { places, warn } = this.#parts
    const given = await givenKeySource(this.#given, places)
    const source = given ?? recordedKeySource(row.key_source, row.key_place, places, this.#given.session)
    if (source?.name === 'file') mendMasterKeyFile(places, warn)
    return source
  }

  /** Merges the catalog where it differs from what was merged last; a broken one is reported and changes nothing. */
  async #merge(store: Store, merged: string | null): Promise<void> {
    const { catalog } = this.#parts
    this.catalogProblem = null
    try {
      const digest = await catalog.digest()
      if (digest !== merged) await store.seed(await catalog.load(), digest, actorOf('start'))
    } catch (cause) {
      // The vault is sound without it: a full disk or a broken file must not close it.
      if (!(cause instanceof CatalogError) && !isAppError(cause)) throw cause
      this.catalogProblem = cause.message
    }
  }
}

/** The error of a vault for which no source has a key. */
export async function missingKey(store: Store, row: VaultRow): Promise<AppError> {
  const keys = (await store.listProviderHeads()).flatMap(keysOf).length
  return appError('encryption_key_missing', { keys, last: row.key_place })
}

/** Throws `encryption_key_wrong` where a source no longer holds the key of the vault. */
export async function assertOpens(source: KeySource, { master_key_id }: VaultRow): Promise<void> {
  const ring = await readKeyRing(source)
  const opens = master_key_id !== null && ring?.has(master_key_id) === true
  ring?.destroy()
  if (!opens) throw appError('encryption_key_wrong', { place: source.place })
}
