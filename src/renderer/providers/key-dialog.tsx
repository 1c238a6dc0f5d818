import { useEffect, useRef, useState, type FormEvent } from 'react'
import { problemOf, type Problem } from '../api.ts'
import { closeOverlay, requestClose, setDirty, useOverlays } from '../state/overlays.ts'
import { useProvider } from '../state/providers.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogBody, DialogFooter, DialogHeader, useLast } from '../ui/dialog.tsx'
import { Mark } from '../ui/mark.tsx'
import { Note } from '../ui/note.tsx'
import { hostOf } from '../words.ts'
import { hasKey } from './has-key.ts'
import { emptyKey } from './key-draft.ts'
import { KeyEntry, useForeignKey } from './key-entry.tsx'
import { saveToLabel } from './provider-actions.ts'
import { keyProblem } from './key-text.ts'
import { saveProvider } from './save-provider.ts'
import { sayProblem } from '../say-problem.ts'

/** Sets or replaces the key of one provider. */
export function KeyDialog() {
  const asked = useOverlays(({ overlay }) => (overlay?.kind === 'key' ? overlay : undefined))
  const shown = useLast(asked)
  const id = shown?.provider_id
  const provider = useProvider(id ?? -1)
  const { key } = strings
  const state = provider?.key_state
  const title = state === 'unreadable' ? key.againTitle : state === 'stored' ? key.replaceTitle : key.setTitle
  return (
    <Dialog open={asked !== undefined && provider !== undefined} title={title(provider?.display_name ?? '')}>
      {provider !== undefined && (
        <KeyForm id={provider.id} typed={shown?.typed ?? ''} title={title(provider.display_name)} />
      )}
    </Dialog>
  )
}

function KeyForm({ id: first, typed, title }: { id: number; typed: string; title: string }) {
  const [id, setId] = useState(first)
  const provider = useProvider(id)
  const [draft, setDraft] = useState({ ...emptyKey, value: typed })
  const [error, setError] = useState<string>()
  const [refusal, setRefusal] = useState<Problem>()
  const [isBusy, setBusy] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const foreign = useForeignKey(draft, provider ?? null)
  useEffect(() => setDirty(draft.value !== ''), [draft.value])
  useEffect(() => {
    if (error !== undefined) form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus()
  }, [error])
  if (provider === undefined) return null

  const save = async (target: number): Promise<void> => {
    const problem = keyProblem(draft.value)
    if (problem !== undefined) {
      setError(draft.value === '' ? strings.key.needed : problem)
      return
    }
    setBusy(true)
    setRefusal(undefined)
    try {
      await saveProvider({ provider_id: target, api_key: draft.value })
      closeOverlay(target === first ? undefined : { provider_id: target })
    } catch (cause) {
      const refused = problemOf(cause)
      const atField = refused.errors?.find(({ path }) => path === 'api_key')
      if (atField === undefined) setRefusal(refused)
      else setError(atField.message)
      setBusy(false)
    }
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    // A key that the other provider has is not overwritten unseen: the step moves there first.
    if (foreign !== undefined && hasKey(foreign.provider)) setId(foreign.provider.id)
    else void save(foreign?.provider.id ?? id)
  }
  return (
    <form ref={form} onSubmit={submit} noValidate className="contents">
      <DialogHeader title={title} />
      <DialogBody>
        <div className="flex items-center gap-3">
          <Mark provider_id={id} size={36} />
          <div className="flex min-w-0 flex-col">
            <span className="truncate text-13 font-semibold">{provider.display_name}</span>
            <span className="mono truncate text-12 text-text-3">{hostOf(provider.base_url) ?? ''}</span>
          </div>
        </div>
        <KeyEntry
          key={id}
          provider={provider}
          draft={draft}
          error={error}
          foreign={foreign}
          onType={(value, trimmed) => {
            setDraft({ ...draft, value, trimmed })
            setError(undefined)
          }}
          onKeep={() => setDraft({ ...draft, kept: draft.value })}
          onInstead={() => foreign !== undefined && setId(foreign.provider.id)}
        />
        {refusal !== undefined && <Note kind="failure">{sayProblem(refusal)}</Note>}
      </DialogBody>
      <DialogFooter>
        <Button onClick={requestClose}>{strings.action.cancel}</Button>
        <Button type="submit" look="primary" busy={isBusy && strings.action.saving}>
          {foreign === undefined ? strings.action.save : saveToLabel(foreign.provider)}
        </Button>
      </DialogFooter>
    </form>
  )
}
