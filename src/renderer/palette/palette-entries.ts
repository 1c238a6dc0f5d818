import type { Provider } from '../../shared/schemas.ts'
import type { Command } from '../keyboard/keymap.ts'
import { hasKey } from '../providers/has-key.ts'
import { actsOf, isWriting, type ProviderAct } from '../providers/provider-act.ts'
import { strings } from '../strings.ts'
import { allWords, matchable, matchedWords, wordsOf, type Matchable } from './match-words.ts'

/** What can be run that belongs to no provider. */
export type PageAct =
  | 'add_provider'
  | 'go_providers'
  | 'go_settings'
  | 'go_vault'
  | 'listener_on'
  | 'listener_off'
  | 'theme_light'
  | 'theme_dark'
  | 'theme_system'
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
    edit: palette.open,
    models: palette.models,
    duplicate: palette.duplicate,
    remove_key: palette.removeKey,
    delete: palette.deleteProvider,
  }
  return labels[act]
}

/** Copying is what is wanted most, what destroys least. */
const order: readonly ProviderAct[] = ['copy_key', 'set_key', 'edit', 'models', 'duplicate', 'remove_key', 'delete']

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
 * The acts on providers that match, the likeliest first. Words found in the name alone lead to the provider itself;
 * a word of an act ("key") leads to that act on every provider that has the rest.
 */
export function findProviderEntries(list: readonly Provider[], query: string, around: Around): Entry[] {
  const words = wordsOf(query)
  const all = allWords(words)
  const verbs = new Map<string, number>()
  const verbBits = (label: (name: string) => string): number => {
    const verb = label('')
    let bits = verbs.get(verb)
    if (bits === undefined) {
      bits = matchedWords(matchable(verb), words)
      verbs.set(verb, bits)
    }
    return bits
  }
  const found: { entry: Entry; rank: number }[] = []
  for (const provider of list) {
    const inName = matchedWords(nameOf(provider), words)
    const beginsSo = words.some((word) => nameOf(provider).lower.startsWith(word))
    const offered = inName === all ? (['edit'] as const) : actsOf(provider, around.desktop)
    for (const act of offered) {
      if (!around.canWrite && isWriting(act)) continue
      const inVerb = verbBits(labelOf(act, provider.key_state))
      if ((inName | inVerb) !== all || (isDanger(act) && !words.some((word) => isVerb(word, act)))) continue
      // The act first, then names that begin so, then keyed providers, else the API's order.
      const rank = order.indexOf(act) * 4 + (beginsSo ? 0 : 2) + (hasKey(provider) ? 0 : 1)
      found.push({ entry: entryOf(act, provider), rank })
    }
  }
  return found.sort((a, b) => a.rank - b.rank).map(({ entry }) => entry)
}

const isDanger = (act: ProviderAct): boolean => act === 'remove_key' || act === 'delete'

/** What destroys is listed only where its own word was typed. */
const isVerb = (word: string, act: ProviderAct): boolean => labelOf(act, 'stored')('').toLowerCase().startsWith(word)

/** The actions that match; all of them without a query. */
export function findActions(actions: readonly Entry[], query: string): Entry[] {
  const words = wordsOf(query)
  const all = allWords(words)
  return actions.filter(({ label }) => matchedWords(matchable(label), words) === all)
}
