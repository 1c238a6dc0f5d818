import { ApiKey } from '../../shared/schemas.ts'
import { strings } from '../strings.ts'

/** Shorter texts between spaces are not taken for keys. */
const SHORTEST_KEY = 16

/** Takes white space off the ends; a break inside becomes a space, so that it is seen and refused. */
export function cleanPaste(raw: string): { text: string; trimmed: boolean } {
  const text = raw.trim().replace(/\s*[\r\n]+\s*/g, ' ')
  return { text, trimmed: raw !== raw.trim() }
}

/** Why a key cannot be stored, in the words of the API; undefined where it can. */
export function keyProblem(value: string): string | undefined {
  const parts = value.split(/[\s,;]+/).filter((part) => part.length >= SHORTEST_KEY)
  if (parts.length > 1) return strings.key.several(parts.length)
  return ApiKey.safeParse(value).error?.issues[0]?.message
}
