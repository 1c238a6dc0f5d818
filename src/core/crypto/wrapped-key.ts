// A master key, or a ring of them, under a passphrase: one line of JSON that may stand in master.key, in the keychain
// and in a recovery file. Everything readable in it is authenticated; a checksum beside that tells damage from a wrong
// passphrase as far as anyone can without the key: whoever changes the file on purpose can make it fit again.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { z } from 'zod'
import { appError } from '../../shared/errors.ts'
import { KeyDestroyed } from './fernet.ts'
import { KeyRing } from './master-key.ts'
import { assertPassphrase, derivePassphraseKey, newScryptParams, ScryptParams } from './passphrase-key.ts'

const MARK = 'latchkey wrapped master key'

const Header = z.strictObject({
  format: z.literal(MARK),
  version: z.literal(1),
  created_at: z.iso.datetime(),
  /** The id of the key that encrypts, as the vault and `status` show it: says what the file is for. */
  master_key_id: z.string().regex(/^[0-9a-f]{16}$/),
  scrypt: ScryptParams,
  /** Fresh for each file; GCM must never see one twice under a key. */
  nonce: z.string().regex(/^[0-9a-f]{24}$/),
})
type Header = z.infer<typeof Header>

const Wrapped = z.strictObject({
  header: Header,
  sealed: z.string().regex(/^(?:[0-9a-f]{2}){17,1024}$/),
  checksum: z.string(),
})

/** What a wrapped key says of itself to anyone. */
export type WrappedKeyFacts = Pick<Header, 'created_at' | 'master_key_id'>

/** True for text in this form, also where it is damaged; a plain key is not. */
export function isWrappedKey(text: string): boolean {
  return text.trimStart().startsWith('{')
}

/**
 * What a place of the master key holds. A restore that was interrupted leaves the key of the vault it brings on a line
 * before the wrapped key of the one that was there.
 */
export function keyParts(text: string): { plain: string; wrapped: string | undefined } {
  if (isWrappedKey(text)) return { plain: '', wrapped: text }
  const at = text.indexOf('\n{')
  return at < 0 ? { plain: text, wrapped: undefined } : { plain: text.slice(0, at), wrapped: text.slice(at + 1) }
}

/** Reads what stands in the clear. Throws `wrapped_key_damaged`, naming `place`. */
export function wrappedKeyFacts(text: string, place: string): WrappedKeyFacts {
  const { created_at, master_key_id } = parse(text, place).header
  return { created_at, master_key_id }
}

/** Can wrap again without asking for the passphrase, as rotation must: what scrypt made of it, and how. */
export class WrappingKey {
  #key: Buffer | null
  readonly #params: ScryptParams

  private constructor(key: Buffer, params: ScryptParams) {
    this.#key = key
    this.#params = params
  }

  /** Under a new passphrase, with a salt of its own. Throws `passphrase_too_short`. */
  static async create(passphrase: string): Promise<WrappingKey> {
    assertPassphrase(passphrase)
    const params = newScryptParams()
    return new WrappingKey(await derivePassphraseKey(passphrase, params), params)
  }

  /**
   * Opens wrapped text: the key text inside, and the wrapping key to wrap another under the same passphrase.
   * Throws `wrapped_key_damaged` or `passphrase_wrong`.
   */
  static async open(text: string, passphrase: string, place: string): Promise<{ key: Buffer; wrapping: WrappingKey }> {
    const wrapped = parse(text, place)
    const wrapping = new WrappingKey(
      await derivePassphraseKey(passphrase, wrapped.header.scrypt),
      wrapped.header.scrypt,
    )
    try {
      return { key: wrapping.#unseal(wrapped), wrapping }
    } catch (cause) {
      wrapping.destroy()
      throw cause
    }
  }

  /** Wraps a key, or a ring as "new,old". Throws `MalformedKey` for anything else: it could never be opened again. */
  wrap(keyText: string, now: Date = new Date()): string {
    const ring = KeyRing.parse(keyText)
    const header: Header = {
      format: MARK,
      version: 1,
      created_at: now.toISOString(),
      master_key_id: ring.currentId,
      scrypt: this.#params,
      nonce: randomBytes(12).toString('hex'),
    }
    ring.destroy()
    const cipher = createCipheriv('aes-256-gcm', this.#liveKey(), Buffer.from(header.nonce, 'hex'))
    cipher.setAAD(authenticated(header))
    const sealed = Buffer.concat([cipher.update(keyText, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('hex')
    return JSON.stringify({ header, sealed, checksum: checksumOf(header, sealed) })
  }

  /**
   * Opens text that was wrapped again under the same passphrase, as another process does when it rotates; the caller
   * zeroes the Buffer. Throws `passphrase_wrong` where the passphrase was changed meanwhile.
   */
  unwrap(text: string, place: string): Buffer {
    return this.#unseal(parse(text, place))
  }

  /** Zeroes it. Every later use throws `KeyDestroyed`. */
  destroy(): void {
    this.#key?.fill(0)
    this.#key = null
  }

  #liveKey(): Buffer {
    if (this.#key === null) throw new KeyDestroyed()
    return this.#key
  }

  #unseal({ header, sealed }: z.infer<typeof Wrapped>): Buffer {
    const bytes = Buffer.from(sealed, 'hex')
    const decipher = createDecipheriv('aes-256-gcm', this.#liveKey(), Buffer.from(header.nonce, 'hex'))
    decipher.setAAD(authenticated(header))
    decipher.setAuthTag(bytes.subarray(-16))
    const key = decipher.update(bytes.subarray(0, -16))
    try {
      decipher.final()
    } catch (cause) {
      key.fill(0)
      throw appError('passphrase_wrong', undefined, { cause })
    }
    return key
  }
}

function parse(text: string, place: string): z.infer<typeof Wrapped> {
  try {
    const wrapped = Wrapped.parse(JSON.parse(text))
    if (checksumOf(wrapped.header, wrapped.sealed) !== wrapped.checksum) throw new Error('its checksum does not match')
    return wrapped
  } catch (cause) {
    throw appError('wrapped_key_damaged', { place }, { cause })
  }
}

/** The fields in the order of the schema, whatever their order in the file. */
function authenticated(header: Header): Buffer {
  return Buffer.from(JSON.stringify(Header.parse(header)))
}

function checksumOf(header: Header, sealed: string): string {
  return createHash('sha256').update(authenticated(header)).update('\n').update(sealed).digest('hex')
}
