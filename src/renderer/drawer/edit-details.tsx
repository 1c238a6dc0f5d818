import { Copy } from 'lucide-react'
import { useEffect, useRef, useState, type FormEvent } from 'react'
import type { Provider } from '../../shared/schemas.ts'
import { problemOf, type Problem } from '../api.ts'
import { PageProblemNote } from '../layout/page-notes.tsx'
import { useCatalogEntry } from '../providers/catalog-entry.ts'
import { dialectChoices } from '../providers/dialect-choices.ts'
import { ForeignNote, KeyPageLink, useForeignKey } from '../providers/key-entry.tsx'
import { act } from '../providers/provider-actions.ts'
import { saveProvider } from '../providers/save-provider.ts'
import { closeOverlay, openOverlay, requestClose, setDirty } from '../state/overlays.ts'
import { useProvider } from '../state/providers.ts'
import { useDesktop, useWriteBlock } from '../state/status.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { KeyChip } from '../ui/chip.tsx'
import { DialogFooter } from '../ui/dialog.tsx'
import { TextField } from '../ui/field.tsx'
import { KeyField } from '../ui/key-field.tsx'
import { Note } from '../ui/note.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { hostOf } from '../words.ts'
import {
  checkEdit,
  isChanged,
  originChange,
  patchOf,
  valuesOf,
  withDialect,
  type EditDraft,
  type EditErrors,
} from './edit-form.ts'
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
  const hasChanged = patch !== undefined && isChanged(patch)
  useEffect(() => setDirty(hasChanged), [hasChanged])
  useEffect(() => {
    if (Object.keys(errors).length > 0) form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus()
  }, [errors])
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
    setErrors(wrong)
    if (Object.keys(wrong).length > 0) return
    setBusy(true)
    setRefusal(undefined)
    try {
      await saveProvider(patch)
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

interface SectionProps {
  provider: Provider
  draft: EditDraft
  onChange: (draft: Partial<EditDraft>, field?: keyof EditErrors) => void
}

function AddressFields({ provider, draft, errors, onChange }: SectionProps & { errors: EditErrors }) {
  const { edit } = strings
  const values = valuesOf(provider, draft)
  const offered = useCatalogEntry(provider.id)?.offered_base_url ?? null
  const moved = originChange(provider, draft)
  return (
    <>
      <TextField
        label={edit.displayName}
        hint={provider.is_predefined && values.display_name === '' ? edit.backToCatalog : undefined}
        error={errors.display_name}
        value={values.display_name}
        onChange={(display_name) => onChange({ display_name }, 'display_name')}
      />
      <div className="flex flex-col gap-2">
        <TextField
          label={edit.baseUrl}
          hint={provider.is_predefined && values.base_url === '' ? edit.backToCatalog : undefined}
          error={errors.base_url}
          value={values.base_url}
          onChange={(base_url) => onChange({ base_url }, 'base_url')}
          mono
        />
        {moved !== undefined && (
          <Note kind="question" title={edit.originTitle}>
            {moved.from === null ? (
              edit.originNone
            ) : (
              <>
                {edit.originFor} <span className="mono text-12">{moved.from}</span> {edit.originNowhere}
              </>
            )}
          </Note>
        )}
        {offered !== null && offered !== values.base_url && (
          <Note
            kind="information"
            actions={
              <Button small onClick={() => onChange({ base_url: offered }, 'base_url')}>
                {edit.offeredUse}
              </Button>
            }
          >
            {edit.offered} <span className="mono text-12">{offered}</span>
          </Note>
        )}
      </div>
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <span className="text-12 font-medium">{edit.dialect}</span>
        <Segmented
          small
          name={edit.dialect}
          value={values.dialect}
          choices={dialectChoices}
          onChange={(dialect) => onChange(withDialect(provider, draft, dialect))}
        />
      </div>
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <span className="text-12 font-medium">{edit.auth}</span>
        <Segmented
          small
          name={edit.auth}
          value={values.auth}
          choices={authChoices}
          onChange={(auth) => onChange({ auth })}
        />
      </div>
    </>
  )
}

const authChoices = [
  { value: 'bearer', label: strings.edit.auths.bearer },
  { value: 'x-api-key', label: strings.edit.auths['x-api-key'] },
  { value: 'x-goog-api-key', label: strings.edit.auths['x-goog-api-key'] },
  { value: 'api-key', label: strings.edit.auths['api-key'] },
] as const

function KeySection({ provider, draft, error, onChange }: SectionProps & { error: string | undefined }) {
  const isDesktop = useDesktop()
  const { key, edit } = strings
  const host = hostOf(valuesOf(provider, draft).base_url)
  const moved = originChange(provider, draft) !== undefined
  const { value, trimmed } = draft.api_key
  return (
    <KeyField
      value={value}
      onChange={(next, wasTrimmed) =>
        onChange({ api_key: { ...draft.api_key, value: next, trimmed: wasTrimmed } }, 'api_key')
      }
      corner={<KeyChip state={provider.key_state} />}
      placeholder={
        moved && host !== undefined
          ? key.placeholderFor(host)
          : provider.key_state === 'stored'
            ? key.placeholderNew
            : key.placeholder
      }
      hint={
        trimmed ? (
          key.trimmed(value.length)
        ) : provider.key_state === 'unreadable' ? (
          strings.providers.unreadable
        ) : provider.key_state === 'environment' ? (
          edit.fromEnvironment
        ) : provider.key_state === 'none' && provider.key_url !== null ? (
          <KeyPageLink provider={provider} />
        ) : undefined
      }
      error={error}
      beside={
        isDesktop && provider.key_state === 'stored' ? (
          <Button icon={Copy} onClick={() => act('copy_key', provider)}>
            {strings.action.copyKey}
          </Button>
        ) : undefined
      }
    />
  )
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
