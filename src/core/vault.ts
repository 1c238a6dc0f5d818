// The vault of this process: opened read-only and looked at, then for writing if its master key is at hand.
// Whatever is wrong with it is a state with a sentence, and nothing is written in that state.
import { renameSync } from 'node:fs'
import { basename, join } from 'node:path'
import { appError, isAppError, type AppError, type ErrorCode } from '../shared/errors.ts'
import type { KeySourceName } from '../shared/schemas.ts'
import { actorOf, type Actor } from './actor.ts'
import type { CatalogInUse } from './catalog/catalog-in-use.ts'
import { CatalogError } from './catalog/located.ts'
import { MalformedKey } from './crypto/fernet.ts'
import type { KeySource } from './crypto/key-source.ts'
import { givenKeySource, makeMasterKeyFile, recordedKeySource, type GivenKeys } from './crypto/key-sources.ts'
import { KeyRing } from './crypto/master-key.ts'
import type { Places } from './places.ts'
import { checkPrivateFile, ensurePrivateFolder, lookAt, type OnStep, type Warn } from './private-files.ts'
import { createVault, openVaultForReading, openVaultForWriting } from './store/sqlite/sqlite-vault-file.ts'
import { MasterKeyChanged, type ProviderRow, type Store, type VaultRow } from './store/store.ts'
import type { VaultFile } from './store/vault-file.ts'

interface VaultOptions {
  places: Places
  given: GivenKeys
  catalog: CatalogInUse
  warn: Warn
  onStep?: OnStep | undefined
}

interface Opened {
  file: VaultFile | undefined
  ring: KeyRing | undefined
  /** Why nothing can be written, or why the file could not be opened at all. */
  problem: AppError | undefined
  row: VaultRow | undefined
  source: { name: KeySourceName; place: string } | undefined
  /** The id of the key that was given, also where it is the wrong one. */
  givenId: string | undefined
}

const CLOSED: Opened = {
  file: undefined,
  ring: undefined,
  problem: undefined,
  row: undefined,
  source: undefined,
  givenId: undefined,
}

/** The states that start-over mends. */
const lostKey: ReadonlySet<ErrorCode> = new Set([
  'encryption_key_missing',
  'encryption_key_wrong',
  'encryption_key_malformed',
  'key_file_unreadable',
])

/** What the process knows of its vault. Acts on it go through `reader` and `withMasterKey`. */
export class Vault {
  readonly places: Places
  /** True where this very start made the vault. */
  isNew = false
  catalogProblem: string | null = null
  readonly #options: VaultOptions
  #given: GivenKeys
  #opened: Opened = CLOSED
  #epoch = 0
  #seen = ''
  #reopening: Promise<void> | undefined
  #busy = 0
  #retired: Opened[] = []
  #decrypts = 0

  private constructor(options: VaultOptions) {
    this.#options = options
    this.#given = options.given
    this.places = options.places
  }

  /** Opens the vault of these places, or makes it; what is wrong becomes a state, not an exception. */
  static async open(options: VaultOptions): Promise<Vault> {
    const vault = new Vault(options)
    await vault.reopen()
    return vault
  }

  /** The name that start-over asks for: that of the folder. */
  get name(): string {
    return basename(this.places.data)
  }

  get state(): 'open' | 'read_only' | 'closed' {
    if (this.#opened.file === undefined) return 'closed'
    return this.#opened.problem === undefined ? 'open' : 'read_only'
  }

  get problem(): AppError | undefined {
    return this.#opened.problem
  }

  get masterKey(): { source: KeySourceName | null; place: string | null; id: string | null; expected: string | null } {
    const { source, givenId, row } = this.#opened
    return {
      source: source?.name ?? null,
      place: source?.place ?? null,
      id: givenId ?? null,
      expected: row?.master_key_id ?? null,
    }
  }

  /** How many tokens were put to a key since the start. */
  get decryptCount(): number {
    return this.#decrypts + (this.#opened.ring?.decryptCount ?? 0)
  }

  /** Differs after every change of anything the vault could answer. */
  revision(): string {
    return `${this.#epoch}.${this.#opened.file?.revision() ?? 'closed'}`
  }

  /** The store, for reading. Throws what is wrong where the vault could not be opened. */
  reader(): Store {
    const { file, problem } = this.#opened
    if (file === undefined) throw problem ?? appError('internal', undefined)
    return file.store
  }

  /** The master key at hand, if there is one: for what can also do without. */
  get ring(): KeyRing | undefined {
    return this.#opened.ring
  }

  /** The check value, also while the master key is not at hand. */
  get masterKeyId(): string | null {
    return this.#opened.row?.master_key_id ?? null
  }

  /**
   * Changes something, or uses a key. Throws what is wrong while the vault is read-only. Where another process has changed the
   * master key meanwhile, the source is read once more and the act tried again.
   */
  async withMasterKey<T>(act: (store: Store, ring: KeyRing) => Promise<T>): Promise<T> {
    try {
      return await act(...this.#writable())
    } catch (cause) {
      if (!(cause instanceof MasterKeyChanged)) throw cause
      await this.reopen()
      return act(...this.#writable())
    }
  }

  /** Holds the file open while an act runs, also when the vault is opened anew meanwhile; then sees what changed. */
  async during<T>(act: () => Promise<T>): Promise<T> {
    this.#busy += 1
    try {
      await this.#refresh()
      return await act()
    } finally {
      this.#busy -= 1
      this.#release()
    }
  }

  /** Looks for the file and its master key again; `given` replaces what the start was given. */
  reopen(given: GivenKeys = this.#given): Promise<void> {
    this.#given = given
    // Acts that notice the same change at the same time share one opening.
    this.#reopening ??= this.#reopen().finally(() => {
      this.#reopening = undefined
    })
    return this.#reopening
  }

  /**
   * For the owner who lost the master key: keeps a copy of the file, makes another master key the vault's, and drops
   * what it does not open. Answers the copy's path and the providers that need their key again.
   */
  async startOver(typedName: string, by: Actor): Promise<{ copy: string; dropped: ProviderRow[] }> {
    const { file, problem } = this.#opened
    if (typedName !== this.name) throw appError('confirmation_wrong', { name: this.name })
    if (file === undefined) throw problem ?? appError('internal', undefined)
    if (problem === undefined || !lostKey.has(problem.code)) {
      throw appError('not_allowed', { what: 'The vault opens with its master key, so there is nothing to start over' })
    }
    const { warn, onStep } = this.#options
    const stamp = new Date().toISOString().replaceAll(/[:.]/g, '-')
    const given = await givenKeySource(this.#given, this.places)
    // A key that is given stays given at the next start, so it has to be the one; a broken one is said first.
    const givenRing = given === undefined ? undefined : parseRing(await given.read(), given.place)
    ensurePrivateFolder(this.places.backups, warn)
    const copy = join(this.places.backups, `before-start-over-${stamp}.db`)
    onStep?.(`copy ${copy}`)
    await file.copyTo(copy)
    const source = given ?? this.#freshMasterKey(stamp)
    const ring = givenRing ?? parseRing(await source.read(), source.place)
    if (ring === undefined)
      throw appError('internal', undefined, { cause: new Error('the new master key is not there') })
    const writable = openVaultForWriting(this.places.vault, { warn, onStep })
    let dropped: ProviderRow[]
    try {
      dropped = await writable.store.replaceMasterKey(
        { id: ring.currentId, source: source.name, place: source.place },
        (row) => row.master_key_id !== null && ring.has(row.master_key_id),
        by,
      )
    } finally {
      writable.close()
      ring.destroy()
    }
    await this.reopen()
    return { copy, dropped }
  }

  close(): void {
    this.#retire(CLOSED)
    this.#release()
  }

  #writable(): [Store, KeyRing] {
    const { file, ring, problem } = this.#opened
    if (problem !== undefined) throw problem
    if (file === undefined || ring === undefined) throw appError('internal', undefined)
    return [file.store, ring]
  }

  /** A key file that does not open the vault is kept beside the new one: it may open a copy. */
  #freshMasterKey(stamp: string): KeySource {
    const { warn, onStep } = this.#options
    const path = this.places.master_key_file
    if (lookAt(path) !== undefined) {
      onStep?.(`set aside ${path}`)
      renameSync(path, `${path}.before-start-over-${stamp}`)
    }
    return makeMasterKeyFile(this.places, warn, onStep)
  }

  /** Another process may have changed the file: a new check value means that our master key is no longer the one. */
  async #refresh(): Promise<void> {
    const { file, row } = this.#opened
    if (file === undefined) return
    const revision = file.revision()
    if (revision === this.#seen) return
    this.#seen = revision
    if ((await file.store.readVault()).master_key_id !== row?.master_key_id) await this.reopen()
  }

  async #reopen(): Promise<void> {
    this.#retire(await this.#open())
    this.#release()
  }

  async #open(): Promise<Opened> {
    const { places, warn, onStep } = this.#options
    try {
      ensurePrivateFolder(places.data, warn)
      if (lookAt(places.vault) === undefined) await this.#create()
      return await this.#openExisting(openVaultForReading(places.vault, { warn, onStep }))
    } catch (cause) {
      if (!isAppError(cause)) throw cause
      return { ...CLOSED, problem: cause }
    }
  }

  async #create(): Promise<void> {
    const { places, warn, onStep } = this.#options
    checkPrivateFile(places.master_key_file, warn)
    const source = (await givenKeySource(this.#given, places)) ?? makeMasterKeyFile(places, warn, onStep)
    const ring = parseRing(await source.read(), source.place)
    if (ring === undefined) throw appError('encryption_key_missing', { keys: 0, last: source.place })
    const by = actorOf('start')
    this.isNew = await createVault(
      places.vault,
      async (store) => {
        await store.recordMasterKey({ id: ring.currentId, source: source.name, place: source.place }, by)
        await this.#merge(store, null)
      },
      { warn, onStep },
    )
    ring.destroy()
  }

  async #openExisting(reading: VaultFile): Promise<Opened> {
    const { places, warn, onStep } = this.#options
    const row = await reading.store.readVault()
    const opened: Opened = { ...CLOSED, row }
    let file: VaultFile | undefined = reading
    try {
      checkPrivateFile(places.master_key_file, warn)
      const source =
        (await givenKeySource(this.#given, places)) ?? recordedKeySource(row.key_source, row.key_place, places)
      if (source !== undefined) opened.source = { name: source.name, place: source.place }
      const ring = source === undefined ? undefined : parseRing(await source.read(), source.place)
      opened.givenId = ring?.currentId
      if (ring === undefined) throw await this.#missing(reading, row)
      if (row.master_key_id === null || !ring.has(row.master_key_id)) {
        ring.destroy()
        throw appError('encryption_key_wrong', { place: opened.source?.place ?? '' })
      }
      opened.ring = ring.ledBy(row.master_key_id)
      reading.close()
      file = undefined
      file = openVaultForWriting(places.vault, { warn, onStep })
      await this.#merge(file.store, row.catalog_digest)
    } catch (cause) {
      if (!isAppError(cause)) {
        file?.close()
        throw cause
      }
      opened.problem = cause
    }
    opened.file = file ?? openVaultForReading(places.vault, { warn, onStep })
    return opened
  }

  async #missing(reading: VaultFile, row: VaultRow): Promise<AppError> {
    const keys = (await reading.store.listProviders()).filter((provider) => provider.api_key_encrypted !== null).length
    return appError('encryption_key_missing', { keys, last: row.key_place })
  }

  /** Merges the catalog where it differs from what was merged last; a broken one is reported and changes nothing. */
  async #merge(store: Store, merged: string | null): Promise<void> {
    const { catalog } = this.#options
    const digest = await catalog.digest()
    if (digest === merged) return
    try {
      await store.seed(await catalog.load(), digest, actorOf('start'))
      this.catalogProblem = null
    } catch (cause) {
      // The vault is sound without it: a full disk or a broken file must not close it.
      if (!(cause instanceof CatalogError) && !isAppError(cause)) throw cause
      this.catalogProblem = cause.message
    }
  }

  #retire(next: Opened): void {
    this.#retired.push(this.#opened)
    this.#opened = next
    this.#seen = ''
    this.#epoch += 1
  }

  #release(): void {
    if (this.#busy > 0) return
    for (const { file, ring } of this.#retired.splice(0)) {
      this.#decrypts += ring?.decryptCount ?? 0
      ring?.destroy()
      file?.close()
    }
  }
}

function parseRing(text: string | undefined, place: string): KeyRing | undefined {
  if (text === undefined) return undefined
  try {
    return KeyRing.parse(text)
  } catch (cause) {
    if (cause instanceof MalformedKey) throw appError('encryption_key_malformed', { place }, { cause })
    throw cause
  }
}
