const MOST = 100

/** The nearest name that Latchkey allows for a provider: `Open AI (EU)` becomes `open-ai-eu`. */
export function slugOf(text: string): string {
  const slug = text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replaceAll(/^[^a-z0-9]+|-+$/g, '')
    .slice(0, MOST)
  return slug === '' ? 'provider' : slug
}

/** The same with a number behind it where the name is taken. */
export function freeSlug(text: string, taken: ReadonlySet<string>): string {
  const slug = slugOf(text)
  for (let n = 2, name = slug; ; n++) {
    if (!taken.has(name)) return name
    name = `${slug.slice(0, MOST - 1 - String(n).length)}-${n}`
  }
}
