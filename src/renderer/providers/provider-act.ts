// What can be done with a provider, once: card, menu, palette and keyboard offer the acts that stand here.
import type { Provider } from '../../shared/schemas.ts'
import { isUsable } from './has-key.ts'

export type ProviderAct =
  | 'set_key'
  | 'copy_key'
  | 'test_key'
  | 'edit'
  | 'models'
  | 'duplicate'
  | 'remove_key'
  | 'delete'

/** The acts a provider offers, in the order of its menu. What is off because of read-only stays listed. */
export function actsOf(provider: Provider, desktop: boolean): ProviderAct[] {
  const holdsKey = provider.key_state === 'stored' || provider.key_state === 'unreadable'
  return [
    'set_key',
    ...(desktop && provider.key_state === 'stored' ? (['copy_key'] as const) : []),
    ...(isUsable(provider) && provider.base_url !== null ? (['test_key'] as const) : []),
    'edit',
    'models',
    'duplicate',
    ...(holdsKey ? (['remove_key'] as const) : []),
    ...(provider.is_predefined ? [] : (['delete'] as const)),
  ]
}

/** True for what changes the vault: off while it is read-only. */
export const isWriting = (act: ProviderAct): boolean =>
  act === 'set_key' || act === 'duplicate' || act === 'remove_key' || act === 'delete'
