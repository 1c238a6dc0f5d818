import { appError } from '../../shared/errors.ts'
import type { Limits } from '../../shared/limit-schemas.ts'
import type { CatalogInUse } from '../catalog/catalog-in-use.ts'
import type { CatalogPrice } from '../catalog/models-yaml.ts'
import { textBytes, tokensIn } from './estimate.ts'
import type { Use } from './ports.ts'
import { pricesOf } from './price-list.ts'
import type { Metering } from './running-use.ts'

/** Limits of a token or a provider, and how a sentence calls it. */
export interface Limited {
  whose: string
  limits: Limits
}

export const limitsSpend = ({ limits }: Limited): boolean =>
  limits.spend_per_day !== null || limits.spend_per_month !== null

/** The prices that the owner's catalog gives; none where it cannot be read, which is said elsewhere. */
export async function catalogPrices(
  catalog: Pick<CatalogInUse, 'load'>,
): Promise<(provider: string, model: string) => CatalogPrice | undefined> {
  const loaded = await catalog.load().catch(() => undefined)
  return (provider, model) =>
    loaded?.providers.find(({ name }) => name === provider)?.models.find(({ name }) => name === model)?.price
}

/**
 * What a use will be measured by while it runs; undefined where no limit needs that. Throws where a limit in money holds
 * and nobody knows what the use costs: an unknown price is not 0.
 */
export async function meteringOf(
  use: Use,
  limited: readonly Limited[],
  catalog: Pick<CatalogInUse, 'load'>,
): Promise<Metering | undefined> {
  const bySpend = limited.find(limitsSpend)
  if (bySpend === undefined && limited.every(({ limits }) => limits.tokens_per_minute === null)) return undefined
  const { provider, base_url, model, body } = use
  const price = await catalogPrices(catalog)
  const costOf = await pricesOf({ provider, base_url, price: (name) => price(provider, name) })
  const input_tokens = tokensIn(body.held === undefined ? body.size() : textBytes(body.held))
  const input_cost = costOf(model, { input_tokens })
  const withOutput = costOf(model, { input_tokens, output_tokens: SAMPLE })
  if (input_cost === null || withOutput === null) {
    if (bySpend === undefined) return { input_tokens, input_cost: null, cost_per_output_token: 0 }
    throw appError('price_unknown', { whose: bySpend.whose, model: model === null ? null : `${provider}/${model}` })
  }
  return { input_tokens, input_cost, cost_per_output_token: (withOutput - input_cost) / SAMPLE }
}

/** Large enough for a price of one token to be exact. */
const SAMPLE = 1_000
