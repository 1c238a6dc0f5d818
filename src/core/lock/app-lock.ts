// What stands between a wrapped master key and this process. It holds what the passphrase became, never the passphrase:
// enough to read the key's place again after another process has rotated, and zeroed whenever the vault is locked.
import { appError, isAppError } from '../../shared/errors.ts'
import type { LockReason } from '../../shared/lock-schemas.ts'
import type { KeySource } from '../crypto/key-source.ts'
import { KeyRing } from '../crypto/master-key.ts'
import { keyParts, WrappingKey } from '../crypto/wrapped-key.ts'
import type { UnlockTries } from './unlock-tries.ts'

/** The lock of one process. */
export class AppLock {
  #source: KeySource | undefined
  #isSet = false
  #wrapping: WrappingKey | undefined
  readonly #tries: UnlockTries
  #trying: Promise<unknown> = Promise.resolve()
  #locked: { at: string; reason: LockReason } | undefined

  constructor(tries: UnlockTries) {
    this.#tries = tries
  }

  /** Whether the place of the master key held a wrapped one when it was last read. */
  get isSet(): boolean {
    return this.#isSet
  }

  /** Since when, and why, this process is without the key; as far as it has been told. */
  get locked(): { at: string; reason: LockReason } | undefined {
    return this.#locked
  }

  /** Wrong tries since the last right one, in any process. */
  get wrongTries(): number {
    return this.#tries.wrong
  }

  /** Seconds until the next try is looked at. */
  get waitSeconds(): number {
    return this.#tries.waitSeconds
  }

  /** The place as the rest of the core reads it: what is wrapped there is unwrapped, or refused with `vault_locked`. */
  over(source: KeySource, vaultKeyId: string | null): KeySource {
    this.#source = source
    return { name: source.name, place: source.place, read: () => this.#read(source, vaultKeyId) }
  }

  async #read(source: KeySource, vaultKeyId: string | null): Promise<string | undefined> {
    const text = await source.read()
    const { plain, wrapped } = keyParts(text ?? '')
    this.#isSet = wrapped !== undefined && !opens(plain, vaultKeyId)
    if (wrapped === undefined || !this.#isSet) {
      this.#adopt(undefined)
      this.#locked = undefined
      return text === undefined ? undefined : plain
    }
    const key = this.#unwrap(wrapped, source.place)
    if (key === undefined) {
      this.#locked ??= { at: new Date().toISOString(), reason: 'start' }
      throw appError('vault_locked', undefined)
    }
    this.#locked = undefined
    try {
      return key.toString('utf8')
    } finally {
      key.fill(0)
    }
  }

  #unwrap(wrapped: string, place: string): Buffer | undefined {
    try {
      return this.#wrapping?.unwrap(wrapped, place)
    } catch (cause) {
      if (!isAppError(cause) || cause.code !== 'passphrase_wrong') throw cause
      // Another process has changed the passphrase: this one has to be told the new one.
      this.#adopt(undefined)
      return undefined
    }
  }

  /**
   * Tries a passphrase on what lies in the key's place, one try after the other; the next reading then finds the key.
   * Throws `passphrase_wrong`, `unlock_delayed` before the wait is over, or `passphrase_not_set`.
   */
  unlock(passphrase: string): Promise<void> {
    const turn = this.#trying.then(() => this.#try(passphrase))
    this.#trying = turn.catch(() => undefined)
    return turn
  }

  async #try(passphrase: string): Promise<void> {
    const { wrapped } = keyParts((await this.#source?.read()) ?? '')
    if (this.#source === undefined || wrapped === undefined) throw appError('passphrase_not_set', undefined)
    const seconds = this.waitSeconds
    if (seconds > 0) throw appError('unlock_delayed', { seconds })
    const takeBack = this.#tries.begin()
    try {
      const { key, wrapping } = await WrappingKey.open(wrapped, passphrase, this.#source.place)
      key.fill(0)
      this.#adopt(wrapping)
    } catch (cause) {
      if (isAppError(cause) && cause.code === 'passphrase_wrong') this.#tries.wasWrong()
      else takeBack()
      throw cause
    }
    this.#tries.right()
  }

  /** What lies in the key's place now is wrapped with this, or plain. */
  settle(wrapping: WrappingKey | undefined): void {
    this.#adopt(wrapping)
    this.#isSet = wrapping !== undefined
  }

  /** Whether it is this one that is kept, and zeroed with the lock. */
  holds(wrapping: WrappingKey | undefined): boolean {
    return this.#wrapping === wrapping
  }

  /** Wraps another text as what lies in the key's place is wrapped; answers it as it is where no passphrase is set. */
  wrap(text: string): string {
    return this.#wrapping === undefined ? text : this.#wrapping.wrap(text)
  }

  /** Zeroes what the passphrase became. */
  forget(reason: LockReason): void {
    this.#adopt(undefined)
    this.#locked ??= { at: new Date().toISOString(), reason }
  }

  #adopt(wrapping: WrappingKey | undefined): void {
    this.#wrapping?.destroy()
    this.#wrapping = wrapping
  }
}

function opens(plain: string, vaultKeyId: string | null): boolean {
  if (plain === '' || vaultKeyId === null) return false
  const ring = KeyRing.parse(plain)
  ring.destroy()
  return ring.has(vaultKeyId)
}
