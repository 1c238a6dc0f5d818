// What a provider says a request used, and what that costs.
import type { Provider as PricedProvider, Usage } from '@pydantic/genai-prices'
import type { Dialect } from '../../shared/schemas.ts'
import { listedProvider, priceList, pricesOf, type Priced } from './price-list.ts'

export interface MeasuredUse {
  /** As the provider calls it, where it says so. */
  model: string | null
  input_tokens: number
  output_tokens: number
  /** Of the input. */
  cached_tokens: number
  /** In USD; null where no price is known. */
  cost: number | null
}

export interface Answered extends Priced {
  dialect: Dialect
  /** As it was asked for; null where the request was not read. */
  model: string | null
  /** From `UsageTap.take`. */
  texts: readonly string[]
}

/** Reads the usage out of an answer; undefined where it says none, or none that can be understood. */
export async function readUsage(answered: Answered): Promise<MeasuredUse | undefined> {
  const { dialect, texts } = answered
  if (texts.length === 0) return undefined
  const prices = await priceList()
  const known = await listedProvider(answered)
  const vendor = prices.findProvider({ providerId: dialect })
  const found = documentOf(dialect, texts)
  if (vendor === undefined || found === undefined) return undefined
  const { document, flavor } = found
  // Some count within OpenAI's dialect in their own way: xAI's reasoning comes on top of the answer.
  const counts = dialect === 'openai' && has(known, flavor) ? known : vendor
  let usage: Usage
  let said: string | null
  try {
    ;({ usage, model: said } = prices.extractUsage(counts ?? vendor, document, flavor))
  } catch {
    // Fields that this dialect needs are missing: nothing is known, and nothing is guessed.
    return undefined
  }
  const model = answered.model ?? said
  const input_tokens = usage['input_tokens'] ?? 0
  const output_tokens = usage['output_tokens'] ?? 0
  const cached_tokens = usage['cache_read_tokens'] ?? 0
  const cost = (await pricesOf(answered))(model, usage)
  return { model, input_tokens, output_tokens, cached_tokens, cost }
}

function has(provider: PricedProvider | undefined, flavor: string): provider is PricedProvider {
  return provider?.extractors?.some(({ api_flavor }) => api_flavor === flavor) === true
}

type Json = Readonly<Record<string, unknown>>

/** One answer as a whole, as if it had not been streamed, and how its usage is written. */
function documentOf(dialect: Dialect, texts: readonly string[]): { document: Json; flavor: string } | undefined {
  const all = texts.flatMap(parse)
  const [first] = all
  const last = all.at(-1)
  if (first === undefined || last === undefined) return undefined
  if (dialect === 'google') return { document: last, flavor: 'default' }
  if (dialect === 'anthropic') {
    // A stream says at its beginning what went in, and at its end what came out.
    const begun = objectIn(first, 'message') ?? first
    const usage = { ...objectIn(begun, 'usage'), ...objectIn(last, 'usage') }
    return { document: { ...begun, usage }, flavor: 'default' }
  }
  const document = objectIn(last, 'response') ?? last
  const usage = objectIn(document, 'usage') ?? {}
  const flavor = 'input_tokens' in usage ? 'responses' : 'completion_tokens' in usage ? 'chat' : 'embeddings'
  return { document, flavor }
}

/** The objects in a text of JSON: Gemini's stream may be a list of them. */
function parse(text: string): Json[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return []
  }
  return (Array.isArray(value) ? value : [value]).filter(isJson)
}

function objectIn(from: Json, name: string): Json | undefined {
  const value = from[name]
  return isJson(value) ? value : undefined
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
