import type { Client } from '../shared/contract.ts'
import { appError } from '../shared/errors.ts'
import type { Token } from '../shared/tool-schemas.ts'
import { closest } from './closest.ts'

/** The token of this name; throws `token_not_found` with the nearest one. */
export async function findToken(client: Client, name: string): Promise<Token> {
  const tokens = await client.listTokens()
  const found = tokens.find((token) => token.name === name)
  if (found !== undefined) return found
  const near = closest(
    name,
    tokens.map((token) => token.name),
  )
  const { strikeOut } = await import('../core/log.ts')
  const hint = `${near === undefined ? '' : `Did you mean ${near}? `}All tokens: latchkey token list`
  throw appError('token_not_found', { ref: strikeOut(name) }, { hint })
}
