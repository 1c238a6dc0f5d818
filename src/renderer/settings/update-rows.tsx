import { useState } from 'react'
import type { Status } from '../../shared/schemas.ts'
import { api, problemOf } from '../api.ts'
import { sayProblem } from '../say-problem.ts'
import { refresh } from '../state/live.ts'
import { useSettings, useWriteBlock } from '../state/status.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { CodeLine } from '../ui/code-line.tsx'
import { Note } from '../ui/note.tsx'
import { Switch } from '../ui/switch.tsx'
import { SettingsRow } from './settings-row.tsx'
import { useSettingChange } from './use-setting-change.tsx'

/** What runs, whether something newer is known, and whether it is asked for. */
export function UpdateRows({ version, updates }: Pick<Status, 'version' | 'updates'>) {
  const { settings } = strings
  const { host, known } = updates
  const [problem, setProblem] = useState<string>()
  const [isAsking, setAsking] = useState(false)
  const ask = async (): Promise<void> => {
    setAsking(true)
    setProblem(undefined)
    try {
      await api.checkForUpdate({})
      await refresh()
    } catch (cause) {
      setProblem(sayProblem(problemOf(cause)))
    }
    setAsking(false)
  }
  return (
    <>
      <SettingsRow
        title={settings.version}
        text={known === null ? undefined : known.is_newer ? settings.newer(known.latest) : settings.newest}
        below={
          problem !== undefined ? (
            <Note kind="failure">{problem}</Note>
          ) : (
            known?.is_newer === true && <CodeLine text={known.page} copyName={settings.copyReleasePage} />
          )
        }
      >
        {() => (
          <span className="flex items-center gap-3">
            <span className="tabular text-13 text-text-2 select-text">{version}</span>
            {host !== null && (
              <Button small busy={isAsking && settings.askingForUpdate} onClick={() => void ask()}>
                {settings.askForUpdate}
              </Button>
            )}
          </span>
        )}
      </SettingsRow>
      {host !== null && <DailyRow host={host} />}
    </>
  )
}

function DailyRow({ host }: { host: string }) {
  const { update_check } = useSettings()
  const { change, note } = useSettingChange()
  const block = useWriteBlock()
  const { settings } = strings
  return (
    <SettingsRow title={settings.updateCheck} text={settings.updateCheckText(host)} below={note}>
      {(title) => (
        <Switch labelledBy={title} on={update_check} why={block} onChange={(on) => change({ update_check: on })} />
      )}
    </SettingsRow>
  )
}
