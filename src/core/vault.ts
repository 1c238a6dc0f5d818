// The vault of this process: opened read-only and looked at, then for writing if its master key is at hand.
// Whatever is wrong with it is a state with a sentence, and nothing is written in that state.
import { basename } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { appError, type AppError } from '../shared/errors.ts'
import type { LockReason } from '../shared/lock-schemas.ts'
import type { KeySourceName } from '../shared/schemas.ts'
import type { Actor } from './actor.ts'
import type { KeyCustody } from './key-custody.ts'
import type { GivenKeys } from './crypto/key-sources.ts'
import { KeyDestroyed } from './crypto/fernet.ts'
import type { KeyRing } from './crypto/master-key.ts'
import { AppLock } from './lock/app-lock.ts'
import { UnlockTries } from './lock/unlock-tries.ts'
import { takesPassphrase, rewrap, type RewrapAct } from './lock/rewrap.ts'
import type { Places } from './places.ts'
import { assertMendable, startOver, type LostVault, type StartedOver } from './start-over.ts'
import { openVaultForWriting } from './store/sqlite/sqlite-vault-file.ts'
import { MasterKeyChanged, type Store } from './store/store.ts'
import type { VaultFile } from './store/vault-file.ts'
import { assertOpens, CLOSED, missingKey, VaultOpening, type Opened, type OpeningParts } from './vault-opening.ts'
import { VaultTrail } from './vault-trail.ts'

interface VaultOptions extends OpeningParts {
  /** A refusal could not be written down. */
  onUnrecorded: (cause: unknown) => void
}

/** How long what has begun on a file may take until the file is replaced, and how often it is looked at; milliseconds. */
const LETTING_GO = 10_000
const LETTING_GO_PAUSE = 20

/** What the process knows of its vault. Acts on it go through `reader` and `withMasterKey`. */
export class Vault {
  readonly places: Places
  readonly lock: AppLock
  readonly trail: VaultTrail
  readonly #options: VaultOptions
  readonly #opening: VaultOpening
  #opened: Opened = CLOSED
  #epoch = 0
  #seen = ''
  #lookedAt: VaultFile | undefined
  #reopening: Promise<void> | undefined
  #busy = 0
  #mending: Promise<unknown> = Promise.resolve()
  #retired: Opened[] = []
  #decrypts = 0
  #rewrapping = 0
  readonly #atLock: (() => void)[] = []

  private constructor(options: VaultOptions) {
    this.#options = options
    this.places = options.places
    this.lock = new AppLock(new UnlockTries(this.places.unlock_tries))
    const hold = (act: (opened: Opened) => Promise<void>): Promise<void> => this.#hold(() => act(this.#opened))
    const { places, warn, onUnrecorded } = options
    this.trail = new VaultTrail({ vault: this, places, warn, onUnrecorded, hold })
    this.#opening = new VaultOpening(options, this.lock, () => this.trail.changed())
  }

  /** Opens the vault of these places, or makes it; what is wrong becomes a state, not an exception. */
  static async open(options: VaultOptions): Promise<Vault> {
    const vault = new Vault(options)
    await vault.reopen()
    return vault
  }

  /** True where this very start made the vault. */
  get isNew(): boolean {
    return this.#opening.isNew
  }

  /** What is wrong with the catalog in use; null where it was merged. */
  get catalogProblem(): string | null {
    return this.#opening.catalogProblem
  }

  /** The name that start-over asks for: that of the folder. */
  get name(): string {
    return basename(this.places.data)
  }

  get state(): 'open' | 'read_only' | 'locked' | 'closed' {
    const { file, problem } = this.#opened
    if (file === undefined) return 'closed'
    if (problem === undefined) return 'open'
    return problem.code === 'vault_locked' ? 'locked' : 'read_only'
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

  /** The same, except that it stays where this process has done nothing but record uses of keys. */
  standing(): string {
    return `${this.#epoch}.${this.#opened.file?.standing() ?? 'closed'}`
  }

  /** The store, for reading. Throws what is wrong where the vault could not be opened. */
  reader(): Store {
    const { file, problem } = this.#opened
    if (file === undefined) throw problem ?? appError('internal', undefined)
    return file.store
  }

  /** The id of the first key that the source holds: another than the vault's where an exchange is not finished. */
  get offeredKeyId(): string | undefined {
    return this.#opened.offeredId
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
      if (!(cause instanceof MasterKeyChanged)) throw this.#inWords(cause)
      await this.reopen()
    }
    try {
      return await act(...this.#writable())
    } catch (cause) {
      // Changed once more in that moment: the next try finds it settled.
      throw cause instanceof MasterKeyChanged ? appError('vault_busy', undefined, { cause }) : this.#inWords(cause)
    }
  }

  /** The vault was locked while an act had its key. */
  #inWords(cause: unknown): unknown {
    return cause instanceof KeyDestroyed ? (this.#opened.problem ?? cause) : cause
  }

  /** Writes what needs no master key, also while the vault is locked: how a use ended, that the vault was locked. */
  async withoutKey<T>(act: (store: Store) => Promise<T>): Promise<T> {
    const { file, problem } = this.#opened
    if (file?.writable === true) return act(file.store)
    if (file === undefined || problem?.code !== 'vault_locked') throw problem ?? appError('internal', undefined)
    const { places, warn, onStep } = this.#options
    const writer = await openVaultForWriting(places.vault, { warn, onStep })
    try {
      return await act(writer.store)
    } finally {
      writer.close()
    }
  }

  /** Zeroes the master key here at once, and in every other process within a second. Throws `passphrase_not_set`. */
  lockNow(reason: LockReason, by: Actor): Promise<void> {
    if (!this.lock.isSet) return Promise.reject(appError('passphrase_not_set', undefined))
    this.#forgetKey(reason)
    return this.during(async () => {
      const entry = { act: 'vault.lock', provider: null, detail: { reason } }
      try {
        await this.withoutKey((store) => store.raiseLockEpoch(entry, by))
      } finally {
        await this.#reopenAnew()
      }
    })
  }

  /** Opens the vault with its passphrase; throws as `AppLock.unlock` does, or what else is wrong with the vault. */
  async unlock(passphrase: string, by: Actor): Promise<void> {
    const { wrongTries } = this.lock
    await this.lock.unlock(passphrase)
    if (this.#opened.problem?.code !== 'vault_locked') return
    await this.#reopenAnew()
    const entry = { act: 'vault.unlock', provider: null, detail: { wrong_tries: wrongTries } }
    await this.withMasterKey((store) => store.record(entry, by))
  }

  /** Whether the master key lies where Latchkey may put it under a passphrase. */
  get canHavePassphrase(): boolean {
    return takesPassphrase(this.#opened.source?.name)
  }

  /** Puts the master key under a new passphrase, or under none; every other process then looks at its place anew. */
  async rewrap(act: RewrapAct, passphrase: string | null, by: Actor): Promise<void> {
    // What we raise ourselves must not lock us out.
    this.#rewrapping += 1
    try {
      await this.withCustody(async (custody) => {
        const epoch = await rewrap(act, passphrase, custody, by)
        const { row } = this.#opened
        // Only ours: whoever locked the vault meanwhile is heard.
        if (row !== undefined && epoch === row.lock_epoch + 1) this.#opened.row = { ...row, lock_epoch: epoch }
        this.#epoch += 1
      })
    } finally {
      this.#rewrapping -= 1
    }
  }

  /** Synchronous, so that nothing is released once this was called, whatever still runs. */
  #forgetKey(reason: LockReason): void {
    const { ring } = this.#opened
    this.#decrypts += ring?.decryptCount ?? 0
    ring?.destroy()
    this.#opened = { ...this.#opened, ring: undefined, problem: appError('vault_locked', undefined) }
    for (const retired of this.#retired) retired.ring?.destroy()
    this.lock.forget(reason)
    this.#epoch += 1
    for (const act of this.#atLock) act()
  }

  /** `act` is run whenever the vault is locked, by whomever: for what holds keys of its own. */
  onLock(act: () => void): void {
    this.#atLock.push(act)
  }

  /**
   * Lends the file and the text of the master key that opens it, for a backup; the text is zeroed afterwards. Throws
   * what is wrong while the vault is read-only, or where the source holds another key by now.
   */
  lendWithKey<T>(act: (file: VaultFile, masterKey: Buffer) => Promise<T>): Promise<T> {
    return this.during(async () => {
      this.#writable()
      const { file, row } = this.#opened
      if (file === undefined || row === undefined) throw appError('internal', undefined)
      const source = await this.#opening.sourceFor(row)
      const text = await source?.read()
      if (source === undefined || text === undefined) throw await missingKey(file.store, row)
      const masterKey = Buffer.from(text)
      try {
        await assertOpens(source, row)
        return await act(file, masterKey)
      } finally {
        masterKey.fill(0)
      }
    })
  }

  /** Lends all that a move or an exchange of the master key needs. Throws what is wrong while the vault is read-only. */
  withCustody<T>(act: (custody: KeyCustody) => Promise<T>): Promise<T> {
    return this.during(async () => {
      this.#writable()
      const { file, row } = this.#opened
      if (file === undefined || row === undefined) throw appError('internal', undefined)
      const source = await this.#opening.placeFor(row)
      if (source === undefined) throw await missingKey(file.store, row)
      const { places, warn, onStep } = this.#options
      return act({ file, row, source, lock: this.lock, given: this.#opening.given, places, warn, onStep })
    })
  }

  /** Holds the file open while an act runs, also when the vault is opened anew meanwhile; then sees what changed. */
  during<T>(act: () => Promise<T>): Promise<T> {
    return this.#hold(async () => {
      await this.#refresh()
      return act()
    })
  }

  async #hold<T>(act: () => Promise<T>): Promise<T> {
    this.#busy += 1
    try {
      return await act()
    } finally {
      this.#busy -= 1
      if (this.#busy === 0) this.#release()
    }
  }

  /** Looks for the file and its master key again; `given` replaces what the start was given. */
  reopen(given?: GivenKeys): Promise<void> {
    // Acts that notice the same change at the same time share one opening; another source has its own, afterwards.
    if (this.#reopening !== undefined && given === undefined) return this.#reopening
    return this.#reopenAnew(given)
  }

  /** Never shares an opening that is under way: it may have read what is no longer so. */
  #reopenAnew(given?: GivenKeys): Promise<void> {
    const reopening = this.#reopenAfter(this.#reopening, given).finally(() => {
      if (this.#reopening === reopening) this.#reopening = undefined
    })
    this.#reopening = reopening
    return reopening
  }

  async #reopenAfter(earlier: Promise<void> | undefined, given: GivenKeys | undefined): Promise<void> {
    // Whoever asked for the earlier one is told how it failed.
    await earlier?.catch(() => undefined)
    if (given !== undefined) this.#opening.give(given)
    this.#retire(await this.#opening.open())
    // What still runs may not go on with the key of a vault that turned out to be locked.
    if (this.state === 'locked') {
      for (const { ring } of this.#retired) ring?.destroy()
      for (const act of this.#atLock) act()
    }
    if (this.#busy === 0) this.#release()
  }

  /** The keys that this process was given, or none. */
  get given(): GivenKeys {
    return this.#opening.given
  }

  /**
   * Lets go of the file while `act` puts another in its place, then opens what is there. What begins meanwhile is refused with
   * `vault_busy`, which this throws, too, where something that had begun does not end.
   */
  replaceFile<T>(act: () => Promise<T>): Promise<T> {
    const earlier = this.#reopening
    const replacing = this.#replaceFile(earlier, act)
    const reopening = replacing.then(
      () => undefined,
      () => undefined,
    )
    this.#reopening = reopening
    return replacing.finally(() => {
      if (this.#reopening === reopening) this.#reopening = undefined
    })
  }

  async #replaceFile<T>(earlier: Promise<void> | undefined, act: () => Promise<T>): Promise<T> {
    await earlier?.catch(() => undefined)
    await this.trail.settle()
    this.#retire({ ...CLOSED, problem: appError('vault_busy', undefined) })
    if (this.#busy === 0) this.#release()
    try {
      const deadline = performance.now() + LETTING_GO
      while (this.#retired.length > 0) {
        if (performance.now() > deadline) throw appError('vault_busy', undefined)
        await delay(LETTING_GO_PAUSE)
      }
      return await act()
    } finally {
      this.#retire(await this.#opening.open())
      if (this.#busy === 0) this.#release()
    }
  }

  /** Starts over (see start-over.ts), for the owner who typed the vault's name, where the master key is lost. */
  startOver(typedName: string, by: Actor): Promise<StartedOver> {
    if (typedName !== this.name) return Promise.reject(appError('confirmation_wrong', { name: this.name }))
    return this.mendLostKey((lost) => startOver(lost, by))
  }

  /** Throws `not_allowed` where the master key is at hand, or what else is wrong with the vault. */
  assertKeyLost(): void {
    assertMendable(this.#opened.problem)
  }

  /** Lends what it takes to give the vault a master key again, and opens it with that. Throws where it is not lost. */
  mendLostKey<T>(act: (lost: LostVault) => Promise<T>): Promise<T> {
    const mend = async (): Promise<T> => {
      const { file, row, problem } = this.#opened
      if (file === undefined || row === undefined) throw problem ?? appError('internal', undefined)
      this.assertKeyLost()
      const { places, warn, onStep } = this.#options
      try {
        return await act({ places, given: this.#opening.given, file, row, warn, onStep })
      } finally {
        await this.reopen()
      }
    }
    // One after the other: the second finds that nothing is lost any more.
    const turn = this.#mending.then(mend, mend)
    this.#mending = turn.catch(() => undefined)
    return turn
  }

  /** Lets go of the file at once; an act that still runs fails. */
  close(): void {
    this.trail.cancel()
    this.lock.forget('now')
    this.#retire(CLOSED)
    this.#release()
  }

  #writable(): [Store, KeyRing] {
    const { file, ring, problem } = this.#opened
    if (problem !== undefined) throw problem
    if (file === undefined || ring === undefined) throw appError('internal', undefined)
    return [file.store, ring]
  }

  /**
   * Another process may have changed the file: a new check value means that our master key is no longer the one. It may
   * also have put another file in its place, whose changes would go unseen and ours be lost.
   */
  async #refresh(): Promise<void> {
    const { file, row } = this.#opened
    if (file === undefined) return
    if (!this.#isInPlace(file)) return this.reopen()
    const standing = file.standing()
    if (standing === this.#seen || this.#rewrapping > 0) return
    const now = await file.store.readVault()
    if (file !== this.#opened.file) return
    if (now.lock_epoch !== this.#opened.row?.lock_epoch) {
      if (this.lock.isSet) this.#forgetKey('elsewhere')
      return this.#reopenAnew()
    }
    if (now.master_key_id !== row?.master_key_id) return this.reopen()
    this.#seen = standing
  }

  /** Looked at once for all that happens in the same round of the event loop. */
  #isInPlace(file: VaultFile): boolean {
    if (this.#lookedAt === file) return true
    if (!file.isInPlace()) return false
    this.#lookedAt = file
    setImmediate(() => (this.#lookedAt = undefined))
    return true
  }

  #retire(next: Opened): void {
    this.#retired.push(this.#opened)
    this.#opened = next
    this.#seen = ''
    this.#epoch += 1
  }

  #release(): void {
    for (const { file, ring } of this.#retired.splice(0)) {
      this.#decrypts += ring?.decryptCount ?? 0
      ring?.destroy()
      file?.close()
    }
  }
}
