import type { Command } from 'commander'
import type { LimitName, Limits } from '../shared/limit-schemas.ts'
import { usd } from '../shared/usd.ts'
import { UsageError } from './refusals.ts'

export interface LimitOptions {
  rpm?: string
  tpm?: string
  spendPerDay?: string
  spendPerMonth?: string
}

/** Adds the options of what may be used at most. */
export function withLimitOptions(command: Command): Command {
  return command
    .option('--rpm <number>', 'how many requests a minute')
    .option('--tpm <number>', 'how many tokens a minute, input and output together')
    .option('--spend-per-day <usd>', 'how much a day, in US dollars')
    .option('--spend-per-month <usd>', 'how much a month, in US dollars')
}

/** The limits that were given; the word `unlimited` lifts one. */
export function limitsIn(given: LimitOptions): Partial<Record<LimitName, number | 'unlimited'>> {
  const limits: Partial<Record<LimitName, number | 'unlimited'>> = {}
  if (given.rpm !== undefined) limits.requests_per_minute = wholeNumber('--rpm', given.rpm)
  if (given.tpm !== undefined) limits.tokens_per_minute = wholeNumber('--tpm', given.tpm)
  if (given.spendPerDay !== undefined) limits.spend_per_day = amount('--spend-per-day', given.spendPerDay)
  if (given.spendPerMonth !== undefined) limits.spend_per_month = amount('--spend-per-month', given.spendPerMonth)
  return limits
}

function wholeNumber(option: string, text: string): number | 'unlimited' {
  if (text === 'unlimited') return text
  if (/^\d{1,10}$/.test(text)) return Number(text)
  throw new UsageError(`${option} takes a whole number, or the word unlimited`, `For example: ${option} 60`)
}

function amount(option: string, text: string): number | 'unlimited' {
  if (text === 'unlimited') return text
  if (/^\$?\d{1,9}(?:\.\d{1,6})?$/.test(text)) return Number(text.replace('$', ''))
  throw new UsageError(`${option} takes US dollars, or the word unlimited`, `For example: ${option} 5.00`)
}

/** Limits in a word each, and `-` where there are none. */
export function limitsInWords({
  requests_per_minute,
  tokens_per_minute,
  spend_per_day,
  spend_per_month,
}: Limits): string {
  const words = [
    requests_per_minute === null ? [] : `${requests_per_minute} req/min`,
    tokens_per_minute === null ? [] : `${tokens_per_minute} tok/min`,
    spend_per_day === null ? [] : `${usd(spend_per_day)}/day`,
    spend_per_month === null ? [] : `${usd(spend_per_month)}/month`,
  ].flat()
  return words.length === 0 ? '-' : words.join(', ')
}
