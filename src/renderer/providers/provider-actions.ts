import type { Provider } from '../../shared/schemas.ts'
import { api, problemOf } from '../api.ts'
import type { Command } from '../keyboard/keymap.ts'
import { ask, openOverlay } from '../state/overlays.ts'
import { showPageProblem } from '../state/page-problem.ts'
import { showToast } from '../state/toasts.ts'
import { addProvider, openEdit } from '../state/window.ts'
import { strings } from '../strings.ts'
import { actsOf, isWriting, type ProviderAct } from './provider-act.ts'
import { sayProblem } from '../say-problem.ts'

export interface Circumstances {
  desktop: boolean
  /** Why nothing can be written, where it cannot. */
  block: string | undefined
}

/** Does it, or opens what asks for the rest. */
export function act(kind: ProviderAct, { id }: Pick<Provider, 'id'>): void {
  if (kind === 'set_key') openOverlay({ kind: 'key', provider_id: id })
  else if (kind === 'copy_key') void copyKey(id)
  else if (kind === 'test_key') openOverlay({ kind: 'test', provider_id: id })
  else if (kind === 'edit') openEdit(id)
  else if (kind === 'models') openEdit(id, 'models')
  else if (kind === 'duplicate') addProvider(id)
  else if (kind === 'remove_key') ask({ kind: 'remove_key', provider_id: id })
  else ask({ kind: 'delete_provider', provider_id: id })
}

/** Runs a card's shortcut; false where the provider does not offer it. Del deletes a custom provider, else removes the key. */
export function actForCommand(command: Command, provider: Provider, { desktop, block }: Circumstances): boolean {
  const offered = actsOf(provider, desktop)
  const wanted = command === 'remove' ? offered.findLast((kind) => kind === 'delete' || kind === 'remove_key') : command
  const kind = offered.find((one) => one === wanted)
  if (kind === undefined || (isWriting(kind) && block !== undefined)) return false
  act(kind, provider)
  return true
}

/** The label of the act that gives a provider a key, by what it has now. */
export function setKeyLabel({ key_state }: Pick<Provider, 'key_state'>): string {
  if (key_state === 'unreadable') return strings.action.enterKeyAgain
  return key_state === 'stored' ? strings.action.replaceKey : strings.action.setKey
}

/** The primary where a key looks like another provider's: it saves there, or first shows that it would replace a key. */
export function saveToLabel({ display_name, key_state }: Provider): string {
  return key_state === 'none' ? strings.key.saveTo(display_name) : strings.key.continueWith(display_name)
}

/** The desktop puts the key on the clipboard; it never comes here. */
async function copyKey(provider_id: number): Promise<void> {
  try {
    const { clears_at } = await api.copyApiKey({ provider_id })
    showToast({
      text: strings.key.copied,
      icon: 'copied',
      ends_at: Date.parse(clears_at),
      afterwards: strings.key.cleared,
    })
  } catch (cause) {
    showPageProblem(sayProblem(problemOf(cause)))
  }
}
