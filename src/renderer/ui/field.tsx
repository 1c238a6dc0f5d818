import { CircleAlert } from 'lucide-react'
import { useId, type ComponentProps, type ReactNode } from 'react'
import { Icon } from './icon.tsx'

/** What a control inside a field puts on its input. */
export interface FieldIds {
  id: string
  'aria-invalid': true | undefined
  'aria-describedby': string | undefined
}

interface FieldProps {
  label: string
  /** Beside the label, such as "optional". */
  aside?: string | undefined
  /** At the right end of the label's line. */
  corner?: ReactNode
  hint?: ReactNode
  error?: ReactNode
  children: (ids: FieldIds) => ReactNode
}

/** Label above, hint below; a refusal takes the hint's place. */
export function Field({ label, aside, corner, hint, error, children }: FieldProps) {
  const id = useId()
  const below = `${id}-below`
  const hasBelow = error !== undefined || hint !== undefined
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <div className="flex min-h-4 items-center gap-2">
        <label htmlFor={id} className="text-12 font-medium text-text">
          {label}
        </label>
        {aside !== undefined && <span className="text-12 text-text-3">{aside}</span>}
        {corner !== undefined && <div className="ml-auto flex items-center">{corner}</div>}
      </div>
      {children({
        id,
        'aria-invalid': error === undefined ? undefined : true,
        'aria-describedby': hasBelow ? below : undefined,
      })}
      {hasBelow && (
        <div id={below} className="select-text">
          {error === undefined ? (
            <p className="text-12 wrap-anywhere text-text-3">{hint}</p>
          ) : (
            <FieldError>{error}</FieldError>
          )}
        </div>
      )}
    </div>
  )
}

export function FieldError({ children }: { children: ReactNode }) {
  return (
    <p className="flex gap-1.5 text-12 wrap-anywhere text-bad">
      <Icon of={CircleAlert} size={14} className="mt-px" />
      <span>{children}</span>
    </p>
  )
}

interface TextFieldProps extends Omit<FieldProps, 'children'> {
  value: string
  onChange: (value: string) => void
  mono?: boolean
  /** Inside the field at its end, such as a unit. */
  suffix?: string | undefined
  input?: Omit<ComponentProps<'input'>, 'value' | 'onChange' | 'className'>
}

/** A line of text. */
export function TextField({ value, onChange, mono = false, suffix, input = {}, ...field }: TextFieldProps) {
  return (
    <Field {...field}>
      {(ids) => (
        <div className="field-box flex h-8" data-invalid={ids['aria-invalid']}>
          <input
            {...ids}
            type="text"
            autoComplete="off"
            spellCheck={false}
            {...input}
            value={value}
            onChange={(event) => onChange(event.target.value)}
            className={`min-w-0 grow rounded-6 bg-transparent px-2.5 outline-none ${mono ? 'mono text-12' : 'text-13'}`}
          />
          {suffix !== undefined && <span className="self-center pr-2.5 text-12 text-text-3">{suffix}</span>}
        </div>
      )}
    </Field>
  )
}
