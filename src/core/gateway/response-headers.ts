const DROPPED: ReadonlySet<string> = new Set([
  // Of the connection to the provider.
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  // The listener has no cookies, and what a provider says of its own site does not hold for it.
  'set-cookie',
  'set-cookie2',
  'alt-svc',
  'strict-transport-security',
  'clear-site-data',
])

/** The headers of an answer that are passed on, as name, value, name, value. */
export function passedHeaders(raw: readonly string[]): string[] {
  const listed = new Set<string>()
  for (let i = 0; i + 1 < raw.length; i += 2) {
    if (raw[i]?.toLowerCase() !== 'connection') continue
    for (const one of (raw[i + 1] ?? '').split(',')) listed.add(one.trim().toLowerCase())
  }
  const headers: string[] = []
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? ''
    const lower = name.toLowerCase()
    // No page may read an answer, whatever the provider allows.
    if (DROPPED.has(lower) || lower.startsWith('access-control-') || listed.has(lower)) continue
    headers.push(name, raw[i + 1] ?? '')
  }
  return headers
}

/** The value of a header in a list of names and values; several are joined as HTTP joins them. */
export function headerOf(headers: readonly string[], name: string): string | undefined {
  const values: string[] = []
  for (let i = 0; i + 1 < headers.length; i += 2) {
    if (headers[i]?.toLowerCase() === name) values.push(headers[i + 1] ?? '')
  }
  return values.length === 0 ? undefined : values.join(', ')
}
