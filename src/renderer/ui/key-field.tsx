import { KeyRound } from 'lucide-react'
import type { ClipboardEvent, ReactNode } from 'react'
import { cleanPaste } from '../providers/key-text.ts'
import { strings } from '../strings.ts'
import { SecretInput, type SecretFieldProps } from './secret-input.tsx'

interface KeyFieldProps extends SecretFieldProps {
  value: string
  /** `trimmed` where white space was taken off the ends. */
  onChange: (value: string, trimmed: boolean) => void
  label?: string
  aside?: string | undefined
  corner?: ReactNode
  placeholder?: string
}

/** Takes a key in, masked. It never shows one that is stored; "show" is for what is being typed. */
export function KeyField({ value, onChange, label = strings.key.label, ...props }: KeyFieldProps) {
  const { placeholder = strings.key.placeholder, ...rest } = props
  const paste = (event: ClipboardEvent<HTMLInputElement>): void => {
    // An input of one line drops line breaks, and two keys would grow together unseen.
    event.preventDefault()
    const { selectionStart, selectionEnd } = event.currentTarget
    const { text, trimmed } = cleanPaste(event.clipboardData.getData('text'))
    onChange(value.slice(0, selectionStart ?? value.length) + text + value.slice(selectionEnd ?? value.length), trimmed)
  }
  const { show, hide } = strings.key
  return (
    <SecretInput
      {...rest}
      {...{ label, show, hide, placeholder, value }}
      icon={KeyRound}
      mono
      onChange={(typed) => onChange(typed, false)}
      onPaste={paste}
    />
  )
}
