// From a passphrase to a key. What is made is remembered with its parameters, so that a later Latchkey can ask more of
// new files and still open old ones.
import { randomBytes, scrypt } from 'node:crypto'
import { z } from 'zod'
import { appError } from '../../shared/errors.ts'

/** Characters that a new passphrase has at least. */
const LEAST = 8

/** How a key was made of a passphrase. Less than this was never written; far more would only exhaust the machine. */
export const ScryptParams = z.strictObject({
  n: z.literal([2 ** 17, 2 ** 18, 2 ** 19]),
  r: z.int().min(8).max(16),
  p: z.int().min(1).max(4),
  /** 16 random bytes, as hex. */
  salt: z.string().regex(/^[0-9a-f]{32}$/),
})
export type ScryptParams = z.infer<typeof ScryptParams>

/** The parameters of this version, with a fresh salt. A third of a second and 128 MiB on the machine it was chosen on. */
export function newScryptParams(): ScryptParams {
  return { n: 2 ** 17, r: 8, p: 1, salt: randomBytes(16).toString('hex') }
}

/** Refuses a passphrase that is too short to be worth its name; asked where one is set, never where one is tried. */
export function assertPassphrase(passphrase: string): void {
  if (Array.from(passphrase).length < LEAST) throw appError('passphrase_too_short', { least: LEAST })
}

/** 32 bytes that only the passphrase gives, off the event loop. The caller zeroes them. */
export function derivePassphraseKey(passphrase: string, { n, r, p, salt }: ScryptParams): Promise<Buffer> {
  // One spelling for what looks the same: keyboards write an accented letter in one part or two.
  const secret = Buffer.from(passphrase.normalize('NFC'))
  return new Promise((resolve, reject) => {
    // Node's own bound, 32 MiB, is less than these parameters need.
    const options = { N: n, r, p, maxmem: 2 * 128 * n * r }
    scrypt(secret, Buffer.from(salt, 'hex'), 32, options, (error, key) => {
      secret.fill(0)
      if (error === null) resolve(key)
      else reject(error)
    })
  })
}
