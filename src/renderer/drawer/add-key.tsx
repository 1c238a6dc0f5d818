import { useEffect, useRef, useState, type KeyboardEvent } from 'react'
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

/** Takes one more key of a provider. */
export function AddKey({ provider, onDone }: { provider: Provider; onDone: () => void }) {
  const [label, setLabel] = useState('')
  const [draft, setDraft] = useState(emptyKey)
  const [error, setError] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  const first = useRef<HTMLDivElement>(null)
  const foreign = useForeignKey(draft, provider)
  const { keys, key, action } = strings
  useEffect(() => first.current?.querySelector('input')?.focus(), [])

  const add = async (): Promise<void> => {
    if (isBusy || foreign !== undefined) return
    const problem = draft.value === '' ? key.needed : keyProblem(draft.value)
    setError(problem)
    if (problem !== undefined) return
    setBusy(true)
    try {
      const named = label.trim() === '' ? {} : { label }
      await api.addKey({ provider_id: provider.id, api_key: draft.value, ...named })
      onDone()
    } catch (cause) {
      setError(sayProblem(problemOf(cause)))
      setBusy(false)
    }
  }
  const keyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.ctrlKey || event.metaKey || !(event.target instanceof HTMLInputElement)) return
    // The form around it saves the provider; Enter here adds the key.
    event.preventDefault()
    void add()
  }
  return (
    // Enter in its fields does what its button does.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div ref={first} onKeyDown={keyDown} className="flex flex-col gap-3 rounded-8 border border-line bg-inset p-3">
      <TextField
        label={keys.label}
        aside={keys.optional}
        value={label}
        onChange={setLabel}
        input={{ maxLength: 100, placeholder: keys.labelPlaceholder }}
      />
      <KeyField
        label={keys.newKey}
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
          onClick={() => void add()}
        >
          {keys.add}
        </Button>
      </div>
    </div>
  )
}
