import { useEffect, useState } from 'react'
import type { RotatedMasterKey, RotationPlan } from '../../shared/master-key-schemas.ts'
import { api, problemOf } from '../api.ts'
import { sayProblem } from '../say-problem.ts'
import { refresh } from '../state/live.ts'
import { closeOverlay, requestClose, setLocked, useOverlays } from '../state/overlays.ts'
import { useStatus } from '../state/status.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogBody, DialogFooter, DialogHeader, useLast } from '../ui/dialog.tsx'
import { Note } from '../ui/note.tsx'
import { LeakChecklist } from './leak-checklist.tsx'

/** Exchanges the master key: what it will do, whom it concerns, and what came of it. */
export function RotateDialog() {
  const asked = useOverlays(({ overlay }) => (overlay?.kind === 'rotate' ? overlay : undefined))
  const leaked = useLast(asked)?.leaked ?? false
  const { masterKey } = strings
  return (
    <Dialog open={asked !== undefined} title={leaked ? masterKey.leakedTitle : masterKey.rotateTitle}>
      <Rotation leaked={leaked} />
    </Dialog>
  )
}

function Rotation({ leaked }: { leaked: boolean }) {
  const [plan, setPlan] = useState<RotationPlan>()
  const [done, setDone] = useState<RotatedMasterKey>()
  const [problem, setProblem] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  const { masterKey, action } = strings
  useEffect(() => {
    api.planRotation().then(setPlan, (cause: unknown) => setProblem(sayProblem(problemOf(cause))))
  }, [])

  const rotate = async (): Promise<void> => {
    setBusy(true)
    setProblem(undefined)
    // Nothing would be lost by closing it, but nobody would be told what came of it.
    setLocked(true)
    try {
      setDone(await api.rotateMasterKey())
      await refresh()
    } catch (cause) {
      setProblem(sayProblem(problemOf(cause)))
    }
    setLocked(false)
    setBusy(false)
  }
  return (
    <>
      <DialogHeader title={leaked ? masterKey.leakedTitle : masterKey.rotateTitle} />
      <DialogBody className="gap-3">
        {leaked && <p className="text-13 text-text-2">{masterKey.leakedText}</p>}
        {plan !== undefined && (done === undefined ? <Plan plan={plan} /> : <Done done={done} place={plan.place} />)}
        {leaked && plan !== undefined && <LeakChecklist plan={plan} />}
        {problem !== undefined && <Note kind="failure">{problem}</Note>}
      </DialogBody>
      <DialogFooter>
        {done === undefined ? (
          <>
            <Button onClick={requestClose}>{action.cancel}</Button>
            {plan !== undefined && plan.state !== 'needs_key' && (
              <Button look="primary" onClick={() => void rotate()} busy={isBusy && masterKey.rotating}>
                {masterKey.rotate}
              </Button>
            )}
          </>
        ) : (
          <Button look="primary" onClick={() => closeOverlay()}>
            {action.done}
          </Button>
        )}
      </DialogFooter>
    </>
  )
}

function Plan({ plan: { state, keys, place, processes, reread } }: { plan: RotationPlan }) {
  const { masterKey } = strings
  if (state === 'needs_key') return <Note kind="question">{masterKey.needsKey(place)}</Note>
  return (
    <>
      <p className="text-13 text-text-2">
        {state === 'unfinished' ? masterKey.unfinished : masterKey.rotateWhat(keys)}
      </p>
      {processes.length > 0 && (
        <Note kind="information" title={masterKey.processes}>
          {processes.map(({ pid, name }) => `${name} (${pid})`).join(', ')}
          {'. '}
          {reread ? masterKey.reread : masterKey.notReread}
        </Note>
      )}
    </>
  )
}

function Done({ done: { keys, left, may_go }, place }: { done: RotatedMasterKey; place: string }) {
  const isStale = useStatus(({ status }) => status?.master_key.recovery_copy?.current === false)
  const { masterKey, recovery } = strings
  return (
    <>
      <p className="text-13">{masterKey.rotated(keys)}</p>
      {isStale && <Note kind="question">{recovery.stale}</Note>}
      {left.length > 0 && <Note kind="question">{masterKey.leftUnreadable(left.join(', '))}</Note>}
      {may_go.map((id) => (
        <Note key={id} kind="information">
          {masterKey.mayGo(id, place)}
        </Note>
      ))}
    </>
  )
}
