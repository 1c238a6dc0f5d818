import { createClient, type Call } from '../shared/client.ts'
import type { Client } from '../shared/contract.ts'
import { isAppError, type ErrorBody, type FieldError } from '../shared/errors.ts'
import { createHttpCall } from './http-transport.ts'
import { endSession, sessionToken } from './session.ts'
import { strings } from './strings.ts'

/** True in a browser tab, which talks HTTP to `latchkey serve --ui`. Only the transport may ask. */
export const overHttp = window.latchkey === undefined

const call: Call =
  window.latchkey?.call ?? createHttpCall({ origin: '', token: sessionToken, onUnauthorized: endSession })

/** Every operation, over whichever transport there is. Throws `AppError` where the core refused. */
export const api: Client = createClient(call)

/** What stands in a note: the sentence, and what to do. */
export interface Problem {
  code: ErrorBody['code'] | 'unreachable'
  detail: string
  hint?: string
  errors?: FieldError[]
}

/** Turns whatever an operation threw into words. No answer at all is a cause of its own. */
export function problemOf(cause: unknown): Problem {
  return isAppError(cause) ? cause.body : { code: 'unreachable', detail: strings.unreachable.detail }
}
