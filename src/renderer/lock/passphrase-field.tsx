import { Eye, EyeOff, LockKeyhole } from 'lucide-react'
import { useState, type ReactNode, type Ref } from 'react'
import { strings } from '../strings.ts'
import { Field } from '../ui/field.tsx'
import { Icon } from '../ui/icon.tsx'
import { tip } from '../ui/tooltip.tsx'

interface PassphraseFieldProps {
  label: string
  value: string
  onChange: (value: string) => void
  hint?: ReactNode
  error?: ReactNode
  ref?: Ref<HTMLInputElement>
  autoFocus?: boolean
  beside?: ReactNode
}

/** Takes a passphrase in, masked and as it is typed: a space at its end is part of it. */
export function PassphraseField({ label, value, onChange, ...props }: PassphraseFieldProps) {
  const { hint, error, ref, autoFocus = false, beside } = props
  const [isShown, setShown] = useState(false)
  const name = isShown ? strings.lock.hidePassphrase : strings.lock.showPassphrase
  return (
    <Field label={label} hint={hint} error={error}>
      {(ids) => (
        <div className="flex gap-2">
          <div className="field-box flex h-8 min-w-0 grow items-center pl-2.5" data-invalid={ids['aria-invalid']}>
            <Icon of={LockKeyhole} className="text-text-3" />
            <input
              {...ids}
              ref={ref}
              // eslint-disable-next-line jsx-a11y/no-autofocus -- the one thing that can be done here
              autoFocus={autoFocus}
              type={isShown ? 'text' : 'password'}
              autoComplete="off"
              autoCapitalize="off"
              autoCorrect="off"
              spellCheck={false}
              data-1p-ignore=""
              data-lpignore="true"
              value={value}
              onChange={(event) => onChange(event.target.value)}
              onDragStart={(event) => event.preventDefault()}
              className="min-w-0 grow bg-transparent px-2 text-13 outline-none"
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
