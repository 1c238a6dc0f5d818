import { KeyRound } from 'lucide-react'
import type { Provider } from '../../shared/schemas.ts'
import { PageBody, PageHeader } from '../layout/page-header.tsx'
import { KeyPageLink } from '../providers/key-entry.tsx'
import { act } from '../providers/provider-actions.ts'
import { useOverlays } from '../state/overlays.ts'
import { useProviders } from '../state/providers.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { KeyChip } from '../ui/chip.tsx'
import { CodeLine } from '../ui/code-line.tsx'
import { Mark } from '../ui/mark.tsx'
import { Note } from '../ui/note.tsx'

/** After start-over: the keys that were dropped, to be entered again one by one. */
export function ReenterPage() {
  const reenter = useOverlays((state) => state.reenter)
  const list = useProviders((state) => state.list)
  if (reenter === null) return null
  const { vault } = strings
  const labels = new Map(reenter.keys_to_enter_again.map(({ name, labels }) => [name, labels]))
  return (
    <>
      <PageHeader title={vault.title} />
      <PageBody>
        <div className="mx-auto flex max-w-160 flex-col gap-5 pt-5">
          <div className="flex flex-col gap-2">
            <h2 className="text-20 font-semibold">{labels.size === 0 ? vault.reenterNone : vault.reenterTitle}</h2>
            <p className="text-13 text-text-2">{vault.reenterText}</p>
            <CodeLine path text={reenter.copy} copyName={vault.copyOldVaultPath} />
          </div>
          {reenter.backup_passphrase_dropped && <Note kind="question">{vault.reenterBackup}</Note>}
          {labels.size > 0 && (
            <ul className="rounded-8 border border-line bg-surface shadow-card">
              {list
                .filter(({ name }) => labels.has(name))
                .map((provider) => (
                  <ProviderRow key={provider.id} provider={provider} labels={labels.get(provider.name) ?? []} />
                ))}
            </ul>
          )}
          <div>
            <Button look="primary" onClick={() => useOverlays.setState({ reenter: null })}>
              {vault.reenterDone}
            </Button>
          </div>
        </div>
      </PageBody>
    </>
  )
}

/** A provider with the labels of its keys that were dropped; one that has a key again may still lack others. */
function ProviderRow({ provider, labels }: { provider: Provider; labels: readonly string[] }) {
  const { vault, action } = strings
  const hasKey = provider.key_state === 'stored'
  return (
    <li className="flex min-h-12 items-center gap-3 border-line px-4 py-1.5 not-first:border-t">
      <Mark provider_id={provider.id} size={28} />
      <div className="flex min-w-0 grow flex-col">
        <span className="truncate text-13 font-medium">{provider.display_name}</span>
        <span className="text-12 wrap-anywhere text-text-3">{vault.reenterLabels(labels)}</span>
      </div>
      <KeyPageLink provider={provider} />
      {hasKey && <KeyChip state="stored" />}
      {hasKey && (
        <Button small aria-label={`${action.edit}: ${provider.display_name}`} onClick={() => act('edit', provider)}>
          {action.edit}
        </Button>
      )}
      {!hasKey && (
        <Button
          small
          icon={KeyRound}
          aria-label={`${action.setKey}: ${provider.display_name}`}
          onClick={() => act('set_key', provider)}
        >
          {action.setKey}
        </Button>
      )}
    </li>
  )
}
