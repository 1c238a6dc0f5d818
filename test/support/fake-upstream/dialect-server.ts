// What the three strict upstreams have in common. Each refuses what the real one refuses, in its words and with its
// status, as its documentation and the types of its SDK have it; a test that passes a wrong request on fails here.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { openUpstream, sendJson, type FakeUpstream, type Seen } from './open-upstream.ts'

export type Json = Record<string, unknown>

/** An answer that ends the handling of a request. */
export class Reject extends Error {
  readonly status: number
  readonly body: unknown
  readonly headers: Record<string, string>

  constructor(status: number, body: unknown, headers: Record<string, string> = {}) {
    super(`refused with ${status}`)
    this.status = status
    this.body = body
    this.headers = headers
  }
}

export interface Exchange {
  req: IncomingMessage
  res: ServerResponse
  seen: Seen
  path: string
  query: URLSearchParams
}

export type Answer = (exchange: Exchange) => void | Promise<void>

/** A server that answers with what `answer` says or throws. */
export function openDialect(answer: Answer): Promise<FakeUpstream> {
  return openUpstream(async (req, res, seen) => {
    const { pathname, searchParams } = new URL(seen.url, 'http://upstream')
    try {
      await seen.arrived
      await answer({ req, res, seen, path: pathname, query: searchParams })
    } catch (cause) {
      if (!(cause instanceof Reject)) throw cause
      sendJson(res, cause.status, cause.body, cause.headers)
    }
  })
}

/** The JSON object of a body, or undefined where it is none. */
export function jsonOf({ body }: Seen): Json | undefined {
  try {
    const value: unknown = JSON.parse(body.toString())
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined
  } catch {
    return undefined
  }
}

/** The first field that is in no list. */
export function unknownField(value: Json, known: readonly string[]): string | undefined {
  return Object.keys(value).find((name) => !known.includes(name))
}

/** The text of the last thing a user said, in the shape of any dialect. */
export function lastText(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return lastText(value.at(-1))
  if (typeof value === 'object' && value !== null) {
    const { content, text, parts, input } = value as Json
    return lastText(content ?? text ?? parts ?? input ?? '')
  }
  return ''
}

/** Sends events one by one, at a pace at which none is merged with the next by accident. */
export async function sendEvents(res: ServerResponse, events: readonly string[]): Promise<void> {
  for (const event of events) {
    if (res.destroyed) return
    await new Promise<void>((resolve) => res.write(event, () => resolve()))
  }
  res.end()
}

/** Waits until the caller is gone: an answer that never ends by itself. */
export function untilGone(res: ServerResponse): Promise<void> {
  return new Promise((resolve) => res.once('close', () => resolve()))
}

/** A vector as embeddings have it, told by the text alone. */
export function vectorOf(text: string, size = 8): number[] {
  return Array.from({ length: size }, (_, i) => ((text.charCodeAt(i % Math.max(1, text.length)) || 0) % 97) / 97)
}
