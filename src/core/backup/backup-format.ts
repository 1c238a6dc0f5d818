// A portable backup: one file that opens alone, with its passphrase, on any machine.
//
//   "LKBACKUP" | length of the header (4 bytes, big-endian) | header, JSON | sealed master key | sealed vault.db
//
// Both sealed parts are AES-256-GCM under the key that scrypt makes of the passphrase, each under a nonce of its own.
// The first authenticates all that stands before it, the second that and the first: no byte of the file is free.
import { createCipheriv, createDecipheriv, randomBytes, type CipherGCM, type DecipherGCM } from 'node:crypto'
import { z } from 'zod'
import { ScryptParams } from '../crypto/passphrase-key.ts'

export const MAGIC = Buffer.from('LKBACKUP')
export const TAG_LENGTH = 16
const LENGTH_AT = MAGIC.length
const HEADER_AT = LENGTH_AT + 4
const MOST_HEADER = 4096

const Nonce = z.string().regex(/^[0-9a-f]{24}$/)

const Header = z.strictObject({
  version: z.literal(1),
  made_at: z.iso.datetime(),
  /** The Latchkey that made it. */
  latchkey: z.string(),
  /** The id of the master key inside, as `status` shows it. */
  master_key_id: z.string(),
  scrypt: ScryptParams,
  key_nonce: Nonce,
  vault_nonce: Nonce,
  /** Length of the sealed master key, its tag included. */
  key_length: z
    .int()
    .min(TAG_LENGTH + 1)
    .max(1024),
})
export type BackupHeader = z.infer<typeof Header>

/** What a backup tells anyone; believed only once it is opened. */
export type BackupFacts = Pick<BackupHeader, 'made_at' | 'latchkey' | 'master_key_id'>

/** The start of the file and the two ciphers, for writing. */
export function beginBackup(
  facts: BackupFacts,
  { key, params }: { key: Buffer; params: ScryptParams },
  masterKey: Buffer,
): { head: Buffer; vault: CipherGCM } {
  const header: BackupHeader = {
    version: 1,
    ...facts,
    scrypt: params,
    key_nonce: randomBytes(12).toString('hex'),
    vault_nonce: randomBytes(12).toString('hex'),
    key_length: masterKey.length + TAG_LENGTH,
  }
  const text = Buffer.from(JSON.stringify(header))
  const length = Buffer.alloc(4)
  length.writeUInt32BE(text.length)
  const start = Buffer.concat([MAGIC, length, text])
  const sealing = createCipheriv('aes-256-gcm', key, Buffer.from(header.key_nonce, 'hex')).setAAD(start)
  const sealed = Buffer.concat([sealing.update(masterKey), sealing.final(), sealing.getAuthTag()])
  const head = Buffer.concat([start, sealed])
  return { head, vault: createCipheriv('aes-256-gcm', key, Buffer.from(header.vault_nonce, 'hex')).setAAD(head) }
}

/** Reads the header of a file's first bytes; undefined where there is none that this version knows. */
export function readHeader(bytes: Buffer): { header: BackupHeader; keyAt: number } | undefined {
  if (bytes.length < HEADER_AT || !bytes.subarray(0, LENGTH_AT).equals(MAGIC)) return undefined
  const length = bytes.readUInt32BE(LENGTH_AT)
  const keyAt = HEADER_AT + length
  if (length > MOST_HEADER || bytes.length < keyAt) return undefined
  try {
    const header = Header.parse(JSON.parse(bytes.toString('utf8', HEADER_AT, keyAt)))
    return { header, keyAt }
  } catch {
    // Which part of it is wrong would help only whoever forges one.
    return undefined
  }
}

/** Something in the file is not as it was written, or the key is not the one it was written under. */
export class BrokenBackup extends Error {
  override name = 'BrokenBackup'
}

/** Opens the master key, which proves passphrase and header; then the vault can be read. Throws `BrokenBackup`. */
export function openSealed(
  bytes: Buffer,
  { header, keyAt }: { header: BackupHeader; keyAt: number },
  key: Buffer,
): { masterKey: Buffer; vaultAt: number; vault: DecipherGCM } {
  const vaultAt = keyAt + header.key_length
  if (bytes.length < vaultAt) throw new BrokenBackup()
  const sealed = bytes.subarray(keyAt, vaultAt)
  const opening = createDecipheriv('aes-256-gcm', key, Buffer.from(header.key_nonce, 'hex'))
  opening.setAAD(bytes.subarray(0, keyAt)).setAuthTag(sealed.subarray(-TAG_LENGTH))
  const masterKey = opening.update(sealed.subarray(0, -TAG_LENGTH))
  authenticate(opening, masterKey)
  const vault = createDecipheriv('aes-256-gcm', key, Buffer.from(header.vault_nonce, 'hex'))
  return { masterKey, vaultAt, vault: vault.setAAD(bytes.subarray(0, vaultAt)) }
}

/** Throws `BrokenBackup` where the tag does not fit, after zeroing what was decrypted for nothing. */
export function authenticate(decipher: DecipherGCM, ...plaintexts: Buffer[]): void {
  try {
    decipher.final()
  } catch (cause) {
    for (const plaintext of plaintexts) plaintext.fill(0)
    throw new BrokenBackup('', { cause })
  }
}

/** As many bytes as the start of any backup needs. */
export const LONGEST_START = HEADER_AT + MOST_HEADER + 1024
