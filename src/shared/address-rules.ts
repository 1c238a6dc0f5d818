// Which addresses a key may be stored for. The same rules stand in the form, in REST and in the catalog;
// what a name resolves to is checked again when the connection is made.
const ABSOLUTE = 'Write an absolute http or https address, for example https://api.example.com/v1.'
const PARTS = 'Leave out user name, query and fragment.'
const PLAIN_HTTP = 'Plain http is allowed only to this machine and private networks.'
const LINK_LOCAL = 'Link-local and cloud metadata addresses are not allowed: a key has nothing to do there.'

/** The sentence that says why a base URL is refused, or undefined where it is fine. */
export function addressProblem(value: string): string | undefined {
  if (value.length > 500) return 'An address has at most 500 characters.'
  // WHATWG parsing silently mends these; a person should see what is really stored.
  if (/[\p{Cc}\s\\]/u.test(value)) return 'An address has no backslash, spaces or control characters.'
  if (!/^https?:\/\/[^/]/i.test(value)) return ABSOLUTE
  let url: URL
  try {
    url = new URL(value)
  } catch {
    return ABSOLUTE
  }
  if (url.username !== '' || url.password !== '' || /[@?#]/.test(value)) return PARTS
  const host = hostOf(url)
  if (isLinkLocal(host)) return LINK_LOCAL
  if (url.protocol === 'http:' && !isNearby(host)) return PLAIN_HTTP
  return undefined
}

/** Link-local and metadata hosts, by name or literal address (RFC 3927, RFC 4291). Also asked of resolved addresses. */
export function isLinkLocal(host: string): boolean {
  if (/^metadata(\.google(\.internal)?)?$/.test(host) || host === 'instance-data') return true
  if (host === 'fd00:ec2::254' || host === '100.100.100.200') return true
  return ipv4Of(host)?.startsWith('169.254.') === true || /^fe[89ab][0-9a-f]:/.test(host)
}

/** Loopback, private range, single-label or .local: the hosts plain http may go to (RFC 1918, RFC 4193, RFC 6762). */
function isNearby(host: string): boolean {
  if (host === 'localhost' || host.endsWith('.localhost') || host.endsWith('.local')) return true
  const ipv4 = ipv4Of(host)
  if (ipv4 !== undefined) {
    const [a = 0, b = 0] = ipv4.split('.').map(Number)
    return a === 127 || a === 10 || (a === 172 && b >= 16 && b <= 31) || (a === 192 && b === 168)
  }
  if (host.includes(':')) return host === '::1' || /^f[cd][0-9a-f]{2}:/.test(host)
  return !host.includes('.')
}

/** The dotted form of an IPv4 host, also where it hides in an IPv6 literal (`::ffff:a9fe:a9fe`). */
function ipv4Of(host: string): string | undefined {
  if (/^\d+\.\d+\.\d+\.\d+$/.test(host)) return host
  const mapped = /^::(?:ffff:)?([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(host)
  if (mapped === null) return undefined
  const [high, low] = [parseInt(mapped[1] ?? '0', 16), parseInt(mapped[2] ?? '0', 16)]
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

/** Lower case, without the brackets of IPv6 and the dot that ends a full name. */
function hostOf(url: URL): string {
  return url.hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
}
