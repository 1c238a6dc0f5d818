import type { Provider } from '../../shared/schemas.ts'

type Prefixed = Pick<Provider, 'id' | 'key_prefixes'>

/** A key that looks like another provider's, and the beginning that says so. */
export interface ForeignKey<P extends Prefixed = Provider> {
  provider: P
  prefix: string
}

/**
 * Finds whose key `value` looks like, where that is not `own`. The longest beginning decides, since `sk-` is also how
 * `sk-ant-` begins. A provider that names no beginnings of its own is asked about only where the beginning is one
 * vendor's alone: servers that speak OpenAI's API hand out `sk-` keys too.
 */
export function findForeignKey<P extends Prefixed>(
  value: string,
  own: Prefixed | null,
  all: readonly P[],
): ForeignKey<P> | undefined {
  const ownLength = longest(value, own?.key_prefixes ?? [])?.length ?? 0
  let best: ForeignKey<P> | undefined
  for (const provider of all) {
    const prefix = provider.id === own?.id ? undefined : longest(value, provider.key_prefixes)
    if (prefix !== undefined && prefix.length > (best?.prefix.length ?? ownLength)) best = { provider, prefix }
  }
  if (best === undefined || (own !== null && own.key_prefixes.length > 0)) return best
  const { prefix } = best
  const isShared = all.some(({ key_prefixes }) =>
    key_prefixes.some((other) => other !== prefix && other.startsWith(prefix)),
  )
  return isShared ? undefined : best
}

function longest(value: string, prefixes: readonly string[]): string | undefined {
  let found: string | undefined
  for (const prefix of prefixes) {
    if (value.startsWith(prefix) && prefix.length > (found?.length ?? 0)) found = prefix
  }
  return found
}
