// What a request takes where nobody says it. An estimate is better than nothing for a limit, and is marked as one.
import type { Use } from './ports.ts'

/** The rule of thumb of the vendors for English text: https://help.openai.com/en/articles/4936856 */
const BYTES_A_TOKEN = 4

export function tokensIn(bytes: number): number {
  return Math.ceil(bytes / BYTES_A_TOKEN)
}

/** Base64 of this length or more is an image, a recording or a file, and no text. */
const LONG_RUN = 1_024
/** What such a thing counts for, since its tokens have little to do with its size. */
const RUN_COUNTS = 6_000

/** The bytes of a body that count as text. */
export function textBytes(body: Buffer): number {
  let total = body.length
  let run = 0
  for (let at = 0; at <= body.length; at++) {
    if (at < body.length && isBase64(body[at] ?? 0)) {
      run += 1
      continue
    }
    if (run >= LONG_RUN) total += Math.min(run, RUN_COUNTS) - run
    run = 0
  }
  return total
}

function isBase64(byte: number): boolean {
  return (
    (byte >= 0x61 && byte <= 0x7a) ||
    (byte >= 0x41 && byte <= 0x5a) ||
    (byte >= 0x2f && byte <= 0x39) ||
    byte === 0x2b ||
    byte === 0x2d ||
    byte === 0x5f ||
    byte === 0x3d
  )
}

/** Paths that no provider charges for. */
const FREE: ReadonlySet<string> = new Set([
  '/responses/input_tokens',
  '/responses/{id}/cancel',
  '/moderations',
  '/v1/messages/count_tokens',
  ':countTokens',
  '/interactions/{id}/cancel',
])

/** Whether a use is charged by tokens at all: lists, and what only looks at something made before, are not. */
export function isFree({ scope, method, route }: Pick<Use, 'scope' | 'method' | 'route'>): boolean {
  return scope === 'models' || method !== 'POST' || FREE.has(route)
}
