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
  const [path, setPath] = useState<string>()
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
    if (isBusy) return
    const problems = found()
    setWrong(problems)
    if (Object.keys(problems).length > 0) return
    setBusy(true)
    try {
      const saved = await api.saveRecoveryCopy({ passphrase: typed.passphrase })
      if (saved.path !== null) {
        setDirty(false)
        setPath(saved.path)
        await refresh()
      }
    } catch (cause) {
      setRefusal(sayProblem(problemOf(cause)))
    }
    setBusy(false)
  }
  if (path !== undefined) return <Saved path={path} />
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
      <DialogFooter>
        <Button onClick={requestClose}>{action.cancel}</Button>
        <Button type="submit" look="primary" busy={isBusy && action.saving}>
          {recovery.save}
        </Button>
      </DialogFooter>
    </form>
  )
}

function Saved({ path }: { path: string }) {
  const { recovery, action } = strings
  return (
    <>
      <DialogHeader title={recovery.title} />
      <DialogBody className="gap-2">
        <p className="text-13 wrap-anywhere select-text">{recovery.saved(path)}</p>
        <p className="text-13 text-text-2">{recovery.savedNext}</p>
      </DialogBody>
      <DialogFooter>
        <Button look="primary" onClick={() => closeOverlay()}>
          {action.done}
        </Button>
      </DialogFooter>
    </>
  )
}
