import { createHmac, createSecretKey, hkdfSync, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto'
import { Fernet, InvalidToken, KeyDestroyed, parseFernetKey, tokenTime } from './fernet.ts'

/** What a token is bound to: it is released only to the place it was entered for. */
export interface BindingContext {
  /** The random id stored beside the token, from `newKeyId()`. */
  key_id: string
  provider_name: string
  /** As `originOf(base_url)` says it; null for a provider without an address. */
  origin: string | null
  token: string
}

/** A token names a master key that the ring does not hold. The id is a keyed hash and safe to show. */
export class MasterKeyMissing extends Error {
  override name = 'MasterKeyMissing'
  constructor(id: string) {
    super(`No encryption key with the id ${id} is at hand.`)
  }
}

/** A new random id for a stored key; part of its binding, so a token cannot move to another row. */
export function newKeyId(): string {
  return randomBytes(16).toString('hex')
}

/** One master key with what is derived from it. */
export class MasterKey {
  /** Tells master keys apart without telling anything of them: 8 bytes of a keyed hash, as hex. */
  readonly id: string
  readonly fernet: Fernet
  #binding: KeyObject | null
  #audit: KeyObject | null

  /** Takes the 32 bytes over: `destroy()` zeroes this very Buffer. */
  constructor(raw: Buffer) {
    this.fernet = new Fernet(raw)
    this.id = createHmac('sha256', deriveKey(raw, 'latchkey/id/v1')).update('latchkey').digest('hex').slice(0, 16)
    this.#binding = deriveKey(raw, 'latchkey/bind/v1')
    this.#audit = deriveKey(raw, 'latchkey/audit/v1')
  }

  /** The tag that ties a token to its row, provider and origin, as hex. */
  bindingOf({ key_id, provider_name, origin, token }: BindingContext): string {
    if (this.#binding === null) throw new KeyDestroyed()
    const hmac = createHmac('sha256', this.#binding)
    for (const field of [key_id, provider_name, origin, token]) hmac.update(lengthPrefixed(field))
    return hmac.digest('hex')
  }

  /** The tag that seals the audit trail up to a row, as hex. */
  auditSealOf(text: string): string {
    if (this.#audit === null) throw new KeyDestroyed()
    return createHmac('sha256', this.#audit).update(text).digest('hex')
  }

  /** Zeroes the key. Every later use throws `KeyDestroyed`. */
  destroy(): void {
    this.fernet.destroy()
    this.#binding = null
    this.#audit = null
  }
}

/** The master keys of this process, in MultiFernet's order: the first encrypts, each opens what it made. */
export class KeyRing {
  readonly #keys: readonly MasterKey[]
  readonly #current: MasterKey
  #decryptCount = 0

  constructor(current: MasterKey, ...others: MasterKey[]) {
    this.#current = current
    this.#keys = [current, ...others]
  }

  /** Reads one key, or several with commas between, newest first. Throws `MalformedKey`. */
  static parse(text: string): KeyRing {
    const [current = '', ...others] = text.split(',')
    return new KeyRing(toMasterKey(current), ...others.map(toMasterKey))
  }

  /** The id of the key that encrypts. */
  get currentId(): string {
    return this.#current.id
  }

  get ids(): string[] {
    return [...new Set(this.#keys.map((key) => key.id))]
  }

  has(id: string): boolean {
    return this.ids.includes(id)
  }

  /** The same keys with this one encrypting: a vault keeps the key it has until it is rotated. Throws `MasterKeyMissing`. */
  ledBy(id: string): KeyRing {
    const current = this.#find(id)
    if (current === this.#current) return this
    return new KeyRing(current, ...[...this.#keys.values()].filter((key) => key !== current))
  }

  /** How often a token was put to a key, with or without success: what needs no key must leave it as it is. */
  get decryptCount(): number {
    return this.#decryptCount
  }

  /** Encrypts under the current key and says which that was. */
  seal(plaintext: Buffer): { token: string; master_key_id: string } {
    return { token: this.#current.fernet.encrypt(plaintext), master_key_id: this.#current.id }
  }

  /** Opens a token under the key it names. Throws `MasterKeyMissing` or `InvalidToken`. */
  open(token: string, master_key_id: string): Buffer {
    return this.#decrypt(this.#find(master_key_id), token)
  }

  /** Opens a token of which nobody knows the key, as in rows that other programs wrote. */
  openAny(token: string): { plaintext: Buffer; master_key_id: string } {
    for (const key of this.#keys) {
      try {
        return { plaintext: this.#decrypt(key, token), master_key_id: key.id }
      } catch (cause) {
        if (!(cause instanceof InvalidToken)) throw cause
      }
    }
    throw new InvalidToken()
  }

  /**
   * The same plaintext under the current key, made when the token was, as Python's `MultiFernet.rotate` has it. Throws as
   * `open` does.
   */
  reseal(token: string, master_key_id: string): { token: string; master_key_id: string } {
    const plaintext = this.open(token, master_key_id)
    try {
      const now = tokenTime(token)
      return { token: this.#current.fernet.encrypt(plaintext, { now }), master_key_id: this.currentId }
    } finally {
      plaintext.fill(0)
    }
  }

  /** The tag to store beside a token, under the key that made the token; the current one where none is named. */
  bindingOf(context: BindingContext, master_key_id: string = this.currentId): string {
    return this.#find(master_key_id).bindingOf(context)
  }

  /** Whether a token is where it was put. False, too, where the ring lacks the key. */
  bindingMatches(context: BindingContext, binding: string, master_key_id: string): boolean {
    if (!this.has(master_key_id)) return false
    const expected = Buffer.from(this.bindingOf(context, master_key_id))
    const given = Buffer.from(binding)
    return given.length === expected.length && timingSafeEqual(given, expected)
  }

  /** The tag that seals the audit trail, under the key named; the current one where none is. Throws `MasterKeyMissing`. */
  auditSealOf(text: string, master_key_id: string = this.currentId): string {
    return this.#find(master_key_id).auditSealOf(text)
  }

  /** Zeroes every key. Ids stay readable; every other use throws `KeyDestroyed`. */
  destroy(): void {
    for (const key of this.#keys) key.destroy()
  }

  #find(id: string): MasterKey {
    const key = this.#keys.find((key) => key.id === id)
    if (key === undefined) throw new MasterKeyMissing(id)
    return key
  }

  #decrypt(key: MasterKey, token: string): Buffer {
    this.#decryptCount += 1
    return key.fernet.decrypt(token)
  }
}

function toMasterKey(text: string): MasterKey {
  return new MasterKey(parseFernetKey(text))
}

function deriveKey(raw: Buffer, info: string): KeyObject {
  const derived = new Uint8Array(hkdfSync('sha256', raw, '', info, 32))
  const key = createSecretKey(derived)
  derived.fill(0)
  return key
}

// One byte says whether there is a field, so that no text can pass for a missing one; the length keeps neighbours apart.
function lengthPrefixed(field: string | null): Buffer {
  if (field === null) return Buffer.from([0])
  const text = Buffer.from(field)
  const prefix = Buffer.from([1, 0, 0, 0, 0])
  prefix.writeUInt32BE(text.length, 1)
  return Buffer.concat([prefix, text])
}
