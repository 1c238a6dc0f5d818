import { Eye, EyeOff, KeyRound } from 'lucide-react'
import { useState, type ClipboardEvent, type ReactNode, type Ref } from 'react'
import { cleanPaste } from '../providers/key-text.ts'
import { strings } from '../strings.ts'
import { Field } from './field.tsx'
import { Icon } from './icon.tsx'
import { tip } from './tooltip.tsx'

interface KeyFieldProps {
  value: string
  /** `trimmed` where white space was taken off the ends. */
  onChange: (value: string, trimmed: boolean) => void
  label?: string
  aside?: string | undefined
  corner?: ReactNode
  hint?: ReactNode
  error?: ReactNode
  placeholder?: string
  ref?: Ref<HTMLInputElement>
  beside?: ReactNode
  autoFocus?: boolean
}

/** Takes a key in, masked. It never shows one that is stored; "show" is for what is being typed. */
export function KeyField({ value, onChange, label = strings.key.label, ...props }: KeyFieldProps) {
  const { aside, corner, hint, error, placeholder = strings.key.placeholder, ref, beside, autoFocus = false } = props
  const [isShown, setShown] = useState(false)
  const paste = (event: ClipboardEvent<HTMLInputElement>): void => {
    // An input of one line drops line breaks, and two keys would grow together unseen.
    event.preventDefault()
    const { selectionStart, selectionEnd } = event.currentTarget
    const { text, trimmed } = cleanPaste(event.clipboardData.getData('text'))
    onChange(value.slice(0, selectionStart ?? value.length) + text + value.slice(selectionEnd ?? value.length), trimmed)
  }
  const name = isShown ? strings.key.hide : strings.key.show
  return (
    <Field label={label} aside={aside} corner={corner} hint={hint} error={error}>
      {(ids) => (
        <div className="flex gap-2">
          <div className="field-box flex h-8 min-w-0 grow items-center pl-2.5" data-invalid={ids['aria-invalid']}>
            <Icon of={KeyRound} className="text-text-3" />
            <input
              {...ids}
              ref={ref}
              // eslint-disable-next-line jsx-a11y/no-autofocus -- the one field of a dialog that was opened for it
              autoFocus={autoFocus}
              type={isShown ? 'text' : 'password'}
              autoComplete="off"
              autoCapitalize="off"
              autoCorrect="off"
              spellCheck={false}
              data-1p-ignore=""
              data-lpignore="true"
              placeholder={placeholder}
              value={value}
              onChange={(event) => onChange(event.target.value, false)}
              onPaste={paste}
              onDragStart={(event) => event.preventDefault()}
              className={`min-w-0 grow bg-transparent px-2 text-13 outline-none ${isShown ? 'mono text-12' : ''}`}
            />
            <button
              type="button"
              aria-label={name}
              {...tip(name)}
              aria-pressed={isShown}
              onClick={() => setShown(!isShown)}
              className="mr-0.5 inline-flex size-[26px] shrink-0 items-center justify-center rounded-4 text-text-3 hover:bg-hover hover:text-text"
            >
              <Icon of={isShown ? EyeOff : Eye} />
            </button>
          </div>
          {beside}
        </div>
      )}
    </Field>
  )
}
