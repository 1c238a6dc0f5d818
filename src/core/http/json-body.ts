import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { appError } from '../../shared/errors.ts'

/** How deep a body may nest. */
export const MAX_DEPTH = 64

const JSON_TYPE = /^application\/json\s*(?:;\s*charset=(?:utf-8|"utf-8")\s*)?;?$/i

/** True where the request announces a body, of whatever length. */
export function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length']
  return headers['transfer-encoding'] !== undefined || (length !== undefined && Number(length) !== 0)
}

/** Refuses, before a byte is read, what is not plain JSON or says itself that it is too large. */
export function checkJsonHead({ headers }: IncomingMessage, limit: number): void {
  const encoding = headers['content-encoding']
  if (!JSON_TYPE.test(headers['content-type'] ?? '') || (encoding !== undefined && !/^identity$/i.test(encoding))) {
    throw appError('media_type_unsupported', undefined)
  }
  if (Number(headers['content-length'] ?? 0) > limit) throw tooLarge(limit)
}

/** Reads a body of at most `limit` bytes; an empty one is an object without fields. */
export async function readJsonObject(req: IncomingMessage, limit: number): Promise<Record<string, unknown>> {
  const bytes = await readBytes(req, limit)
  if (bytes.length === 0) return {}
  if (!isUtf8(bytes)) throw malformed('The body is not valid UTF-8')
  if (nestsTooDeep(bytes)) throw malformed(`The body is nested deeper than ${MAX_DEPTH} levels`)
  let value: unknown
  try {
    value = JSON.parse(bytes.toString('utf8'))
  } catch {
    // The parser's own message quotes the body, which may hold a key.
    throw malformed('The body is not valid JSON')
  }
  if (!isObject(value)) throw malformed('The body must be a JSON object')
  return value
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function readBytes(req: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    const onData = (chunk: Buffer): void => {
      length += chunk.length
      if (length > limit) {
        // What is still to come is read over, not kept: a client that is cut off mid-way never sees the answer.
        req.off('data', onData)
        req.resume()
        reject(tooLarge(limit))
      } else chunks.push(chunk)
    }
    req.on('data', onData)
    req.once('end', () => resolve(Buffer.concat(chunks)))
    req.once('error', () => reject(malformed('The body ended before it was complete')))
  })
}

/** Counts brackets outside texts, before the parser's own recursion has to. */
function nestsTooDeep(bytes: Buffer): boolean {
  let depth = 0
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]
    if (byte === 0x22) i = endOfText(bytes, i)
    else if (byte === 0x5b || byte === 0x7b) {
      if (++depth > MAX_DEPTH) return true
    } else if (byte === 0x5d || byte === 0x7d) depth--
  }
  return false
}

/** The index of the quote that closes the text opened at `start`. */
function endOfText(bytes: Buffer, start: number): number {
  for (let i = start + 1; i < bytes.length; i++) {
    if (bytes[i] === 0x5c) i++
    else if (bytes[i] === 0x22) return i
  }
  return bytes.length
}

function malformed(what: string) {
  return appError('request_malformed', { what })
}

function tooLarge(limit: number) {
  return appError('body_too_large', { limit: limit % 1_048_576 === 0 ? `${limit / 1_048_576} MiB` : `${limit} bytes` })
}
