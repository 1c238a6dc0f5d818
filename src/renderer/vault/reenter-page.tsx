import { KeyRound } from 'lucide-react'
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
  const names = new Set(reenter.keys_to_enter_again.map(({ name }) => name))
  return (
    <>
      <PageHeader title={vault.title} />
      <PageBody>
        <div className="mx-auto flex max-w-160 flex-col gap-5 pt-5">
          <div className="flex flex-col gap-2">
            <h2 className="text-20 font-semibold">{names.size === 0 ? vault.reenterNone : vault.reenterTitle}</h2>
            <p className="text-13 text-text-2">{vault.reenterText}</p>
            <CodeLine path text={reenter.copy} copyName={strings.settings.copyVaultPath} />
          </div>
          {reenter.backup_passphrase_dropped && <Note kind="question">{vault.reenterBackup}</Note>}
          {names.size > 0 && (
            <ul className="rounded-8 border border-line bg-surface shadow-card">
              {list
                .filter(({ name }) => names.has(name))
                .map((provider) => (
                  <li
                    key={provider.id}
                    className="flex min-h-12 items-center gap-3 border-line px-4 py-1.5 not-first:border-t"
                  >
                    <Mark provider_id={provider.id} size={28} />
                    <span className="min-w-0 grow truncate text-13 font-medium">{provider.display_name}</span>
                    <KeyPageLink provider={provider} />
                    {provider.key_state === 'stored' ? (
                      <KeyChip state="stored" />
                    ) : (
                      <Button
                        small
                        icon={KeyRound}
                        aria-label={`${strings.action.setKey}: ${provider.display_name}`}
                        onClick={() => act('set_key', provider)}
                      >
                        {strings.action.setKey}
                      </Button>
                    )}
                  </li>
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
