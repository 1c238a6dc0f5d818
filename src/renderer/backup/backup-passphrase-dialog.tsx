import { useState, type FormEvent } from 'react'
import { api } from '../api.ts'
import { useNewPassphrase } from '../lock/new-passphrase.tsx'
import { closeOverlay, requestClose, useOverlays } from '../state/overlays.ts'
import { loadStatus } from '../state/status.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { Dialog, DialogBody, DialogFooter, DialogHeader, useLast } from '../ui/dialog.tsx'
import { useTry } from './use-try.tsx'

/** Sets the passphrase of scheduled backups, or exchanges it. */
export function BackupPassphraseDialog() {
  const asked = useOverlays(({ overlay }) => (overlay?.kind === 'backup_passphrase' ? overlay : undefined))
  const isChange = useLast(asked)?.isChange ?? false
  const { backup: words } = strings
  return (
    <Dialog open={asked !== undefined} title={isChange ? words.changeTitle : words.setTitle}>
      {asked !== undefined && <PassphraseForm isChange={isChange} />}
    </Dialog>
  )
}

function PassphraseForm({ isChange }: { isChange: boolean }) {
  const { backup: words, action } = strings
  const { fields, take } = useNewPassphrase(words.newPassphrase)
  const { attempt, note } = useTry()
  const [isBusy, setBusy] = useState(false)
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const passphrase = isBusy ? undefined : take()
    if (passphrase === undefined) return
    setBusy(true)
    const isSet = await attempt(async () => {
      await api.setBackupPassphrase({ passphrase })
      await loadStatus()
    })
    setBusy(false)
    if (isSet) closeOverlay()
  }
  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="contents">
      <DialogHeader title={isChange ? words.changeTitle : words.setTitle} />
      <DialogBody className="gap-4">
        <p className="text-13 text-text-2">{isChange ? words.changeText : words.setText}</p>
        {fields}
        {note}
      </DialogBody>
      <DialogFooter>
        <Button onClick={requestClose}>{action.cancel}</Button>
        <Button type="submit" look="primary" busy={isBusy && words.setting}>
          {isChange ? words.changeVerb : words.setVerb}
        </Button>
      </DialogFooter>
    </form>
  )
}

/** "Forget the backup passphrase?" */
export function ForgetBackupPassphraseConfirm() {
  const open = useOverlays(({ confirm }) => confirm?.kind === 'forget_backup_passphrase')
  const { backup: words } = strings
  return (
    <ConfirmDialog
      open={open}
      title={words.forgetTitle}
      verb={words.forget}
      act={async () => {
        await api.removeBackupPassphrase()
        await loadStatus()
      }}
    >
      {words.forgetText}
    </ConfirmDialog>
  )
}
