import type { Provider } from '../../shared/schemas.ts'
import type { Command } from '../keyboard/keymap.ts'
import { hasKey } from '../providers/has-key.ts'
import { actsOf, isWriting, type ProviderAct } from '../providers/provider-act.ts'
import { strings } from '../strings.ts'
import { allWords, matchable, matchedWords, wordsOf, type Matchable } from './match-words.ts'

/** What can be run that belongs to no provider. */
export type PageAct =
  | 'add_provider'
  | 'import_keys'
  | 'go_providers'
  | 'go_tools'
  | 'create_token'
  | 'go_usage'
  | 'go_activity'
  | 'go_settings'
  | 'go_vault'
  | 'listener_on'
  | 'listener_off'
  | 'pause_tools'
  | 'resume_tools'
  | 'theme_light'
  | 'theme_dark'
  | 'theme_system'
  | 'lock'
  | 'hide'
  | 'shortcuts'

export type Entry =
  | { kind: 'provider'; provider_id: number; act: ProviderAct; label: string; aside?: string }
  | { kind: 'action'; act: PageAct; label: string; command?: Command }

const { palette } = strings

/** The palette's label for an act on a provider. */
export function actLabel(act: ProviderAct, { display_name, key_state }: Provider): string {
  return labelOf(act, key_state)(display_name)
}

function labelOf(act: ProviderAct, key_state: Provider['key_state']): (name: string) => string {
  if (act === 'set_key') {
    if (key_state === 'unreadable') return palette.enterAgain
    return key_state === 'stored' ? palette.replaceKey : palette.setKey
  }
  const labels = {
    copy_key: palette.copyKey,
    test_key: palette.testKey,
    edit: palette.open,
    models: palette.models,
    duplicate: palette.duplicate,
    remove_key: palette.removeKey,
    delete: palette.deleteProvider,
  }
  return labels[act]
}

/** Copying is what is wanted most, what destroys least. */
const order: readonly ProviderAct[] = [
  'copy_key',
  'set_key',
  'test_key',
  'edit',
  'models',
  'duplicate',
  'remove_key',
  'delete',
]

interface Around {
  desktop: boolean
  canWrite: boolean
}

/** Everything one provider offers, in the palette's order. */
export function entriesOf(provider: Provider, { desktop, canWrite }: Around): Entry[] {
  const offered = actsOf(provider, desktop).filter((act) => canWrite || !isWriting(act))
  return order.filter((act) => offered.includes(act)).map((act) => entryOf(act, provider))
}

function entryOf(act: ProviderAct, provider: Provider): Entry {
  return {
    kind: 'provider',
    provider_id: provider.id,
    act,
    label: actLabel(act, provider),
    ...(act === 'copy_key' ? { aside: strings.key.clearsAfter } : {}),
  }
}

const names = new WeakMap<Provider, Matchable>()

function nameOf(provider: Provider): Matchable {
  let name = names.get(provider)
  if (name === undefined) {
    name = matchable(provider.display_name)
    names.set(provider, name)
  }
  return name
}

/**
 * The acts on providers that match, the likeliest first, and how many there are. Words found in the name alone lead to
 * the provider itself; a word of an act ("key") leads to that act on every provider that has the rest.
 */
export function findProviderEntries(
  list: readonly Provider[],
  query: string,
  around: Around,
  most: number,
): { entries: Entry[]; total: number } {
  const words = wordsOf(query)
  const all = allWords(words)
  const verbBits = rememberVerbs(words)
  // A thousand providers make thousands of hits; only those that are shown become entries.
  const ranks: { provider: Provider; act: ProviderAct }[][] = []
  let total = 0
  for (const provider of list) {
    const inName = matchedWords(nameOf(provider), words)
    const beginsSo = words.some((word) => nameOf(provider).lower.startsWith(word))
    const offered = inName === all ? (['edit'] as const) : actsOf(provider, around.desktop)
    for (const act of offered) {
      if (!around.canWrite && isWriting(act)) continue
      if ((inName | verbBits(act, provider.key_state)) !== all) continue
      // The act first, then names that begin so, then keyed providers, else the API's order.
      const rank = order.indexOf(act) * 4 + (beginsSo ? 0 : 2) + (hasKey(provider) ? 0 : 1)
      ;(ranks[rank] ??= []).push({ provider, act })
      total += 1
    }
  }
  const entries = ranks.flat().slice(0, most)
  return { entries: entries.map(({ provider, act }) => entryOf(act, provider)), total }
}

/** Which words of the query an act's label has, asked once per act. What destroys has none but by its own word. */
function rememberVerbs(words: readonly string[]): (act: ProviderAct, key_state: Provider['key_state']) => number {
  const known = new Map<(name: string) => string, number>()
  return (act, key_state) => {
    const label = labelOf(act, key_state)
    let bits = known.get(label)
    if (bits === undefined) {
      const verb = label('')
      const isMeant = !isDanger(act) || words.some((word) => verb.toLowerCase().startsWith(word))
      bits = isMeant ? matchedWords(matchable(verb), words) : 0
      known.set(label, bits)
    }
    return bits
  }
}

const isDanger = (act: ProviderAct): boolean => act === 'remove_key' || act === 'delete'

/** The actions that match; all of them without a query. */
export function findActions(actions: readonly Entry[], query: string): Entry[] {
  const words = wordsOf(query)
  const all = allWords(words)
  return actions.filter(({ label }) => matchedWords(matchable(label), words) === all)
}
