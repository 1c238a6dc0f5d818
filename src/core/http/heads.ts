/** The headers that decide who may enter, each of which may stand only once. */
export interface Heads {
  host: string | undefined
  origin: string | undefined
  fetchSite: string | undefined
  fetchMode: string | undefined
  /** The different tokens that were shown; more than one is one too many. */
  credentials: readonly string[]
  /** The first watched header that came twice. */
  repeated: string | undefined
  /** What all headers together take on the wire. Node counts without what stands between them. */
  bytes: number
}

/**
 * Reads the raw headers once. Node's own `headers` keeps the first of two Hosts or Authorizations and hides the second,
 * so a front door that trusts it can be shown one thing while something behind it reads another.
 */
export function readHeads(rawHeaders: readonly string[]): Heads {
  const heads = {
    host: undefined as string | undefined,
    origin: undefined as string | undefined,
    fetchSite: undefined as string | undefined,
    fetchMode: undefined as string | undefined,
    credentials: [] as string[],
    repeated: undefined as string | undefined,
    bytes: 0,
  }
  let seen = 0
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]?.toLowerCase() ?? ''
    const value = rawHeaders[i + 1] ?? ''
    heads.bytes += name.length + value.length + 4
    const bit = WATCHED[name]
    if (bit === undefined) continue
    if ((seen & bit) !== 0) heads.repeated ??= name
    seen |= bit
    if (bit === HOST) heads.host = value
    else if (bit === ORIGIN) heads.origin = value
    else if (bit === SITE) heads.fetchSite = value
    else if (bit === MODE) heads.fetchMode = value
    else if ((bit & CREDENTIALS) !== 0) note(heads.credentials, bit === AUTHORIZATION ? bearer(value) : value)
  }
  return heads
}

const HOST = 1
const ORIGIN = 2
const SITE = 4
const MODE = 8
const AUTHORIZATION = 16
const CREDENTIALS = 16 | 32 | 64 | 128

const WATCHED: Readonly<Record<string, number>> = Object.assign(Object.create(null) as Record<string, number>, {
  host: HOST,
  origin: ORIGIN,
  'sec-fetch-site': SITE,
  'sec-fetch-mode': MODE,
  authorization: AUTHORIZATION,
  'x-api-key': 32,
  'x-goog-api-key': 64,
  'api-key': 128,
  'content-type': 256,
  'content-encoding': 512,
  expect: 1024,
})

/** An empty header shows nothing; the same token in several headers is one. */
function note(credentials: string[], value: string): void {
  if (value !== '' && !credentials.includes(value)) credentials.push(value)
}

/** The token of `Bearer TOKEN`; anything else stays as it is and is no valid token, since it has a space in it. */
function bearer(value: string): string {
  return /^bearer +/i.test(value) ? value.slice(7).trimStart() : `${value} `
}
