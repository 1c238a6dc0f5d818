import { useId, useRef, useState, type KeyboardEvent } from 'react'
import { NewModel } from '../../shared/schemas.ts'
import { problemOf } from '../api.ts'
import { addModel } from '../providers/save-provider.ts'
import { useWriteBlock } from '../state/status.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { FieldError } from '../ui/field.tsx'
import { sayProblem } from '../say-problem.ts'

interface AddModelProps {
  id: number
  autoFocus?: boolean
  onAdded?: () => void
}

/** A row of two fields and a button. Without a display name the id stands for it. */
export function AddModel({ id, autoFocus = false, onAdded }: AddModelProps) {
  const [name, setName] = useState('')
  const [display, setDisplay] = useState('')
  const [error, setError] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  const errorId = useId()
  const block = useWriteBlock()
  const { models } = strings

  const add = async (): Promise<void> => {
    if (isBusy || block !== undefined) return
    const checked = NewModel.safeParse({ provider_id: id, name, display_name: display.trim() === '' ? name : display })
    if (!checked.success) {
      setError(checked.error.issues[0]?.message)
      field.current?.focus()
      return
    }
    setBusy(true)
    try {
      await addModel(checked.data)
      setName('')
      setDisplay('')
      setError(undefined)
      onAdded?.()
    } catch (cause) {
      setError(sayProblem(problemOf(cause)))
    }
    setBusy(false)
    field.current?.focus()
  }
  const keyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.ctrlKey || event.metaKey) return
    // The form around it saves the provider; Enter here adds the model.
    event.preventDefault()
    void add()
  }
  const type = (set: (value: string) => void) => (event: React.ChangeEvent<HTMLInputElement>) => {
    set(event.target.value)
    setError(undefined)
  }
  return (
    <div className="flex shrink-0 flex-col gap-1.5 bg-inset p-1.5">
      <div className="flex gap-1.5">
        <div
          className="field-box flex h-7 min-w-0 grow-3 basis-0"
          data-invalid={error === undefined ? undefined : true}
        >
          <input
            ref={field}
            autoFocus={autoFocus}
            aria-label={models.id}
            aria-invalid={error === undefined ? undefined : true}
            aria-describedby={error === undefined ? undefined : errorId}
            placeholder={models.idPlaceholder}
            autoComplete="off"
            spellCheck={false}
            value={name}
            onChange={type(setName)}
            onKeyDown={keyDown}
            className="mono min-w-0 grow bg-transparent px-2 text-12 outline-none"
          />
        </div>
        <div className="field-box flex h-7 min-w-0 grow-2 basis-0">
          <input
            aria-label={models.displayName}
            placeholder={models.displayNamePlaceholder}
            autoComplete="off"
            spellCheck={false}
            value={display}
            onChange={type(setDisplay)}
            onKeyDown={keyDown}
            className="min-w-0 grow bg-transparent px-2 text-12 outline-none"
          />
        </div>
        <Button
          small
          aria-label={models.addModel}
          why={block ?? (name.trim() === '' ? models.idFirst : undefined)}
          onClick={() => void add()}
        >
          {strings.action.add}
        </Button>
      </div>
      {error !== undefined && (
        <div id={errorId} role="alert" className="px-1 pb-0.5">
          <FieldError>{error}</FieldError>
        </div>
      )}
    </div>
  )
}
