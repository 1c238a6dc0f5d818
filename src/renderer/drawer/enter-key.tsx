import { useEffect, useRef, useState, type KeyboardEvent } from 'react'
import type { ProviderKey } from '../../shared/provider-key-schemas.ts'
import type { Provider } from '../../shared/schemas.ts'
import { api, problemOf } from '../api.ts'
import { emptyKey } from '../providers/key-draft.ts'
import { ForeignNote, useForeignKey } from '../providers/key-entry.tsx'
import { keyProblem } from '../providers/key-text.ts'
import { sayProblem } from '../say-problem.ts'
import { openOverlay } from '../state/overlays.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { TextField } from '../ui/field.tsx'
import { KeyField } from '../ui/key-field.tsx'
import { hostOf } from '../words.ts'

interface EnterKeyProps {
  provider: Provider
  /** The key in whose place it comes, with its label, order and switch; none: it is one more. */
  inPlaceOf?: ProviderKey
  onDone: () => void
}

/** Takes one more key of a provider, or another in place of one. */
export function EnterKey({ provider, inPlaceOf, onDone }: EnterKeyProps) {
  const [label, setLabel] = useState('')
  const [draft, setDraft] = useState(emptyKey)
  const [error, setError] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  const first = useRef<HTMLDivElement>(null)
  const foreign = useForeignKey(draft, provider)
  const { keys, key, action } = strings
  useEffect(() => first.current?.querySelector('input')?.focus(), [])

  const save = async (): Promise<void> => {
    if (isBusy || foreign !== undefined) return
    const problem = draft.value === '' ? key.needed : keyProblem(draft.value)
    setError(problem)
    if (problem !== undefined) return
    setBusy(true)
    try {
      const ref = { provider_id: provider.id, api_key: draft.value }
      if (inPlaceOf === undefined) await api.addKey({ ...ref, ...(label.trim() === '' ? {} : { label }) })
      else await api.updateKey({ ...ref, key_id: inPlaceOf.id ?? 'first' })
      onDone()
    } catch (cause) {
      setError(sayProblem(problemOf(cause)))
      setBusy(false)
    }
  }
  const keyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.ctrlKey || event.metaKey || !(event.target instanceof HTMLInputElement)) return
    // The form around it saves the provider; Enter here saves the key.
    event.preventDefault()
    void save()
  }
  return (
    // Enter in its fields does what its button does.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div ref={first} onKeyDown={keyDown} className="flex flex-col gap-3 rounded-8 border border-line bg-inset p-3">
      {inPlaceOf === undefined && (
        <TextField
          label={keys.label}
          aside={keys.optional}
          value={label}
          onChange={setLabel}
          input={{ maxLength: 100, placeholder: keys.labelPlaceholder }}
        />
      )}
      <KeyField
        label={inPlaceOf === undefined ? keys.newKey : keys.inPlaceOf(inPlaceOf.label)}
        value={draft.value}
        onChange={(value, trimmed) => {
          setDraft({ ...draft, value, trimmed })
          setError(undefined)
        }}
        placeholder={key.placeholderFor(hostOf(provider.base_url) ?? provider.display_name)}
        error={error}
      />
      {foreign !== undefined && (
        <ForeignNote
          provider={provider}
          foreign={foreign}
          onKeep={() => setDraft({ ...draft, kept: draft.value })}
          onInstead={() => openOverlay({ kind: 'key', provider_id: foreign.provider.id, typed: draft.value })}
        />
      )}
      <div className="flex justify-end gap-2">
        <Button small onClick={onDone}>
          {action.cancel}
        </Button>
        <Button
          small
          look="primary"
          busy={isBusy && action.saving}
          why={foreign === undefined ? undefined : strings.edit.answerFirst}
          onClick={() => void save()}
        >
          {inPlaceOf === undefined ? keys.add : action.replaceKey}
        </Button>
      </div>
    </div>
  )
}
