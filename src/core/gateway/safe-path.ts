// A path is passed on as it was sent, so it must mean the same to every parser: no dot segments, no empty ones, nothing
// encoded that could become either, no character that ends a path or begins something else.
import { appError } from '../../shared/errors.ts'

const SEGMENTS = /^(?:\/(?:[A-Za-z0-9._~!$&'()*+,=:-]|%[0-9A-Fa-f]{2})+)+$/
// Decoded: what a second decoding, a proxy or a file system would read differently.
// eslint-disable-next-line no-control-regex
const HAZARD = /[^\x21-\x7e]|[\\%;?#]/

/** Throws `request_malformed` for a path that two parsers could take for different ones. */
export function checkPath(path: string): void {
  if (!SEGMENTS.test(path)) throw malformed()
  const [, first = ''] = path.split('/', 2)
  // `/http:evil.example` is a URL to those who resolve it against a base.
  if (first.includes(':')) throw malformed()
  if (!path.includes('%') && !path.includes('/.')) return
  const decoded = decodedPath(path)
  if (HAZARD.test(decoded)) throw malformed()
  // A model's name may have an encoded slash in it; what it parts must be as sound as other segments.
  for (const piece of decoded.slice(1).split('/')) {
    if (piece === '' || piece === '.' || piece === '..') throw malformed()
  }
}

function decodedPath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    throw malformed()
  }
}

function malformed() {
  return appError('request_malformed', {
    what: 'The path is not a plain one: it has dot segments, empty segments or characters that are not allowed',
  })
}
