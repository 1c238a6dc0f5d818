import { ArrowLeft, X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { ProviderMenu } from '../providers/provider-menu.tsx'
import { loadCatalogEntry } from '../providers/catalog-entry.ts'
import { emptyKey } from '../providers/key-draft.ts'
import { closeOverlay, requestClose, useOverlays, type OverlayOf } from '../state/overlays.ts'
import { showPageProblem } from '../state/page-problem.ts'
import { useProvider } from '../state/providers.ts'
import { strings } from '../strings.ts'
import { Surface, useLast } from '../ui/dialog.tsx'
import { IconButton } from '../ui/icon-button.tsx'
import { Mark } from '../ui/mark.tsx'
import { isTyping } from '../keyboard/use-shortcuts.ts'
import { longDate } from '../words.ts'
import { EditDetails } from './edit-details.tsx'
import type { EditDraft } from './edit-form.ts'
import { ModelsView } from './models-view.tsx'

type View = 'details' | 'models'

/** The drawer of one provider: its details, or all its models. */
export function EditDrawer() {
  const overlay = useOverlays((state) => state.overlay)
  const asked = overlay?.kind === 'edit' ? overlay : undefined
  const shown = useLast(asked)
  const provider = useProvider(shown?.provider_id ?? -1)
  const [{ of, view }, setView] = useState<{ of: OverlayOf<'edit'> | undefined; view: View }>({
    of: undefined,
    view: 'details',
  })
  if (shown !== undefined && of !== shown) setView({ of: shown, view: shown.view })
  const isOpen = asked !== undefined && provider !== undefined
  const isGone = asked !== undefined && provider === undefined
  useEffect(() => {
    if (!isGone) return
    // Deleted while it was open: by its own question, or elsewhere.
    if (useOverlays.getState().confirm === null) showPageProblem(strings.edit.gone)
    closeOverlay()
  }, [isGone])
  return (
    <Surface
      open={isOpen}
      name={provider?.display_name ?? ''}
      onEscape={() => {
        // A field within that ends by it.
        if (document.activeElement?.hasAttribute('data-own-escape') === true) return true
        if (view === 'details') return false
        setView({ of: shown, view: 'details' })
        return true
      }}
      className="inset-y-0 right-0 w-[480px] max-w-full data-[state=closed]:animate-slide-out data-[state=open]:animate-slide-in"
    >
      {provider !== undefined && (
        <EditBody
          key={provider.id}
          id={provider.id}
          view={view}
          onView={(next) => setView({ of: shown, view: next })}
        />
      )}
    </Surface>
  )
}

function EditBody({ id, view, onView }: { id: number; view: View; onView: (view: View) => void }) {
  const provider = useProvider(id)
  // Here, so that what was typed stays while the models are looked at.
  const [draft, setDraft] = useState<EditDraft>({ api_key: emptyKey })
  useEffect(() => void loadCatalogEntry(id), [id])
  if (provider === undefined) return null
  return (
    // Two keys for the whole drawer; each has a control that does the same.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div
      className="flex min-h-0 grow flex-col"
      onKeyDown={(event) => {
        if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return
        if (view === 'details' && event.key.toLowerCase() === 'm') onView('models')
        else if (view === 'models' && event.key === 'ArrowLeft') onView('details')
      }}
    >
      <header className="flex h-16 shrink-0 items-center gap-3 border-b border-line pr-3 pl-5">
        <Mark provider_id={id} size={36} />
        <div className="flex min-w-0 grow flex-col">
          <h2 title={provider.display_name} className="truncate text-15 font-semibold">
            {provider.display_name}
          </h2>
          <p className="truncate text-12 text-text-3">
            <span className="mono">{provider.name}</span>,{' '}
            {provider.is_predefined ? strings.edit.predefined : strings.edit.custom},{' '}
            {view === 'details'
              ? strings.edit.changed(longDate(provider.updated_at))
              : strings.models.number(provider.models.length)}
          </p>
        </div>
        <ProviderMenu id={id} without={['set_key', 'edit', 'models']} />
        <IconButton icon={X} name={strings.action.close} chord="Esc" onClick={requestClose} />
      </header>
      {view === 'details' ? (
        <EditDetails id={id} draft={draft} onDraft={setDraft} onModels={() => onView('models')} />
      ) : (
        <ModelsView
          id={id}
          back={
            <IconButton
              icon={ArrowLeft}
              name={strings.models.back}
              chord="Esc"
              onClick={() => onView('details')}
              className="-ml-1.5"
            />
          }
        />
      )}
    </div>
  )
}
