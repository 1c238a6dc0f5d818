import { strikeOut } from '../log.ts'

const REDACTED = '[redacted]'
/** Shorter pieces of a key tell nothing and stand in any text. */
const PIECE = 6

/** A provider's text without the key: whole, in pieces, and as providers abbreviate it (`sk-a***YZ`). */
export function redact(text: string, key: Buffer): string {
  const secret = key.toString('utf8')
  let clean = ''
  for (let at = 0; at < text.length;) {
    const length = sharedFrom(text, at, secret)
    clean += length === 0 ? text.charAt(at) : REDACTED
    at += Math.max(1, length)
  }
  return strikeOut(clean.replaceAll(/[^\s"'`:,(){}[\]]*\*{2,}[^\s"'`:,(){}[\]]*/g, REDACTED))
}

/** How many characters from `at` are a piece of the key; 0 where they are fewer than a piece. */
function sharedFrom(text: string, at: number, secret: string): number {
  if (!secret.includes(text.slice(at, at + PIECE)) || at + PIECE > text.length) return 0
  let length = PIECE
  while (at + length < text.length && secret.includes(text.slice(at, at + length + 1))) length += 1
  return length
}
