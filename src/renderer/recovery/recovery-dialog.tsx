import { useState, type FormEvent } from 'react'
import { api, problemOf } from '../api.ts'
import { PassphraseField } from '../lock/passphrase-field.tsx'
import { LEAST } from '../lock/least-passphrase.ts'
import { sayProblem } from '../say-problem.ts'
import { refresh } from '../state/live.ts'
import { closeOverlay, requestClose, setDirty, useOverlays } from '../state/overlays.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogBody, DialogFooter, DialogHeader } from '../ui/dialog.tsx'
import { Note } from '../ui/note.tsx'

/** Saves the master key under a passphrase of its own. The key itself stays outside the window. */
export function RecoveryDialog() {
  const open = useOverlays(({ overlay }) => overlay?.kind === 'recovery_copy')
  return (
    <Dialog open={open} title={strings.recovery.title}>
      <RecoveryForm />
    </Dialog>
  )
}

function RecoveryForm() {
  const [typed, setTyped] = useState({ passphrase: '', again: '' })
  const [wrong, setWrong] = useState<Partial<typeof typed>>({})
  const [refusal, setRefusal] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  const [made, setMade] = useState<readonly string[]>()
  const [isPrinting, setPrinting] = useState(false)
  const { recovery, lock, action } = strings

  const change = (part: Partial<typeof typed>): void => {
    setTyped({ ...typed, ...part })
    setWrong({})
    setRefusal(undefined)
    setDirty(true)
  }
  const found = (): typeof wrong => {
    if (Array.from(typed.passphrase).length < LEAST) return { passphrase: lock.tooShort(LEAST) }
    return typed.passphrase === typed.again ? {} : { again: lock.notTheSame }
  }
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (isBusy || isPrinting) return
    const problems = found()
    setWrong(problems)
    if (Object.keys(problems).length > 0) return
    await make(setBusy, async () => {
      const { path } = await api.saveRecoveryCopy({ passphrase: typed.passphrase })
      return path === null ? undefined : [recovery.saved(path), recovery.savedNext]
    })
  }
  const print = (): Promise<void> =>
    make(setPrinting, async () => {
      if (isBusy) return undefined
      const { printed } = await api.putRecoveryCopyOnPaper({})
      return printed ? [recovery.isOnPaper, recovery.paperNext] : undefined
    })
  const make = async (
    busy: (now: boolean) => void,
    copy: () => Promise<readonly string[] | undefined>,
  ): Promise<void> => {
    busy(true)
    setRefusal(undefined)
    try {
      const sentences = await copy()
      if (sentences !== undefined) {
        setDirty(false)
        setMade(sentences)
        await refresh()
      }
    } catch (cause) {
      setRefusal(sayProblem(problemOf(cause)))
    }
    busy(false)
  }
  if (made !== undefined) return <Made sentences={made} />
  return (
    <form onSubmit={(event) => void submit(event)} className="flex min-h-0 grow flex-col">
      <DialogHeader title={recovery.title} />
      <DialogBody className="gap-4">
        <p className="text-13 text-text-2">{recovery.text}</p>
        <PassphraseField
          autoFocus
          label={recovery.passphrase}
          value={typed.passphrase}
          onChange={(passphrase) => change({ passphrase })}
          hint={recovery.passphraseHint(LEAST)}
          error={wrong.passphrase}
        />
        <PassphraseField
          label={lock.again}
          value={typed.again}
          onChange={(again) => change({ again })}
          error={wrong.again}
        />
        <p className="text-12 text-text-3">{recovery.onPaper}</p>
        {refusal !== undefined && <Note kind="failure">{refusal}</Note>}
      </DialogBody>
      <DialogFooter
        left={
          <Button busy={isPrinting && recovery.printing} onClick={() => void print()}>
            {recovery.print}
          </Button>
        }
      >
        <Button onClick={requestClose}>{action.cancel}</Button>
        <Button type="submit" look="primary" busy={isBusy && action.saving}>
          {recovery.save}
        </Button>
      </DialogFooter>
    </form>
  )
}

function Made({ sentences: [what, next] }: { sentences: readonly string[] }) {
  const { recovery, action } = strings
  return (
    <>
      <DialogHeader title={recovery.title} />
      <DialogBody className="gap-2">
        <p className="text-13 wrap-anywhere select-text">{what}</p>
        <p className="text-13 text-text-2">{next}</p>
      </DialogBody>
      <DialogFooter>
        <Button look="primary" onClick={() => closeOverlay()}>
          {action.done}
        </Button>
      </DialogFooter>
    </>
  )
}
