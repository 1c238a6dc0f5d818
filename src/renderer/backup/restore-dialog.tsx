import { useEffect, useState, type FormEvent } from 'react'
import type { OpenedBackup, RestoredBackup } from '../../shared/backup-schemas.ts'
import { api } from '../api.ts'
import { PassphraseField } from '../lock/passphrase-field.tsx'
import { refresh } from '../state/live.ts'
import {
  closeOverlay,
  openOverlay,
  requestClose,
  setLocked,
  useOverlays,
  type BackupSource,
} from '../state/overlays.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { CodeLine } from '../ui/code-line.tsx'
import { Dialog, DialogBody, DialogFooter, DialogHeader } from '../ui/dialog.tsx'
import { TextField } from '../ui/field.tsx'
import { Note } from '../ui/note.tsx'
import { Differences } from './differences.tsx'
import { useTry } from './use-try.tsx'

/** Puts a backup in the place of the vault: which one, its passphrase, what differs, the vault's name, what came of it. */
export function RestoreDialog() {
  const asked = useOverlays(({ overlay }) => (overlay?.kind === 'restore' ? overlay : undefined))
  return (
    <Dialog open={asked !== undefined} title={strings.backup.restoreTitle}>
      {asked !== undefined && <Steps copy={asked.copy} />}
    </Dialog>
  )
}

function Steps({ copy }: { copy: BackupSource | undefined }) {
  const [source, setSource] = useState(copy)
  const [found, setFound] = useState<OpenedBackup>()
  const [restored, setRestored] = useState<RestoredBackup>()
  const { backup: words } = strings
  const restore_id = found?.restore_id
  useEffect(() => {
    if (restore_id === undefined) return undefined
    // Its master key is forgotten with the dialog. One that is over says so, which is of no interest here.
    return () => void api.endRestore({ restore_id }).catch(() => undefined)
  }, [restore_id])
  return (
    <>
      <DialogHeader title={words.restoreTitle} />
      {restored !== undefined ? (
        <Done restored={restored} />
      ) : found !== undefined ? (
        <Confirm found={found} made={source?.made} onDone={setRestored} />
      ) : source !== undefined ? (
        <Open source={source} onFound={setFound} />
      ) : (
        <Choose onChosen={setSource} />
      )}
    </>
  )
}

function Choose({ onChosen }: { onChosen: (source: BackupSource) => void }) {
  const { backup: words, action } = strings
  const { attempt, note } = useTry()
  const choose = async (): Promise<void> => {
    const chosen = await api.chooseBackup()
    if (chosen !== null) onChosen(chosen)
  }
  return (
    <>
      <DialogBody className="gap-3">
        <p className="text-13 text-text-2">{words.restoreWhat}</p>
        {note}
      </DialogBody>
      <DialogFooter left={<Button onClick={() => openOverlay({ kind: 'copies' })}>{words.copiesOpen}</Button>}>
        <Button onClick={requestClose}>{action.cancel}</Button>
        <Button look="primary" onClick={() => void attempt(choose)}>
          {words.chooseFile}
        </Button>
      </DialogFooter>
    </>
  )
}

/** A portable backup asks for its passphrase; a copy is under the master key. */
function Open({
  source: { path, portable },
  onFound,
}: {
  source: BackupSource
  onFound: (found: OpenedBackup) => void
}) {
  const [passphrase, setPassphrase] = useState('')
  const [isBusy, setBusy] = useState(false)
  const { backup: words, action } = strings
  const { attempt, note } = useTry()
  const open = async (): Promise<void> => {
    setBusy(true)
    const opened = await attempt(async () => onFound(await api.openBackup(portable ? { path, passphrase } : { path })))
    if (!opened) setBusy(false)
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (!isBusy && (!portable || passphrase !== '')) void open()
  }
  return (
    <form onSubmit={submit} noValidate className="contents">
      <DialogBody className="gap-4">
        <p className="text-13 wrap-anywhere text-text-2">{portable ? words.opensWith(path) : words.checking(path)}</p>
        {portable && (
          <PassphraseField
            label={words.itsPassphrase}
            autoFocus
            value={passphrase}
            onChange={setPassphrase}
            hint={words.openHint}
          />
        )}
        {note}
      </DialogBody>
      <DialogFooter>
        <Button onClick={requestClose}>{action.cancel}</Button>
        <Button type="submit" look="primary" busy={isBusy && words.opening}>
          {words.open}
        </Button>
      </DialogFooter>
    </form>
  )
}

interface ConfirmProps {
  found: OpenedBackup
  made: string | undefined
  onDone: (restored: RestoredBackup) => void
}

function Confirm({ found, made, onDone }: ConfirmProps) {
  const [typed, setTyped] = useState('')
  const [error, setError] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  const { backup: words, vault, action } = strings
  const { attempt, note } = useTry()
  const { restore_id, vault_name } = found
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (isBusy) return
    if (typed.trim() !== vault_name) return setError(vault.startOverWrong(vault_name))
    setBusy(true)
    // What it does is over in one step, which closing the dialog would not stop.
    setLocked(true)
    await attempt(async () => {
      const restored = await api.restoreBackup({ restore_id, vault_name })
      await refresh()
      onDone(restored)
    })
    setLocked(false)
    setBusy(false)
  }
  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="contents">
      <DialogBody className="gap-4">
        <Differences found={found} made={made} />
        <p className="text-13 text-text-2">{words.restoreDoes}</p>
        <TextField
          label={vault.startOverLabel(vault_name)}
          value={typed}
          onChange={(value) => {
            setTyped(value)
            setError(undefined)
          }}
          error={error}
          mono
          input={{ autoFocus: true }}
        />
        {note}
      </DialogBody>
      <DialogFooter>
        <Button onClick={requestClose}>{action.cancel}</Button>
        <Button type="submit" look="danger" busy={isBusy && words.restoring}>
          {words.restore}
        </Button>
      </DialogFooter>
    </form>
  )
}

function Done({ restored: { kept, tokens_revoked, master_key } }: { restored: RestoredBackup }) {
  const { backup: words, action } = strings
  return (
    <>
      <DialogBody className="gap-3">
        <p className="text-13">{words.restored}</p>
        {tokens_revoked > 0 && <Note kind="question">{words.revoked(tokens_revoked)}</Note>}
        {kept !== null && (
          <div className="flex flex-col gap-1.5">
            <p className="text-12 text-text-3">{words.keptVault}</p>
            <CodeLine path text={kept} copyName={words.copyPath} />
          </div>
        )}
        {master_key.kept !== null && (
          <div className="flex flex-col gap-1.5">
            <p className="text-12 text-text-3">{words.keptKey}</p>
            <CodeLine path text={master_key.kept} copyName={words.copyPath} />
          </div>
        )}
      </DialogBody>
      <DialogFooter>
        <Button look="primary" onClick={() => closeOverlay()}>
          {action.done}
        </Button>
      </DialogFooter>
    </>
  )
}
