import { useState, type FormEvent } from 'react'
import type { MoveMasterKey } from '../../shared/master-key-schemas.ts'
import type { Output } from '../../shared/contract.ts'
import { api, problemOf } from '../api.ts'
import { sayProblem } from '../say-problem.ts'
import { refresh } from '../state/live.ts'
import { closeOverlay, requestClose, useOverlays } from '../state/overlays.ts'
import { useStatus } from '../state/status.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogBody, DialogFooter, DialogHeader } from '../ui/dialog.tsx'
import { TextField } from '../ui/field.tsx'
import { Note } from '../ui/note.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { sourceInWords } from '../vault/source-in-words.ts'

type Place = MoveMasterKey['to']
const PLACES: readonly Place[] = ['keychain', 'file', 'env', 'command']

/** Moves the master key to another place, and says what its owner has to clear himself. */
export function MoveKeyDialog() {
  const open = useOverlays(({ overlay }) => overlay?.kind === 'move_key')
  return (
    <Dialog open={open} title={strings.masterKey.moveTitle}>
      <MoveForm />
    </Dialog>
  )
}

function MoveForm() {
  const source = useStatus(({ status }) => status?.master_key.source ?? null)
  const [to, setTo] = useState<Place>(source === 'keychain' ? 'file' : 'keychain')
  const [command, setCommand] = useState('')
  const [problem, setProblem] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  const [moved, setMoved] = useState<Output<'moveMasterKey'>>()
  const { masterKey, action } = strings

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (isBusy) return
    const words = command.trim().split(/\s+/)
    if (to === 'command' && words[0] === '') return setProblem(masterKey.commandMissing)
    setBusy(true)
    setProblem(undefined)
    try {
      setMoved(await api.moveMasterKey(to === 'command' ? { to, command: words } : { to }))
      await refresh()
    } catch (cause) {
      setProblem(sayProblem(problemOf(cause)))
    }
    setBusy(false)
  }
  if (moved !== undefined) return <Moved moved={moved} />
  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="contents">
      <DialogHeader title={masterKey.moveTitle} />
      <DialogBody className="gap-4">
        <p className="text-13 text-text-2">{masterKey.moveText(sourceInWords(source))}</p>
        <Segmented
          name={masterKey.moveTitle}
          value={to}
          choices={PLACES.map((value) => ({ value, label: masterKey.places[value] }))}
          onChange={(value) => {
            setTo(value)
            setProblem(undefined)
          }}
          className="self-start"
        />
        <p className="text-12 text-text-3">{masterKey.placesText[to]}</p>
        {to === 'command' && (
          <TextField
            label={masterKey.command}
            hint={masterKey.commandHint}
            value={command}
            onChange={setCommand}
            mono
            input={{ placeholder: 'pass show latchkey' }}
          />
        )}
        {problem !== undefined && <Note kind="failure">{problem}</Note>}
      </DialogBody>
      <DialogFooter>
        <Button onClick={requestClose}>{action.cancel}</Button>
        <Button type="submit" look="primary" busy={isBusy && masterKey.moving}>
          {masterKey.move}
        </Button>
      </DialogFooter>
    </form>
  )
}

function Moved({ moved: { source, wiped, left } }: { moved: Output<'moveMasterKey'> }) {
  const { masterKey, action } = strings
  return (
    <>
      <DialogHeader title={masterKey.moveTitle} />
      <DialogBody className="gap-3">
        <p className="text-13">{masterKey.moved(sourceInWords(source))}</p>
        {wiped.map((place) => (
          <p key={place} className="text-12 wrap-anywhere text-text-3">
            {masterKey.wiped(place)}
          </p>
        ))}
        {left.map((place) => (
          <Note key={place} kind="question">
            {masterKey.left(place)}
          </Note>
        ))}
      </DialogBody>
      <DialogFooter>
        <Button look="primary" onClick={() => closeOverlay()}>
          {action.done}
        </Button>
      </DialogFooter>
    </>
  )
}
