import { KeyRound } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import { api, problemOf } from '../api.ts'
import { PassphraseField } from '../lock/passphrase-field.tsx'
import { sayProblem } from '../say-problem.ts'
import { refresh } from '../state/live.ts'
import { closeOverlay, requestClose, setDirty, useOverlays } from '../state/overlays.ts'
import { goTo } from '../state/window.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogBody, DialogFooter, DialogHeader } from '../ui/dialog.tsx'
import { Field } from '../ui/field.tsx'
import { Note } from '../ui/note.tsx'
import { SecretInput } from '../ui/secret-input.tsx'
import { Segmented } from '../ui/segmented.tsx'

/** Brings a lost master key back from a recovery copy: a file with its passphrase, or the key as it was printed. */
export function RestoreKeyDialog() {
  const open = useOverlays(({ overlay }) => overlay?.kind === 'restore_key')
  return (
    <Dialog open={open} title={strings.recovery.restoreTitle}>
      <RestoreKeyForm />
    </Dialog>
  )
}

type From = 'file' | 'paper'

function RestoreKeyForm() {
  const [from, setFrom] = useState<From>('file')
  const [file, setFile] = useState<File>()
  const [passphrase, setPassphrase] = useState('')
  const [printed, setPrinted] = useState('')
  const [wrong, setWrong] = useState<{ file?: string; passphrase?: string; printed?: string }>({})
  const [refusal, setRefusal] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  const { recovery, lock, action } = strings

  const changed = (): void => {
    setWrong({})
    setRefusal(undefined)
    setDirty(true)
  }
  const found = (): typeof wrong => {
    if (from === 'paper') return printed.trim() === '' ? { printed: recovery.printedNeeded } : {}
    if (file === undefined) return { file: recovery.fileNeeded }
    return passphrase === '' ? { passphrase: recovery.passphraseNeeded } : {}
  }
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (isBusy) return
    const problems = found()
    setWrong(problems)
    if (Object.keys(problems).length > 0) return
    setBusy(true)
    try {
      const text = from === 'paper' ? printed : ((await file?.text()) ?? '')
      await api.restoreMasterKey(from === 'paper' ? { text } : { text, passphrase })
      await refresh()
      closeOverlay()
      goTo('providers')
      return
    } catch (cause) {
      const problem = problemOf(cause)
      if (problem.code === 'passphrase_wrong') setWrong({ passphrase: lock.wrong })
      else setRefusal(sayProblem(problem))
    }
    setBusy(false)
  }
  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="flex min-h-0 grow flex-col">
      <DialogHeader title={recovery.restoreTitle} />
      <DialogBody className="gap-4">
        <p className="text-13 text-text-2">{recovery.restoreText}</p>
        <Segmented
          name={recovery.from}
          value={from}
          choices={(['file', 'paper'] as const).map((value) => ({ value, label: recovery.froms[value] }))}
          onChange={(value) => {
            setFrom(value)
            setWrong({})
            setRefusal(undefined)
          }}
          className="self-start"
        />
        {from === 'file' ? (
          <>
            <Field label={recovery.file} error={wrong.file}>
              {(ids) => (
                <input
                  {...ids}
                  type="file"
                  onChange={(event) => {
                    setFile(event.target.files?.[0])
                    changed()
                  }}
                  className="min-w-0 text-12 text-text-2 file:mr-3 file:h-8 file:rounded-6 file:border file:border-line-2 file:bg-raised file:px-3 file:text-13 file:font-medium file:text-text hover:file:bg-hover"
                />
              )}
            </Field>
            <PassphraseField
              label={recovery.passphrase}
              value={passphrase}
              onChange={(value) => {
                setPassphrase(value)
                changed()
              }}
              error={wrong.passphrase}
            />
          </>
        ) : (
          <SecretInput
            label={recovery.printed}
            icon={KeyRound}
            show={recovery.showPrinted}
            hide={recovery.hidePrinted}
            value={printed}
            onChange={(value) => {
              setPrinted(value)
              changed()
            }}
            hint={recovery.printedHint}
            error={wrong.printed}
            mono
          />
        )}
        {refusal !== undefined && <Note kind="failure">{refusal}</Note>}
      </DialogBody>
      <DialogFooter>
        <Button onClick={requestClose}>{action.cancel}</Button>
        <Button type="submit" look="primary" busy={isBusy && recovery.restoring}>
          {recovery.restore}
        </Button>
      </DialogFooter>
    </form>
  )
}
