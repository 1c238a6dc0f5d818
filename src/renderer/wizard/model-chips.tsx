import { X } from 'lucide-react'
import { useRef, type ClipboardEvent, type KeyboardEvent } from 'react'
import { strings } from '../strings.ts'
import { Field } from '../ui/field.tsx'
import { Icon } from '../ui/icon.tsx'

interface ModelChipsProps {
  models: readonly string[]
  text: string
  error?: string | undefined
  onText: (text: string) => void
  onRemove: (name: string) => void
  /** Backspace before the text: the last chip becomes text again. */
  onLastToText: () => void
}

/** Model names as they are typed: a comma or Enter makes a chip. */
export function ModelChips({ models, text, error, onText, onRemove, onLastToText }: ModelChipsProps) {
  const input = useRef<HTMLInputElement>(null)
  const { wizard } = strings
  const keyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey && text.trim() !== '') {
      event.preventDefault()
      onText(`${text},`)
    } else if (event.key === 'Backspace' && text === '' && models.length > 0) {
      event.preventDefault()
      onLastToText()
    }
  }
  const paste = (event: ClipboardEvent<HTMLInputElement>): void => {
    const pasted = event.clipboardData.getData('text')
    // An input of one line would drop the line breaks of a list.
    if (!/[\r\n]/.test(pasted)) return
    event.preventDefault()
    onText(text + pasted.replace(/[\r\n]+/g, '\n'))
  }
  const number = new Set(text.trim() === '' ? models : [...models, text.trim()]).size
  return (
    <Field label={wizard.models} aside={wizard.modelsAside} hint={wizard.modelsHint(number)} error={error}>
      {(ids) => (
        // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions
        <div
          className="field-box flex max-h-32 min-h-8 flex-wrap items-center gap-1 overflow-y-auto p-1"
          data-invalid={ids['aria-invalid']}
          onClick={() => input.current?.focus()}
        >
          {models.map((name) => (
            <span key={name} className="mono inline-flex h-6 max-w-full items-center rounded-4 bg-hover pl-2 text-12">
              <span className="truncate" title={name}>
                {name}
              </span>
              <button
                type="button"
                aria-label={wizard.removeModel(name)}
                onClick={() => onRemove(name)}
                className="inline-flex size-6 shrink-0 items-center justify-center rounded-4 text-text-3 hover:text-text"
              >
                <Icon of={X} size={12} />
              </button>
            </span>
          ))}
          <input
            {...ids}
            ref={input}
            type="text"
            autoComplete="off"
            spellCheck={false}
            value={text}
            onChange={(event) => onText(event.target.value)}
            onKeyDown={keyDown}
            onPaste={paste}
            className="mono h-6 min-w-24 grow bg-transparent px-1.5 text-12 outline-none"
          />
        </div>
      )}
    </Field>
  )
}
