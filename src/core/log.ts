import { pino, type DestinationStream, type Logger } from 'pino'

export type Log = Logger

export interface LogOptions {
  level?: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent'
  /** Where the lines go; stderr if not given, since stdout belongs to what the person asked for. */
  destination?: DestinationStream
}

const CENSOR = '[redacted]'

/** Makes the log: one JSON object a line. Nothing secret is ever handed to it; what slips through is struck out. */
export function createLog({ level = 'info', destination }: LogOptions = {}): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError },
      redact: {
        paths: ['token', 'api_key', 'ticket', 'headers', '*.token', '*.api_key', '*.ticket', '*.headers'],
        censor: CENSOR,
      },
      hooks: { streamWrite: strikeOut },
    },
    destination ?? pino.destination({ dest: 2, sync: true }),
  )
}

interface Described {
  type: string
  message: string
  code?: unknown
  stack?: string
  cause?: Described
}

/** An error and what caused it, by name, code and sentence; no other property of theirs, which could be anything. */
function describeError(error: unknown, depth = 0): Described {
  if (!(error instanceof Error)) return { type: typeof error, message: 'not an Error' }
  const described: Described = { type: error.name, message: error.message }
  if ('code' in error) described.code = error.code
  if (error.stack !== undefined && depth === 0) described.stack = error.stack
  if (error.cause !== undefined && depth < 5) described.cause = describeError(error.cause, depth + 1)
  return described
}

// Lines are JSON already: a text may begin right after an escape (\n, \u001b), and an escape must stay whole.
const AT_START = String.raw`(?:(?<![A-Za-z0-9])|(?<=\\[bfnrt])|(?<=\\u[0-9a-f]{4}))`
const NOT_IN_ESCAPE = String.raw`(?<!\\)(?<!\\u[0-9a-f]{0,3})`
const BY_PREFIX = `${AT_START}(?:sk-|xai-|AIza|lk_|gsk_|gAAAA)[A-Za-z0-9_-]{8,}={0,2}`
const AFTER_BEARER = String.raw`(?<=Bearer )[^\s"\\]+`
const LONG_RUN = `${NOT_IN_ESCAPE}[A-Za-z0-9_-]{32,}={0,2}`
const SECRET = new RegExp(`${BY_PREFIX}|${AFTER_BEARER}|${LONG_RUN}`, 'g')
const UNPRINTABLE = /[\x7f-\x9f\u2028\u2029]/g

/** The second line of defence: strikes out what looks like a key, and escapes what a terminal would act on. */
export function strikeOut(line: string): string {
  return line
    .replace(SECRET, (text) => (/^[A-Za-z_-]+$|^[0-9]+$/.test(text) && text.length >= 32 ? text : CENSOR))
    .replace(UNPRINTABLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
