import { z } from 'zod'
import type { Reply } from '../shared/client.ts'
import { isOperationId, operations, type Api, type Door } from '../shared/contract.ts'
import { appError, toAppError, type AppError, type FieldError } from '../shared/errors.ts'

/** Told of every refusal with a cause that has no row of its own, so that the log has what the answer leaves out. */
export type OnInternalError = (error: AppError, operation: string) => void

/**
 * The only way in, for every door: checks the input, runs the operation, checks the output. Never throws.
 * What the output schema does not name does not leave.
 */
export async function dispatch(
  api: Api,
  door: Door,
  id: string,
  raw: unknown,
  onInternalError?: OnInternalError,
): Promise<Reply> {
  try {
    if (!isOperationId(id)) throw appError('unknown_operation', { id: id.slice(0, 100) })
    const { doors, input, output, ignores, nulls } = operations[id]
    if (!doors.includes(door)) {
      throw appError('not_allowed', { what: `'${id}' cannot be asked for through this door` })
    }
    const parsed = (input as z.ZodType).safeParse(given(raw, ignores, nulls))
    if (!parsed.success) throw invalidInput(parsed.error)
    const run = api[id] as (input: unknown) => Promise<unknown>
    return { ok: true, value: (output as z.ZodType).parse(await run(parsed.data)) }
  } catch (cause) {
    const error = toAppError(cause)
    if (error.code === 'internal') onInternalError?.(error, id)
    return { ok: false, error: error.body }
  }
}

/** The fields that are really given: `null` means not given unless it is a value there, and output-only fields are passed over. */
function given(raw: unknown, ignores: readonly string[], nulls: boolean): unknown {
  if (raw === undefined || raw === null) return {}
  if (typeof raw !== 'object' || Array.isArray(raw)) return raw
  return Object.fromEntries(
    Object.entries(raw).filter(([key, value]) => (nulls || value !== null) && !ignores.includes(key)),
  )
}

/** Says by field what was refused; never repeats a value, which may be a key. */
function invalidInput(error: z.ZodError): AppError {
  const fields = error.issues.flatMap(fieldErrors)
  const [first] = fields
  const summary =
    first === undefined
      ? 'The input is not valid.'
      : first.path === ''
        ? first.message
        : `${first.path}: ${first.message}`
  return appError('invalid_input', { summary }, { errors: fields })
}

function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  const path = issue.path.map(String).join('.')
  if (issue.code === 'unrecognized_keys') {
    // A name of the caller's is repeated, but not at any length.
    return issue.keys.slice(0, 100).map((key) => ({
      path: [path, key.slice(0, 100)].filter((part) => part !== '').join('.'),
      message: 'There is no field of this name here.',
    }))
  }
  if (path === '' && issue.code === 'invalid_type') return [{ path, message: 'The input must be an object of fields.' }]
  return [{ path, message: issue.message }]
}
