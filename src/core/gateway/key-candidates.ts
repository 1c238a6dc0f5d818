import { appError } from '../../shared/errors.ts'
import type { EnvironmentKeys } from '../environment/environment-keys.ts'
import { openCurrentKey } from '../providers/open-current-key.ts'
import { keyStateOf } from '../providers/stored-key.ts'
import { keysOf, type StoredKey } from '../store/key-store.ts'
import type { ProviderRow } from '../store/store.ts'
import type { Vault } from '../vault.ts'
import type { KeyTurns, Turn } from './key-turns.ts'
import type { KeyCandidate } from './ports.ts'

/**
 * The keys of a provider that may be tried now, in order; where none is stored, that of the environment. Throws where
 * there is none.
 */
export function keyCandidates(
  provider: ProviderRow,
  vault: Vault,
  environment: EnvironmentKeys,
  turns: KeyTurns,
): KeyCandidate[] | Promise<KeyCandidate[]> {
  const keys = keysOf(provider)
  const [on, ...more] = keys.filter(({ enabled }) => enabled)
  if (keys.length === 0) return fromEnvironment(provider, environment)
  if (on === undefined) throw appError('keys_switched_off', { name: provider.name })
  // The only one is tried, whatever the provider said to it before: there is nothing else to turn to.
  if (more.length === 0) return [candidate(provider, on, vault, turns)]
  const readable = [on, ...more].filter(
    (key) => keyStateOf({ ...provider, ...key }, vault.ring, vault.masterKeyId) === 'stored',
  )
  const round = provider.key_choice === 'round_robin' ? provider.name : undefined
  return turns
    .inOrder(readable.length === 0 ? [on] : readable, round)
    .map((key) => candidate(provider, key, vault, turns))
}

async function fromEnvironment(provider: ProviderRow, environment: EnvironmentKeys): Promise<KeyCandidate[]> {
  const key = await environment.find(provider)
  if (key === undefined) throw appError('provider_has_no_key', { name: provider.name })
  return [{ id: null, environment: key.variable, open: () => key.open() }]
}

function candidate(provider: ProviderRow, key: StoredKey, vault: Vault, turns: KeyTurns): KeyCandidate {
  const { key_id } = key
  let turn: Turn | undefined
  return {
    id: key_id,
    open() {
      // Within the same tick as the choice, so that a key that has rested is tried by one request alone.
      turn = key_id === null ? undefined : turns.begin(key_id)
      return vault.withMasterKey((store, ring) => openCurrentKey(store, ring, { ...provider, ...key }))
    },
    onAnswer: (status, headers, body) => turn?.answered(status, headers, body),
    onEnd: () => turn?.end(),
  }
}
