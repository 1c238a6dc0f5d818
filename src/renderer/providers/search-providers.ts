import type { Provider } from '../../shared/schemas.ts'
import type { KeyFilter } from '../state/window.ts'
import { hasKey } from './has-key.ts'
import { hostOf } from '../words.ts'

// Made once per provider and dropped with it: typing then only compares.
const haystacks = new WeakMap<Provider, string>()

/** All that a search looks through, in lower case: names, host, models. */
export function haystackOf(provider: Provider): string {
  let haystack = haystacks.get(provider)
  if (haystack === undefined) {
    const models = provider.models.flatMap((model) => [model.name, model.display_name])
    const parts = [provider.display_name, provider.name, hostOf(provider.base_url) ?? '', ...models]
    // A line break between the parts: no query reaches over it.
    haystack = parts.join('\n').toLowerCase()
    haystacks.set(provider, haystack)
  }
  return haystack
}

/** Providers that hold every word of the query and pass the filter, keyed ones first, else in the API's order. */
export function searchProviders(list: readonly Provider[], query: string, filter: KeyFilter): Provider[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const found = list.filter(
    (provider) =>
      (filter === 'all' || hasKey(provider) === (filter === 'with_key')) &&
      words.every((word) => haystackOf(provider).includes(word)),
  )
  return [...found.filter(hasKey), ...found.filter((provider) => !hasKey(provider))]
}
