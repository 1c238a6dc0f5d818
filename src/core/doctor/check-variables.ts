import { originOf } from '../../shared/origin.ts'
import { looksLikeToken } from '../http/token.ts'
import { knownProviders } from '../import/known-providers.ts'
import type { ProviderRow } from '../store/store.ts'
import { note, type Finding } from './finding.ts'

/** Which variables of the environment hold a key of a provider whose key is stored, and so are no longer needed. */
export function checkVariables(
  providers: readonly ProviderRow[],
  env: Readonly<Record<string, string | undefined>>,
): Finding[] {
  const stored = providers.filter(({ api_key_encrypted }) => api_key_encrypted !== null)
  return stored.flatMap(({ name, base_url, catalog }) => {
    const known = knownProviders.find((provider) => originOf(provider.base_url) === originOf(base_url))
    const names = new Set([...(catalog?.env ?? []), ...(known?.env ?? [])])
    return [...names].filter((variable) => holdsKey(env[variable])).map((variable) => unneeded(variable, name))
  })
}

/** A tool that goes through Latchkey has a token there, which it needs. */
function holdsKey(value: string | undefined): boolean {
  return value !== undefined && value.trim() !== '' && !looksLikeToken(value.trim())
}

function unneeded(variable: string, name: string): Finding {
  return note(
    `${variable} is set in the environment, and a key of ${name} is in the vault: tools that use Latchkey do not need the variable.`,
  )
}
