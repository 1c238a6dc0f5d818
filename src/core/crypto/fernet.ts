// Fernet as https://github.com/fernet/spec has it: version 0x80 | timestamp (8) | iv (16) | AES-128-CBC | HMAC-SHA256.
// Whatever opens here opens in Python's cryptography.fernet too; the reverse holds for every token and key that is
// spelled canonically, which all that Fernet libraries make are.
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  type KeyObject,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'

const VERSION = 0x80
const IV_AT = 9
const CIPHERTEXT_AT = 25
const BLOCK = 16
const MAC_LENGTH = 32
/** Seconds a token may come from the future where a ttl is asked for; the same as Python's. */
const MAX_CLOCK_SKEW = 60

// 32 bytes are 42 characters, one that carries only four bits, and one '='. Quotes, spaces and line ends around them
// are what .env files and shells leave there, and Python passes over them. As in Python '+' and '/' stand for '-' and
// '_', since `openssl rand -base64 32` writes them. Python also passes over any junk inside and ignores stray bits at
// the end: there a typing error can go unseen, here it is refused.
const KEY_TEXT = /^[ \t\r\n"']*([\w+/-]{42}[AEIMQUYcgkosw048]=)[ \t\r\n"']*$/

/** The text is no Fernet key. Says what a key looks like, never what was given. */
export class MalformedKey extends Error {
  override name = 'MalformedKey'
  constructor() {
    super("The encryption key is malformed: it is 32 bytes in base64, 44 characters with '=' at the end.")
  }
}

/** The token was not made with this key, was changed, or is none: one error for all, so that it teaches nothing. */
export class InvalidToken extends Error {
  override name = 'InvalidToken'
  constructor() {
    super('The token cannot be decrypted: it was made with another key, or it is damaged.')
  }
}

/** The key was used after `destroy()`. */
export class KeyDestroyed extends Error {
  override name = 'KeyDestroyed'
  constructor() {
    super('The encryption key is no longer in memory: unlock the vault and try again.')
  }
}

/** Reads a key as Python and .env files spell it, quotes and line ends around it included. */
export function parseFernetKey(text: string): Buffer {
  const key = KEY_TEXT.exec(text)?.[1]
  if (key === undefined) throw new MalformedKey()
  // Its own memory: Buffer.from would put the key into the pool that other buffers share.
  const raw = Buffer.alloc(32)
  raw.write(key, 'base64url')
  return raw
}

/** A new random key, in the form that Python's `Fernet(key)` takes. */
export function generateFernetKey(): string {
  return toBase64Url(randomBytes(32))
}

/** When a token was made, in seconds since 1970; for a token that was opened. */
export function tokenTime(token: string): number {
  return Number(Buffer.from(token, 'base64url').readBigUInt64BE(1))
}

/** Encrypts and decrypts under one key. Times are in seconds since 1970, as in Python. */
export class Fernet {
  readonly #raw: Buffer
  // Key objects, made once, where Buffers could be zeroed: measured with Node 24, a Buffer given to createHmac or
  // createCipheriv costs four to five times as much as a key object (11 and 12 µs against 2.7 and 2.3). The price is one
  // native copy of the key beside the Buffer, which OpenSSL wipes when the object is collected; destroy() zeroes the
  // Buffer at once and gives the objects up.
  #keys: { signing: KeyObject; encryption: KeyObject } | null

  /** Takes the 32 bytes over: `destroy()` zeroes this very Buffer. */
  constructor(raw: Buffer) {
    if (raw.length !== 32) throw new MalformedKey()
    this.#raw = raw
    this.#keys = { signing: createSecretKey(raw.subarray(0, 16)), encryption: createSecretKey(raw.subarray(16)) }
  }

  /** Makes a token. `now` and `iv` are for test vectors. */
  encrypt(plaintext: Buffer, { now = unixNow(), iv = randomBytes(BLOCK) }: { now?: number; iv?: Buffer } = {}): string {
    const { signing, encryption } = this.#liveKeys()
    const cipher = createCipheriv('aes-128-cbc', encryption, iv)
    const head = cipher.update(plaintext)
    const tail = cipher.final()
    const macAt = CIPHERTEXT_AT + head.length + tail.length
    const token = Buffer.alloc(macAt + MAC_LENGTH)
    token[0] = VERSION
    token.writeBigUInt64BE(BigInt(now), 1)
    token.set(iv, IV_AT)
    token.set(head, CIPHERTEXT_AT)
    token.set(tail, CIPHERTEXT_AT + head.length)
    token.set(createHmac('sha256', signing).update(token.subarray(0, macAt)).digest(), macAt)
    return toBase64Url(token)
  }

  /**
   * Opens a token, or throws `InvalidToken`. Age is looked at only where `ttl` is given: a stored key opens whatever
   * the clock says.
   */
  decrypt(token: string, { ttl, now = unixNow() }: { ttl?: number; now?: number } = {}): Buffer {
    const { signing, encryption } = this.#liveKeys()
    const bytes = Buffer.from(token, 'base64url')
    const macAt = bytes.length - MAC_LENGTH
    const ciphertextLength = macAt - CIPHERTEXT_AT
    if (bytes[0] !== VERSION || ciphertextLength < BLOCK || ciphertextLength % BLOCK !== 0) throw new InvalidToken()
    // Node's decoder is lenient; what does not come back as it went in is not canonical.
    if (toBase64Url(bytes) !== token) throw new InvalidToken()
    const mac = createHmac('sha256', signing).update(bytes.subarray(0, macAt)).digest()
    if (!timingSafeEqual(mac, bytes.subarray(macAt))) throw new InvalidToken()

    if (ttl !== undefined) {
      const made = Number(bytes.readBigUInt64BE(1))
      if (made + ttl < now || now + MAX_CLOCK_SKEW < made) throw new InvalidToken()
    }
    const decipher = createDecipheriv('aes-128-cbc', encryption, bytes.subarray(IV_AT, CIPHERTEXT_AT))
    // Unpadded here, so that the plaintext is in one Buffer and the caller can zero all there is of it.
    const padded = decipher.setAutoPadding(false).update(bytes.subarray(CIPHERTEXT_AT, macAt))
    // Gives nothing, but frees the cipher's copy of the key now.
    decipher.final()
    return withoutPadding(padded)
  }

  /** Zeroes the key. Every later use throws `KeyDestroyed`. */
  destroy(): void {
    this.#raw.fill(0)
    this.#keys = null
  }

  #liveKeys(): { signing: KeyObject; encryption: KeyObject } {
    if (this.#keys === null) throw new KeyDestroyed()
    return this.#keys
  }
}

/** Takes PKCS #7 padding off. The MAC held, so a timing difference here tells an attacker nothing. */
function withoutPadding(padded: Buffer): Buffer {
  const count = padded.at(-1) ?? 0
  const plaintext = padded.subarray(0, padded.length - count)
  if (count < 1 || count > BLOCK) throw new InvalidToken()
  if (padded.subarray(padded.length - count).some((byte) => byte !== count)) throw new InvalidToken()
  return plaintext
}

function unixNow(): number {
  return Math.floor(Date.now() / 1000)
}

// Node leaves out the padding that Fernet demands.
function toBase64Url(bytes: Buffer): string {
  return bytes.toString('base64url') + '='.repeat((3 - (bytes.length % 3)) % 3)
}
