import { z } from 'zod'
import type { Reply } from './ask-upstream.ts'
import type { Endpoint } from './endpoint.ts'

export type Verdict = 'valid' | 'refused' | 'limited' | 'unclear'

export interface KeyVerdict {
  verdict: Verdict
  /** Null where the answer does not tell. */
  authenticated: boolean | null
  detail: string
}

// Google and xAI answer 400 to a wrong key, which others answer to a wrong request.
const WRONG_KEY = /API_KEY_INVALID|API key not valid|API key expired|(?:incorrect|invalid) API key/i

const KNOWN_FOR_400: ReadonlySet<string> = new Set(['https://generativelanguage.googleapis.com', 'https://api.x.ai'])

/** Whether a 400 of this endpoint may be about the key, and not about the request. */
export function mayRefuseBy400({ dialect, origin }: Pick<Endpoint, 'dialect' | 'origin'>): boolean {
  return dialect === 'google' || KNOWN_FOR_400.has(origin)
}

/**
 * Whether the body of a 400 says that the key is wrong. Read is what the provider itself says: a message may quote the
 * request further on, and a request must not be able to put a key to rest.
 */
export function refusesKey(body: Buffer): boolean {
  let answer: unknown
  try {
    answer = JSON.parse(body.toString('utf8'))
  } catch {
    return false
  }
  // Google's endpoint for clients of OpenAI answers with a list of one.
  const parsed = Refusal.safeParse(Array.isArray(answer) ? answer[0] : answer)
  if (!parsed.success) return false
  const { error } = parsed.data
  if (typeof error === 'string') return WRONG_KEY_FIRST.test(error)
  return WRONG_KEY_FIRST.test(error.message ?? '') || error.details?.some(({ reason }) => reason === INVALID) === true
}

const INVALID = 'API_KEY_INVALID'
const WRONG_KEY_FIRST = /^(?:API key (?:not valid|expired)|(?:incorrect|invalid) API key)/i
const Refusal = z.object({
  error: z.union([
    z.string(),
    z.object({
      message: z.string().optional(),
      details: z.array(z.object({ reason: z.string().optional() })).optional(),
    }),
  ]),
})

/** What a provider's answer to a harmless question tells of the key. */
export function keyVerdict(reply: Pick<Reply, 'status' | 'body'>): KeyVerdict {
  const { status } = reply
  const text = reply.body.toString('utf8')
  if (status >= 200 && status < 300) return xaiState(text) ?? say('valid', true, 'The key works')
  if (status === 401 || (status === 400 && WRONG_KEY.test(text))) {
    return say('refused', false, 'The provider does not accept this key')
  }
  if (status === 402) return say('limited', true, 'The key is known, and there is nothing left to pay with')
  if (status === 403) return say('limited', null, 'The provider forbids this key to ask for its models')
  if (status === 429) return say('limited', true, 'The key is known, and has reached its limit for now')
  if (status === 404) return say('unclear', null, 'There is no list of models at this address; the key may still work')
  if (status >= 300 && status < 400) {
    return say('unclear', null, 'The provider answered with a redirect, which is not followed')
  }
  return say('unclear', null, `The provider answered with ${status}, which tells nothing of the key`)
}

/** xAI says of a key by name what is wrong with it. */
function xaiState(text: string): KeyVerdict | undefined {
  if (/"team_blocked"\s*:\s*true/.test(text)) return say('refused', true, 'The team of this key is blocked')
  if (/"api_key_blocked"\s*:\s*true/.test(text)) return say('refused', true, 'This key is blocked')
  if (/"api_key_disabled"\s*:\s*true/.test(text)) return say('refused', true, 'This key is switched off')
  return undefined
}

function say(verdict: Verdict, authenticated: boolean | null, detail: string): KeyVerdict {
  return { verdict, authenticated, detail }
}
