import { useState, type FormEvent } from 'react'
import { api, problemOf } from '../api.ts'
import { refresh } from '../state/live.ts'
import { closeOverlay, requestClose, useOverlays } from '../state/overlays.ts'
import { useStatus } from '../state/status.ts'
import { goTo } from '../state/window.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogBody, DialogFooter, DialogHeader } from '../ui/dialog.tsx'
import { TextField } from '../ui/field.tsx'
import { Note } from '../ui/note.tsx'
import { sayProblem } from '../say-problem.ts'

/** For the owner who lost the master key: the vault's name, typed, and nothing by accident. */
export function StartOverDialog() {
  const open = useOverlays(({ overlay }) => overlay?.kind === 'start_over')
  return (
    <Dialog open={open} title={strings.vault.startOverTitle}>
      <StartOverForm />
    </Dialog>
  )
}

function StartOverForm() {
  const vault = useStatus((state) => state.status?.vault)
  const [typed, setTyped] = useState('')
  const [error, setError] = useState<string>()
  const [refusal, setRefusal] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  const { vault: words, action } = strings
  const name = vault?.name ?? ''

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (isBusy) return
    if (typed.trim() !== name) {
      setError(words.startOverWrong(name))
      return
    }
    setBusy(true)
    try {
      const reenter = await api.startOver({ vault_name: name })
      await refresh()
      closeOverlay()
      goTo('providers')
      useOverlays.setState({ reenter })
    } catch (cause) {
      setRefusal(sayProblem(problemOf(cause)))
    }
    setBusy(false)
  }
  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="contents">
      <DialogHeader title={words.startOverTitle} />
      <DialogBody className="gap-4">
        <p className="text-13 text-text-2">{words.startOverWhat(vault?.keys ?? 0)}</p>
        <TextField
          label={words.startOverLabel(name)}
          value={typed}
          onChange={(value) => {
            setTyped(value)
            setError(undefined)
          }}
          error={error}
          mono
          input={{ autoFocus: true }}
        />
        {refusal !== undefined && <Note kind="failure">{refusal}</Note>}
      </DialogBody>
      <DialogFooter>
        <Button onClick={requestClose}>{action.cancel}</Button>
        <Button type="submit" look="danger" busy={isBusy && words.startOverBusy}>
          {words.startOver}
        </Button>
      </DialogFooter>
    </form>
  )
}
