import { Eye, EyeOff, type LucideIcon } from 'lucide-react'
import { useState, type ClipboardEventHandler, type ReactNode, type Ref } from 'react'
import { Field } from './field.tsx'
import { Icon } from './icon.tsx'
import { tip } from './tooltip.tsx'

/** What the fields of keys and of passphrases have in common for whoever uses one. */
export interface SecretFieldProps {
  hint?: ReactNode
  error?: ReactNode
  ref?: Ref<HTMLInputElement>
  autoFocus?: boolean
  /** Stands beside the box. */
  beside?: ReactNode
}

interface SecretInputProps extends SecretFieldProps {
  label: string
  aside?: string | undefined
  corner?: ReactNode
  icon: LucideIcon
  /** The names of the button that shows what is typed. */
  show: string
  hide: string
  value: string
  onChange: (value: string) => void
  onPaste?: ClipboardEventHandler<HTMLInputElement>
  placeholder?: string
  /** Where what is shown is a text to compare sign by sign. */
  mono?: boolean
}

/** Takes a secret in, masked, where no password manager or spelling help looks at it. */
export function SecretInput({ label, aside, corner, icon, show, hide, value, onChange, ...props }: SecretInputProps) {
  const { hint, error, ref, autoFocus = false, beside, onPaste, placeholder, mono = false } = props
  const [isShown, setShown] = useState(false)
  const name = isShown ? hide : show
  return (
    <Field label={label} aside={aside} corner={corner} hint={hint} error={error}>
      {(ids) => (
        <div className="flex gap-2">
          <div className="field-box flex h-8 min-w-0 grow items-center pl-2.5" data-invalid={ids['aria-invalid']}>
            <Icon of={icon} className="text-text-3" />
            <input
              {...ids}
              ref={ref}
              // eslint-disable-next-line jsx-a11y/no-autofocus -- the one field of what was opened for it
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
              onChange={(event) => onChange(event.target.value)}
              onPaste={onPaste}
              onDragStart={(event) => event.preventDefault()}
              className={`min-w-0 grow bg-transparent px-2 text-13 outline-none ${mono && isShown ? 'mono text-12' : ''}`}
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
