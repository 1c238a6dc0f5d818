// What a model costs: by the catalog's own price, else by the maintained list, which is large and loaded at the first need.
import type { Provider as PricedProvider, Usage } from '@pydantic/genai-prices'
import type { CatalogPrice } from '../catalog/models-yaml.ts'

/** The price list's own names, where they differ from the shipped catalog's. */
const LISTED_AS: Readonly<Record<string, string>> = { xai: 'x-ai' }

export interface Priced {
  provider: string
  base_url: string | null
  /** A price of the catalog's own, which goes before all others. */
  price(model: string): CatalogPrice | undefined
}

/** What this usage of a model costs, in USD; null where no price is known. */
export type CostOf = (model: string | null, usage: Usage) => number | null

let loaded: Promise<typeof import('@pydantic/genai-prices')> | undefined

/** The list. Kept once it is loaded: to import it again costs a request more than to look a price up. */
export function priceList(): Promise<typeof import('@pydantic/genai-prices')> {
  return (loaded ??= import('@pydantic/genai-prices'))
}

/** What was found in the list, which stays as it is: to look for an address means to try some hundred patterns. */
const found = new Map<string, PricedProvider | undefined>()
const FOUND_MOST = 1_000

/** The list's own entry of a provider, by its address or its name. */
export async function listedProvider({
  provider,
  base_url,
}: Omit<Priced, 'price'>): Promise<PricedProvider | undefined> {
  const asked = `${provider} ${base_url}`
  if (found.has(asked)) return found.get(asked)
  const { findProvider } = await priceList()
  const byAddress = base_url === null ? undefined : findProvider({ providerApiUrl: base_url })
  const listed = byAddress ?? findProvider({ providerId: LISTED_AS[provider] ?? provider })
  if (found.size >= FOUND_MOST) found.clear()
  found.set(asked, listed)
  return listed
}

/** The prices of a provider's models. */
export async function pricesOf(priced: Priced): Promise<CostOf> {
  const { calcPrice } = await priceList()
  const listed = await listedProvider(priced)
  return (model, usage) => {
    if (model === null) return null
    const own = priced.price(model)
    if (own !== undefined) return costBy(own, usage)
    return listed === undefined ? null : (calcPrice(usage, model, { provider: listed })?.total_price ?? null)
  }
}

function costBy({ input, output, cached_input = input }: CatalogPrice, usage: Usage): number {
  const { input_tokens = 0, output_tokens = 0, cache_read_tokens = 0 } = usage
  return (
    ((input_tokens - cache_read_tokens) * input + cache_read_tokens * cached_input + output_tokens * output) / 1_000_000
  )
}
