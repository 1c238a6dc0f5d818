import { useEffect, useRef, useState, type FormEvent } from 'react'
import type { Provider } from '../../shared/schemas.ts'
import { api, problemOf, type Problem } from '../api.ts'
import { PageProblemNote } from '../layout/page-notes.tsx'
import { changedLimits, limitDraftOf, wrongLimits, type LimitDraft } from '../limits/limit-draft.ts'
import { LimitsSection, useProviderLimits } from '../limits/limits-section.tsx'
import { ForeignNote, useForeignKey } from '../providers/key-entry.tsx'
import { act } from '../providers/provider-actions.ts'
import { saveProvider } from '../providers/save-provider.ts'
import { closeOverlay, openOverlay, requestClose, setDirty } from '../state/overlays.ts'
import { useProvider } from '../state/providers.ts'
import { useWriteBlock } from '../state/status.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { DialogFooter } from '../ui/dialog.tsx'
import { Note } from '../ui/note.tsx'
import { AddressFields, KeySection } from './edit-fields.tsx'
import { checkEdit, isChanged, patchOf, type EditDraft, type EditErrors } from './edit-form.ts'
import { KeysSection } from './keys-section.tsx'
import { ModelsSection } from './models-section.tsx'
import { sayProblem } from '../say-problem.ts'

interface EditDetailsProps {
  id: number
  draft: EditDraft
  onDraft: (draft: EditDraft) => void
  onModels: () => void
}

/** Names, address, dialect, key, and the models below. Only what differs is saved. */
export function EditDetails({ id, draft, onDraft, onModels }: EditDetailsProps) {
  const provider = useProvider(id)
  const [errors, setErrors] = useState<EditErrors>({})
  const [refusal, setRefusal] = useState<Problem>()
  const [isBusy, setBusy] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const block = useWriteBlock()
  const foreign = useForeignKey(draft.api_key, provider ?? null)
  const patch = provider === undefined ? undefined : patchOf(provider, draft)
  const limits = useProviderLimits(id)
  const [wrongLimit, setWrongLimit] = useState<Partial<LimitDraft>>({})
  const limitDraft = draft.limits ?? limitDraftOf(limits)
  const newLimits = limits === undefined ? undefined : changedLimits(limits, limitDraft)
  const hasChanged = (patch !== undefined && isChanged(patch)) || newLimits !== undefined
  useEffect(() => setDirty(hasChanged), [hasChanged])
  useEffect(() => {
    if (Object.keys({ ...errors, ...wrongLimit }).length > 0)
      form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus()
  }, [errors, wrongLimit])
  if (provider === undefined || patch === undefined) return null

  const change = (next: Partial<EditDraft>, field?: keyof EditErrors): void => {
    onDraft({ ...draft, ...next })
    if (field !== undefined && errors[field] !== undefined) {
      const { [field]: _left, ...others } = errors
      setErrors(others)
    }
  }
  const save = async (): Promise<void> => {
    const wrong = checkEdit(provider, draft)
    const wrongOnes = wrongLimits(limitDraft)
    setErrors(wrong)
    setWrongLimit(wrongOnes)
    if (Object.keys({ ...wrong, ...wrongOnes }).length > 0) return
    setBusy(true)
    setRefusal(undefined)
    try {
      if (isChanged(patch)) await saveProvider(patch)
      if (newLimits !== undefined) await api.updateProviderLimits({ provider_id: id, ...newLimits })
      closeOverlay()
    } catch (cause) {
      const problem = problemOf(cause)
      const fields = Object.fromEntries((problem.errors ?? []).map(({ path, message }) => [path, message]))
      if (problem.code === 'key_reentry_required') setErrors({ api_key: sayProblem({ detail: problem.detail }) })
      else if (Object.keys(fields).length > 0) setErrors(fields)
      else setRefusal(problem)
      setBusy(false)
    }
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (!isBusy && hasChanged && block === undefined && foreign === undefined) void save()
  }
  return (
    <form ref={form} onSubmit={submit} noValidate className="flex min-h-0 grow flex-col">
      <div className="min-h-0 grow overflow-y-auto">
        <div className="flex flex-col gap-4 border-b border-line px-5 pt-4 pb-5">
          <PageProblemNote />
          <AddressFields provider={provider} draft={draft} errors={errors} onChange={change} />
          <KeySection provider={provider} draft={draft} error={errors.api_key} onChange={change} />
          {foreign !== undefined && (
            <ForeignNote
              provider={provider}
              foreign={foreign}
              onKeep={() => change({ api_key: { ...draft.api_key, kept: draft.api_key.value } })}
              onInstead={() =>
                openOverlay({ kind: 'key', provider_id: foreign.provider.id, typed: draft.api_key.value })
              }
            />
          )}
        </div>
        {(provider.key_state === 'stored' || provider.key_state === 'unreadable') && (
          <KeysSection provider={provider} />
        )}
        {limits !== undefined && (
          <LimitsSection
            limits={limits}
            draft={limitDraft}
            onChange={(next) => {
              setWrongLimit({})
              onDraft({ ...draft, limits: next })
            }}
            wrong={wrongLimit}
          />
        )}
        <ModelsSection id={id} onModels={onModels} />
      </div>
      {refusal !== undefined && (
        <div className="shrink-0 px-5 pb-3">
          <Note kind="failure">{sayProblem(refusal)}</Note>
        </div>
      )}
      <DialogFooter left={<DangerButton provider={provider} />}>
        <Button onClick={requestClose}>{strings.action.cancel}</Button>
        <Button
          type="submit"
          look="primary"
          busy={isBusy && strings.action.saving}
          why={block ?? whyNotSaved(hasChanged, foreign !== undefined)}
        >
          {strings.action.save}
        </Button>
      </DialogFooter>
    </form>
  )
}

function whyNotSaved(hasChanged: boolean, isAsked: boolean): string | undefined {
  if (!hasChanged) return strings.edit.nothingDiffers
  return isAsked ? strings.edit.answerFirst : undefined
}

/** What a person comes to this drawer's foot for: a predefined provider loses its key, a custom one goes whole. */
function DangerButton({ provider }: { provider: Provider }) {
  const block = useWriteBlock()
  const holdsKey = provider.key_state === 'stored' || provider.key_state === 'unreadable'
  if (provider.is_predefined && !holdsKey) return null
  const kind = provider.is_predefined ? 'remove_key' : 'delete'
  return (
    <Button look="quiet_danger" why={block} onClick={() => act(kind, provider)}>
      {kind === 'delete' ? strings.action.deleteProvider : strings.action.removeKey}
    </Button>
  )
}
