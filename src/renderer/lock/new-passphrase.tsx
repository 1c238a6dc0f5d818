import { useState, type ReactNode } from 'react'
import { setDirty } from '../state/overlays.ts'
import { strings } from '../strings.ts'
import { LEAST } from './least-passphrase.ts'
import { PassphraseField } from './passphrase-field.tsx'

interface NewPassphrase {
  /** The two fields. */
  fields: ReactNode
  /** What was typed, or undefined where it may not be used, which then stands at its field. */
  take: () => string | undefined
}

/** A new passphrase, typed twice. */
export function useNewPassphrase(label: string): NewPassphrase {
  const [typed, setTyped] = useState({ passphrase: '', again: '' })
  const [wrong, setWrong] = useState<Partial<typeof typed>>({})
  const { lock } = strings
  const change = (part: Partial<typeof typed>): void => {
    setTyped({ ...typed, ...part })
    setWrong({})
    setDirty(true)
  }
  return {
    fields: (
      <>
        <PassphraseField
          label={label}
          autoFocus
          value={typed.passphrase}
          onChange={(passphrase) => change({ passphrase })}
          hint={lock.atLeast(LEAST)}
          error={wrong.passphrase}
        />
        <PassphraseField
          label={lock.again}
          value={typed.again}
          onChange={(again) => change({ again })}
          error={wrong.again}
        />
      </>
    ),
    take() {
      const { passphrase, again } = typed
      const isShort = Array.from(passphrase).length < LEAST
      if (!isShort && passphrase === again) return passphrase
      setWrong(isShort ? { passphrase: lock.tooShort(LEAST) } : { again: lock.notTheSame })
      return undefined
    },
  }
}
