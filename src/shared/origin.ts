/**
 * The origin an address stands for, `scheme://host[:port]` with a default port left out; null where there is no
 * address. Text that is no http(s) address stands for itself, so that it equals no origin and not "none" either.
 */
export function originOf(base_url: string | null): string | null {
  if (base_url === null) return null
  const url = URL.parse(base_url)
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url.origin : base_url
}
