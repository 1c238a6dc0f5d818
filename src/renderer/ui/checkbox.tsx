import type { ComponentProps, ReactNode } from 'react'

interface CheckboxProps {
  checked: boolean
  onChange: (checked: boolean) => void
  disabled?: boolean
  /** What a list it is a row of needs on the input. */
  input?: ComponentProps<'input'>
  children: ReactNode
  className?: string
}

/** A choice that waits for the button; the whole row is its label. */
export function Checkbox({ checked, onChange, disabled = false, input, children, className = '' }: CheckboxProps) {
  return (
    <label className={`flex min-w-0 items-center gap-2.5 ${className}`}>
      <input
        {...input}
        type="checkbox"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.target.checked)}
        className="size-4 shrink-0 accent-accent"
      />
      {children}
    </label>
  )
}
