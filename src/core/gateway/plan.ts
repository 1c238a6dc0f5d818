import { appError, type AppError } from '../../shared/errors.ts'
import type { ProviderRow } from '../store/store.ts'
import type { Endpoint } from './endpoint.ts'
import { METHODS, type ServedPath } from './served-paths.ts'
import type { Target } from './target.ts'

/** Where a request goes, decided before any key is touched. */
export interface Plan {
  provider: ProviderRow
  endpoint: Endpoint
  target: Target
  served: ServedPath
  /** As the provider calls it; null where the body was not read. */
  model: string | null
  /** The body, where it had to be read first; undefined where it goes up as it comes. */
  body: Buffer | undefined
}

/** Refuses methods that no dialect has, TRACE above all: it would send the key back. */
export function checkMethod(method: string, served?: ServedPath): void {
  const allowed: Iterable<string> = served?.methods ?? METHODS
  if (METHODS.has(method) && (served === undefined || served.methods.includes(method))) return
  throw appError('method_not_allowed', { allow: [...allowed].join(', ') })
}

export function noSuchPath(hint: string): AppError {
  return appError('route_not_found', undefined, { hint })
}
