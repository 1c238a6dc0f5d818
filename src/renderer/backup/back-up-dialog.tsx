import { useState, type FormEvent } from 'react'
import type { WrittenBackup } from '../../shared/backup-schemas.ts'
import { api } from '../api.ts'
import { useNewPassphrase } from '../lock/new-passphrase.tsx'
import { closeOverlay, requestClose, setDirty, setLocked, useOverlays } from '../state/overlays.ts'
import { useStatus } from '../state/status.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { Checkbox } from '../ui/checkbox.tsx'
import { CodeLine } from '../ui/code-line.tsx'
import { Dialog, DialogBody, DialogFooter, DialogHeader } from '../ui/dialog.tsx'
import { Note } from '../ui/note.tsx'
import { useTry } from './use-try.tsx'

/** Writes everything into one file: its passphrase, then the place in the dialog of the system. */
export function BackUpDialog() {
  const open = useOverlays(({ overlay }) => overlay?.kind === 'back_up')
  return (
    <Dialog open={open} title={strings.backup.now}>
      {open && <BackUpForm />}
    </Dialog>
  )
}

function BackUpForm() {
  const isSet = useStatus(({ status }) => (status?.backup?.passphrase_set_at ?? null) !== null)
  const [usesKept, setUsesKept] = useState(isSet)
  const [written, setWritten] = useState<WrittenBackup>(null)
  const [isBusy, setBusy] = useState(false)
  const { backup: words, action } = strings
  const { fields, take } = useNewPassphrase(words.filePassphrase)
  const { attempt, note } = useTry()
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const passphrase = isBusy || usesKept ? undefined : take()
    if (isBusy || (!usesKept && passphrase === undefined)) return
    setBusy(true)
    // Closing it would stop nothing, and nobody would be told what came of it.
    setLocked(true)
    await attempt(async () => setWritten(await api.backUp(passphrase === undefined ? {} : { passphrase })))
    setLocked(false)
    setBusy(false)
  }
  if (written !== null) return <Written written={written} />
  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="contents">
      <DialogHeader title={words.now} />
      <DialogBody className="gap-4">
        <p className="text-13 text-text-2">{words.nowWhat}</p>
        {isSet && (
          <Checkbox
            checked={usesKept}
            onChange={(checked) => {
              setUsesKept(checked)
              setDirty(false)
            }}
          >
            <span className="text-13">{words.underKept}</span>
          </Checkbox>
        )}
        {!usesKept && fields}
        {note}
      </DialogBody>
      <DialogFooter>
        <Button onClick={requestClose}>{action.cancel}</Button>
        <Button type="submit" look="primary" busy={isBusy && words.writing}>
          {words.save}
        </Button>
      </DialogFooter>
    </form>
  )
}

function Written({ written: { path, providers, keys } }: { written: NonNullable<WrittenBackup> }) {
  const { backup: words, action } = strings
  return (
    <>
      <DialogHeader title={words.now} />
      <DialogBody className="gap-3">
        <p className="text-13">{words.written(providers, keys)}</p>
        <CodeLine path text={path} copyName={words.copyPath} />
        <Note kind="information">{words.keepApart}</Note>
      </DialogBody>
      <DialogFooter>
        <Button look="primary" onClick={() => closeOverlay()}>
          {action.done}
        </Button>
      </DialogFooter>
    </>
  )
}
