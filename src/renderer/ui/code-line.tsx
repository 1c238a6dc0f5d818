import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { strings } from '../strings.ts'
import { Button } from './button.tsx'
import { copyText } from './copy-text.ts'
import { FittedText } from './fitted-text.tsx'
import { Icon } from './icon.tsx'
import { IconButton } from './icon-button.tsx'

const COPIED_MS = 2_000

/** Copies, and says so for two seconds. */
export function useCopied(text: string): { copied: boolean; copy: () => void } {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), COPIED_MS)
    return () => clearTimeout(timer)
  }, [copied])
  return { copied, copy: () => void copyText(text).then(setCopied) }
}

interface CodeLineProps {
  text: string
  /** The accessible name of its button, such as "Copy address". */
  copyName: string
  onCopied?: () => void
  /** A button with its word in place of the icon: for what is shown once. */
  big?: boolean
  /** A path: cut in its middle where it does not fit. */
  path?: boolean
  className?: string
}

/** A line to copy: exactly what stands in it, however much of it the screen shows. */
export function CodeLine({ text, copyName, onCopied, big = false, path = false, className = '' }: CodeLineProps) {
  const { copied, copy } = useCopied(text)
  const copyAndTell = (): void => {
    copy()
    onCopied?.()
  }
  return (
    <div
      className={`flex min-w-0 items-center rounded-6 border border-line bg-inset pl-2.5 ${big ? 'h-10 pr-1.5' : 'h-8 pr-0.5'} ${className}`}
    >
      {path ? (
        <FittedText text={text} />
      ) : (
        <code title={text} className="mono mr-2 min-w-0 grow truncate text-12 select-text">
          {text}
        </code>
      )}
      {big ? (
        <Button small icon={copied ? Check : Copy} aria-label={copied ? undefined : copyName} onClick={copyAndTell}>
          {copied ? strings.action.copied : strings.action.copy}
        </Button>
      ) : copied ? (
        <span className="mr-1.5 inline-flex shrink-0 items-center gap-1 text-12 text-text-2">
          <Icon of={Check} size={14} className="text-ok" />
          {strings.action.copied}
        </span>
      ) : (
        <IconButton icon={Copy} name={copyName} onClick={copyAndTell} className="size-[26px]" />
      )}
      <span role="status" className="sr-only">
        {copied ? strings.action.copied : ''}
      </span>
    </div>
  )
}
