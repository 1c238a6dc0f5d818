// What goes up is what the caller sent, less everything that was meant for Latchkey, for this connection or for a
// proxy on the way. Unknown headers pass: `anthropic-beta` and its like are open lists.
import type { Auth } from '../../shared/schemas.ts'

const DROPPED: ReadonlySet<string> = new Set([
  // Credentials of the caller.
  'authorization',
  'x-api-key',
  'x-goog-api-key',
  'api-key',
  'cookie',
  'cookie2',
  // Of this connection (RFC 9110, 7.6.1), and what the connection to the provider says for itself.
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'expect',
  'host',
  'content-length',
  'accept-encoding',
  // Where the request came from, or should go by the word of whoever sent it.
  'forwarded',
  'via',
  'x-real-ip',
  'x-portkey-custom-host',
  'origin',
  'referer',
])
const DROPPED_FAMILY = /^(?:proxy-|x-forwarded-|sec-)/

const CREDENTIALS: ReadonlySet<string> = new Set(['authorization', 'x-api-key', 'x-goog-api-key', 'api-key'])

/** The headers for the provider, as name, value, name, value, still without a key. */
export function forwardedHeaders(rawHeaders: readonly string[]): string[] {
  const listed = new Set<string>()
  const tokens: string[] = []
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]?.toLowerCase() ?? ''
    const value = rawHeaders[i + 1] ?? ''
    // A header named by Connection belongs to the connection. It may name one that we set: those are set afterwards.
    if (name === 'connection') for (const one of value.split(',')) listed.add(one.trim().toLowerCase())
    else if (CREDENTIALS.has(name) && value.length > 8) tokens.push(value.replace(/^bearer +/i, '').trim())
  }
  // Answers are scanned for the key, which an encoding would hide.
  const headers = ['accept-encoding', 'identity']
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]?.toLowerCase() ?? ''
    const value = rawHeaders[i + 1] ?? ''
    if (DROPPED.has(name) || DROPPED_FAMILY.test(name) || listed.has(name)) continue
    // Some clients repeat their token in a header of their own choosing.
    if (tokens.some((token) => token !== '' && value.includes(token))) continue
    headers.push(name, value)
  }
  return headers
}

/** The one header that carries a key. Its bytes become a text here and nowhere else. */
export function keyHeader(auth: Auth, key: Buffer): [string, string] {
  const text = key.toString('latin1')
  return auth === 'bearer' ? ['authorization', `Bearer ${text}`] : [auth, text]
}
