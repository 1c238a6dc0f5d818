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
    // Written in pieces of 15 KiB, at the latest after a quarter of a second, and whole at exit: one write per request
    // would cost as much as the request.
    destination ?? pino.destination({ dest: 2, sync: false, minLength: 15_360, periodicFlush: 250 }),
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

// Lines are JSON already: a text may begin right after an escape (\n, \u001b), and an escape must stay whole. In an
// address it may begin after an escape of its own (%22, %2522).
const AT_START = String.raw`(?:(?<![A-Za-z0-9])|(?<=\\[bfnrt])|(?<=\\u[0-9a-f]{4})|(?<=%(?:25)*[0-9A-Fa-f]{2}))`
const NOT_IN_ESCAPE = String.raw`(?<!\\)(?<!\\u[0-9a-f]{0,3})`
const BEGINNINGS = 'sk-|xai-|AIza|lk_|gsk_|gAAAA'
const LONG = 32
const SECRET = new RegExp(
  [
    `${AT_START}(?:${BEGINNINGS})[A-Za-z0-9_-]{8,}={0,2}`,
    String.raw`(?<=Bearer )[^\s"\\]+`,
    `(${NOT_IN_ESCAPE}[A-Za-z0-9_-]{${LONG},}={0,2})`,
  ].join('|'),
  'g',
)
const HINT = new RegExp(`${BEGINNINGS}|Bearer `)
const WORDS_OR_NUMBER = /^(?:[A-Za-z_-]+|\d+)$/
const UNPRINTABLE = /[\x7f-\x9f\u2028\u2029]/g

/** The second line of defence: strikes out what looks like a key, and escapes what a terminal would act on. */
export function strikeOut(line: string): string {
  if (isPlain(line)) return line
  return line
    .replace(SECRET, (text, run?: string) => (run !== undefined && WORDS_OR_NUMBER.test(run) ? text : CENSOR))
    .replace(UNPRINTABLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** True for nearly every line, found in a quarter of the time the expressions above need. */
function isPlain(line: string): boolean {
  let run = 0
  for (let i = 0; i < line.length; i++) {
    const code = line.charCodeAt(i)
    if (code > 0x7e) return false
    run = isRunCharacter(code) ? run + 1 : 0
    if (run === LONG) return false
  }
  return !HINT.test(line)
}

function isRunCharacter(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x30 && code <= 0x39) ||
    (code >= 0x41 && code <= 0x5a) ||
    code === 0x5f ||
    code === 0x2d
  )
}
