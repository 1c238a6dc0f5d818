import { originOf } from '../../shared/origin.ts'
import { looksLikeToken } from '../http/token.ts'
import { variableFor, type Catalogs } from '../environment/variable-for.ts'
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

/** Which variables stand in for a key that is not stored, where the settings let them. */
export function checkStandIns(
  providers: readonly ProviderRow[],
  env: Readonly<Record<string, string | undefined>>,
  catalogs: Catalogs,
): Finding[] {
  return providers
    .filter(({ api_key_encrypted }) => api_key_encrypted === null)
    .flatMap((row) => {
      const variable = variableFor(row, catalogs, env)
      if (variable === undefined) return []
      return [note(`${row.name} has no stored key, and uses ${variable} of the environment, as this command has it.`)]
    })
}
