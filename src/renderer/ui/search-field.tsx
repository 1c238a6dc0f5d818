import { Search, X } from 'lucide-react'
import type { ComponentProps, KeyboardEvent, Ref } from 'react'
import { strings } from '../strings.ts'
import { Icon } from './icon.tsx'
import { KeyCaps } from './key-caps.tsx'

interface SearchFieldProps {
  name: string
  placeholder: string
  value: string
  onChange: (value: string) => void
  chord?: string | undefined
  mono?: boolean
  small?: boolean
  ref?: Ref<HTMLInputElement>
  onKeyDown?: (event: KeyboardEvent<HTMLInputElement>) => void
  className?: string
  /** The page's own search, which Ctrl F and / look for. */
  ofPage?: boolean
  /** What a list below it needs on the input: role, active option. */
  input?: ComponentProps<'input'>
}

/** Icon, text, its shortcut while empty, a button that clears it once filled. Esc clears before it closes. */
export function SearchField({ name, placeholder, value, onChange, ...props }: SearchFieldProps) {
  const { chord, mono = false, small = false, ref, onKeyDown, className = '', ofPage = false, input } = props
  const keyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.key === 'Escape' && value !== '') {
      event.stopPropagation()
      event.preventDefault()
      onChange('')
      return
    }
    onKeyDown?.(event)
  }
  return (
    <div className={`field-box flex items-center border-line-2 pl-2.5 ${small ? 'h-7' : 'h-8'} ${className}`}>
      <Icon of={Search} size={small ? 14 : 16} className="text-text-3" />
      <input
        ref={ref}
        type="text"
        role="searchbox"
        aria-label={name}
        data-search=""
        data-page-search={ofPage || undefined}
        autoComplete="off"
        spellCheck={false}
        {...input}
        placeholder={placeholder}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={keyDown}
        className={`w-0 min-w-0 grow bg-transparent px-2 outline-none ${mono ? 'mono' : ''} ${small || mono ? 'text-12' : 'text-13'}`}
      />
      {value === '' ? (
        <KeyCaps chord={chord} className="mr-2" />
      ) : (
        <button
          type="button"
          aria-label={strings.action.clearSearch}
          onClick={(event) => {
            onChange('')
            event.currentTarget.parentElement?.querySelector('input')?.focus()
          }}
          className="mr-0.5 inline-flex size-6 items-center justify-center rounded-4 text-text-3 hover:bg-hover hover:text-text"
        >
          <Icon of={X} size={14} />
        </button>
      )}
    </div>
  )
}
