import { useState, type FormEvent } from 'react'
import { api, problemOf } from '../api.ts'
import { sayProblem } from '../say-problem.ts'
import { closeOverlay, requestClose, setDirty, useOverlays } from '../state/overlays.ts'
import { refresh } from '../state/live.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogBody, DialogFooter, DialogHeader, useLast } from '../ui/dialog.tsx'
import { Note } from '../ui/note.tsx'
import { LEAST } from './least-passphrase.ts'
import { PassphraseField } from './passphrase-field.tsx'

export type PassphraseAct = 'set' | 'change' | 'remove'

/** Sets the passphrase, exchanges it or takes it away. */
export function PassphraseDialog() {
  const asked = useOverlays(({ overlay }) => (overlay?.kind === 'passphrase' ? overlay : undefined))
  const act = useLast(asked)?.act ?? 'set'
  const title = strings.lock.titles[act]
  return (
    <Dialog open={asked !== undefined} title={title}>
      {asked !== undefined && <PassphraseForm act={act} title={title} />}
    </Dialog>
  )
}

function PassphraseForm({ act, title }: { act: PassphraseAct; title: string }) {
  const [typed, setTyped] = useState({ current: '', passphrase: '', again: '' })
  const [wrong, setWrong] = useState<Partial<Record<keyof typeof typed, string>>>({})
  const [refusal, setRefusal] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  const { lock, action } = strings

  const change = (part: Partial<typeof typed>): void => {
    setTyped({ ...typed, ...part })
    setWrong({})
    setRefusal(undefined)
    setDirty(true)
  }
  const found = (): typeof wrong => {
    if (act === 'remove') return typed.current === '' ? { current: lock.currentNeeded } : {}
    if (act === 'change' && typed.current === '') return { current: lock.currentNeeded }
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
      const { current, passphrase } = typed
      if (act === 'set') await api.setPassphrase({ passphrase })
      else if (act === 'change') await api.changePassphrase({ current, passphrase })
      else await api.removePassphrase({ current })
      await refresh()
      closeOverlay()
    } catch (cause) {
      const problem = problemOf(cause)
      if (problem.code === 'passphrase_wrong') setWrong({ current: lock.wrong })
      else setRefusal(sayProblem(problem))
      setBusy(false)
    }
  }
  const field = (name: keyof typeof typed, label: string, first: boolean, hint?: string) => (
    <PassphraseField
      label={label}
      autoFocus={first}
      value={typed[name]}
      onChange={(value) => change({ [name]: value })}
      hint={hint}
      error={wrong[name]}
    />
  )
  return (
    <form onSubmit={(event) => void submit(event)} className="flex min-h-0 grow flex-col">
      <DialogHeader title={title} />
      <DialogBody className="gap-4">
        <p className="text-13 text-text-2">{lock.texts[act]}</p>
        {act !== 'set' && field('current', lock.current, true)}
        {act !== 'remove' && field('passphrase', lock.new, act === 'set', lock.atLeast(LEAST))}
        {act !== 'remove' && field('again', lock.again, false)}
        {refusal !== undefined && <Note kind="failure">{refusal}</Note>}
      </DialogBody>
      <DialogFooter>
        <Button onClick={requestClose}>{action.cancel}</Button>
        <Button type="submit" look="primary" busy={isBusy && lock.busy[act]}>
          {lock.verbs[act]}
        </Button>
      </DialogFooter>
    </form>
  )
}
