import { ExternalLink, Lock } from 'lucide-react'
import { useRef } from 'react'
import type { Provider } from '../../shared/schemas.ts'
import { api, problemOf } from '../api.ts'
import { showPageProblem } from '../state/page-problem.ts'
import { useProviders } from '../state/providers.ts'
import { useDesktop } from '../state/status.ts'
import { strings } from '../strings.ts'
import { Button, LinkButton } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { KeyField } from '../ui/key-field.tsx'
import { Note } from '../ui/note.tsx'
import { hostOf, vendorOf } from '../words.ts'
import { findForeignKey, type ForeignKey } from './foreign-key.ts'
import type { KeyDraft } from './key-draft.ts'
import { sayProblem } from '../say-problem.ts'

/** The foreign look of what is typed for `own`, until the person has answered for it. */
export function useForeignKey(draft: KeyDraft, own: Provider | null): ForeignKey | undefined {
  const list = useProviders((state) => state.list)
  return draft.value === draft.kept ? undefined : findForeignKey(draft.value.trim(), own, list)
}

interface KeyEntryProps {
  provider: Provider
  draft: KeyDraft
  error?: string | undefined
  foreign: ForeignKey | undefined
  onType: (value: string, trimmed: boolean) => void
  /** "It is one": the question is answered for this text. */
  onKeep: () => void
  onInstead: () => void
}

/** Key field of a provider, with the question where the key looks like another vendor's. */
export function KeyEntry({ provider, draft, error, foreign, onType, onKeep, onInstead }: KeyEntryProps) {
  const field = useRef<HTMLInputElement>(null)
  const { key } = strings
  const origin = provider.base_url === null ? undefined : URL.parse(provider.base_url)?.origin
  return (
    <>
      <KeyField
        autoFocus
        ref={field}
        value={draft.value}
        onChange={onType}
        corner={<KeyPageLink provider={provider} />}
        hint={keyHint(draft, provider)}
        error={error}
      />
      {foreign !== undefined && (
        <ForeignNote
          provider={provider}
          foreign={foreign}
          onKeep={() => {
            // The question goes, and with it the button that has focus.
            field.current?.focus()
            onKeep()
          }}
          onInstead={onInstead}
        />
      )}
      <p className="flex items-start gap-2 text-12 text-text-3">
        <Icon of={Lock} size={14} className="mt-px" />
        {origin === undefined ? (
          key.noAddress
        ) : (
          <span className="wrap-anywhere">
            {key.sentOnlyTo} <span className="mono">{origin}</span>.
          </span>
        )}
      </p>
    </>
  )
}

function keyHint({ value, trimmed }: KeyDraft, { key_state }: Provider): string | undefined {
  const { key } = strings
  if (trimmed) return key.trimmed(value.length)
  if (value === '' && key_state === 'stored') return key.replaces
  return value === '' ? undefined : key.length(value.length)
}

interface ForeignNoteProps {
  provider: Provider
  foreign: ForeignKey
  onKeep: () => void
  onInstead: () => void
}

/** A question, not a refusal: the person may know better. */
export function ForeignNote({ provider, foreign, onKeep, onInstead }: ForeignNoteProps) {
  const { key } = strings
  const own = vendorOf(provider.display_name)
  const host = hostOf(provider.base_url)
  const ownPrefix = provider.key_prefixes[0]
  return (
    <Note
      kind="question"
      title={key.foreignTitle(vendorOf(foreign.provider.display_name))}
      actions={
        <>
          <Button small onClick={onInstead}>
            {key.saveInstead(foreign.provider.display_name)}
          </Button>
          <Button small look="ghost" onClick={onKeep}>
            {provider.is_predefined ? key.keep(own) : key.keepHere}
          </Button>
        </>
      }
    >
      {key.foreignBegins} <span className="mono text-12">{foreign.prefix}</span>
      {ownPrefix !== undefined && (
        <>
          ; {key.foreignOwn(own)} <span className="mono text-12">{ownPrefix}</span>
        </>
      )}
      . {host !== undefined && key.foreignWhy(host)}
    </Note>
  )
}

/** The vendor's page for new keys: the desktop opens it, a tab links to it. */
export function KeyPageLink({ provider }: { provider: Provider }) {
  const isDesktop = useDesktop()
  const { key_url } = provider
  const host = hostOf(key_url)
  if (key_url === null || host === undefined) return null
  const label = strings.key.getKey(host)
  if (!isDesktop) {
    return (
      <a
        href={key_url}
        target="_blank"
        rel="noreferrer"
        className="inline-flex items-center gap-1 rounded-4 text-12 font-medium text-accent-text hover:underline"
      >
        {label}
        <Icon of={ExternalLink} size={14} />
      </a>
    )
  }
  const open = (): void => {
    api.openKeyPage({ provider_id: provider.id }).catch((cause: unknown) => {
      showPageProblem(sayProblem(problemOf(cause)))
    })
  }
  return (
    <LinkButton icon={ExternalLink} className="-my-1 text-12" onClick={open}>
      {label}
    </LinkButton>
  )
}
