// A token is what a tool shows in place of a key. Only its SHA-256 is ever kept: with 256 random bits there is
// nothing to guess, so a slow hash would only slow the listener down.
import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import { appError } from '../../shared/errors.ts'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const SHAPE = /^(lk_[0-9A-Za-z]{4}_[0-9A-Za-z]{43})_([0-9A-Za-z]{4})$/
// Visible ASCII: what a header carries unchanged. 24 characters is the least DESIGN.md allows an owner's own token.
const CREDENTIAL = /^[\x21-\x7e]{24,512}$/

/** A fresh token `lk_<4>_<43>_<4>`: a name to show in lists, 256 random bits, a checksum against slips of the hand. */
export function newToken(): string {
  const body = `lk_${randomBase62(4)}_${randomBase62(43)}`
  return `${body}_${checksum(body)}`
}

/** True for a text made by `newToken`; a mistyped or shortened one is not. */
export function looksLikeToken(text: string): boolean {
  const [, body, end] = SHAPE.exec(text) ?? []
  return body !== undefined && checksum(body) === end
}

/** True for what can be a token at all: asked before anything is looked up. */
export function isCredential(text: string): boolean {
  return CREDENTIAL.test(text)
}

/** Refuses a token of the owner's own (`LATCHKEY_TOKEN`) that is too short or that a header cannot carry. */
export function checkOwnToken(text: string): void {
  if (isCredential(text)) return
  throw appError('setting_invalid', {
    what: 'LATCHKEY_TOKEN must be 24 to 512 letters, digits and signs, without spaces',
  })
}

/** The SHA-256 of a token: the only form that is kept. */
export function hashToken(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}

/** What is kept of a token that `newToken` made: a name to show in lists, and its hash. */
export function kept(token: string): { prefix: string; sha256: Buffer } {
  return { prefix: token.slice(0, 7), sha256: hashToken(token) }
}

/** Compares two digests in constant time. */
export function sameHash(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}

/** `length` characters, each with the same chance: bytes from 248 up are drawn again. */
export function randomBase62(length: number): string {
  let text = ''
  while (text.length < length) {
    for (const byte of randomBytes(length)) {
      if (byte < 248 && text.length < length) text += ALPHABET.charAt(byte % 62)
    }
  }
  return text
}

function checksum(body: string): string {
  // Not imported: a start would load all of zlib for it.
  let rest = process.getBuiltinModule('node:zlib').crc32(body)
  let text = ''
  for (let place = 0; place < 4; place++) {
    text = ALPHABET.charAt(rest % 62) + text
    rest = Math.floor(rest / 62)
  }
  return text
}
