import { useState, type ReactNode } from 'react'
import type { Status } from '../../shared/schemas.ts'
import { api, problemOf } from '../api.ts'
import { refresh } from '../state/live.ts'
import { openOverlay } from '../state/overlays.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { Note } from '../ui/note.tsx'
import { sayProblem } from '../say-problem.ts'

/** What can be done about it, the best first and start-over last. Nothing here is tried without a click. */
export function WaysOut({ status }: { status: Status }) {
  const { vault } = strings
  return (
    <section className="flex flex-col gap-2">
      <h3 className="text-12 font-semibold text-text-2">{vault.whatYouCanDo}</h3>
      <div className="rounded-8 border border-line bg-surface shadow-card">
        {status.vault.state === 'read_only' ? (
          <KeyWays desktop={status.desktop} />
        ) : (
          <FileWay code={status.vault.problem?.code} desktop={status.desktop} />
        )}
      </div>
    </section>
  )
}

function KeyWays({ desktop }: { desktop: boolean }) {
  const { vault, recovery, backup } = strings
  return (
    <>
      <Way title={vault.giveKey} text={desktop ? vault.giveKeyDesktop : vault.giveKeyBrowser}>
        {desktop && <ChooseKeyFile />}
      </Way>
      <Way title={recovery.restore} text={desktop ? recovery.wayDesktop : recovery.wayBrowser}>
        {desktop && <Button onClick={() => openOverlay({ kind: 'restore_key' })}>{recovery.restoreOpen}</Button>}
      </Way>
      <Way title={backup.restoreTitle} text={desktop ? backup.wayDesktop : backup.wayBrowser}>
        {desktop && <Button onClick={() => openOverlay({ kind: 'restore' })}>{backup.restoreOpen}</Button>}
      </Way>
      <Way title={vault.startOver} text={vault.startOverText}>
        <Button look="quiet_danger" onClick={() => openOverlay({ kind: 'start_over' })}>
          {vault.startOverAction}
        </Button>
      </Way>
    </>
  )
}

/** A vault that was not opened at all: a backup takes its place, or it is mended outside the window. */
function FileWay({ code, desktop }: { code: string | undefined; desktop: boolean }) {
  const { vault, backup } = strings
  if (code === 'database_too_new') return <Way title={vault.newer} text={vault.newerText} />
  if (code === 'database_foreign') return <Way title={vault.moveAway} text={vault.moveAwayText} />
  return (
    <Way title={vault.putBack} text={vault.putBackText}>
      {desktop && code === 'database_damaged' && (
        <Button look="primary" onClick={() => openOverlay({ kind: 'restore' })}>
          {backup.restoreOpen}
        </Button>
      )}
    </Way>
  )
}

function ChooseKeyFile() {
  const [refusal, setRefusal] = useState<string>()
  const choose = async (): Promise<void> => {
    try {
      await api.chooseKeyFile()
      setRefusal(undefined)
      await refresh()
    } catch (cause) {
      setRefusal(sayProblem(problemOf(cause)))
    }
  }
  return (
    <>
      <Button look="primary" onClick={() => void choose()}>
        {strings.vault.chooseKeyFile}
      </Button>
      {refusal !== undefined && (
        <div className="w-full">
          <Note kind="failure">{refusal}</Note>
        </div>
      )}
    </>
  )
}

function Way({ title, text, children }: { title: string; text: string; children?: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-line px-4 py-2.5 not-first:border-t">
      <div className="flex min-w-0 grow basis-60 flex-col">
        <span className="text-13 font-medium">{title}</span>
        <span className="text-12 text-text-3">{text}</span>
      </div>
      {children}
    </div>
  )
}
