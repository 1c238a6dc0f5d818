import type { UsageSums } from '../../shared/usage-schemas.ts'
import { strings } from '../strings.ts'
import { formatNumber } from '../words.ts'

const cents = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })

/** `$1,234.50`; what is there but rounds to nothing is `<$0.01`. */
export const money = (usd: number): string => (usd > 0 && usd < 0.005 ? '<$0.01' : `$${cents.format(usd)}`)

/** A cost that is not known is not zero; a sum is marked that has an estimate in it, or that something is missing from. */
export function costOf({ cost_usd, requests, estimated, unpriced, unmeasured }: UsageSums): string {
  if (requests > 0 && unpriced === requests)
    return unmeasured === requests ? strings.usage.unknown : strings.usage.noPrice
  return `${estimated > 0 ? '~' : ''}${money(cost_usd)}${unpriced > 0 ? '+' : ''}`
}

/** Why a cost is not the whole; undefined where it is. */
export const missingOf = ({ unpriced }: UsageSums): string | undefined =>
  unpriced === 0 ? undefined : strings.usage.missing(unpriced)

/** Of a number of tokens what a person reads: `812`, `41.6 M`. */
export function tokens(number: number): string {
  if (number < 10_000) return formatNumber(number)
  return number < 999_500 ? `${formatNumber(Math.round(number / 1000))} k` : `${(number / 1_000_000).toFixed(1)} M`
}

/** Tokens of a sum, marked where the answers of some requests did not say them: as estimated, or as missing. */
export const tokensOf = (sums: UsageSums, number: number): string =>
  sums.requests > 0 && sums.unmeasured === sums.requests
    ? strings.usage.unknown
    : `${sums.estimated > 0 ? '~' : ''}${tokens(number)}${sums.unmeasured > 0 ? '+' : ''}`
