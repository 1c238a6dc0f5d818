import { useEffect, useState } from 'react'
import type { ShellCommand } from '../../shared/shell-command-schemas.ts'
import { api, problemOf } from '../api.ts'
import { sayProblem } from '../say-problem.ts'
import { showPageProblem } from '../state/page-problem.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { CodeLine } from '../ui/code-line.tsx'
import { Note } from '../ui/note.tsx'
import { SettingsRow } from './settings-row.tsx'

/** `latchkey` in the terminal: put there and taken away. Nothing where the installer sees to it. */
export function CommandRow() {
  const [command, setCommand] = useState<ShellCommand | null>(null)
  const [problem, setProblem] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  useEffect(() => {
    api.getShellCommand().then(setCommand, (cause: unknown) => showPageProblem(sayProblem(problemOf(cause))))
  }, [])
  const set = async (installed: boolean): Promise<void> => {
    setBusy(true)
    setProblem(undefined)
    try {
      setCommand(await api.setShellCommand({ installed }))
    } catch (cause) {
      setProblem(sayProblem(problemOf(cause)))
    }
    setBusy(false)
  }
  const { settings } = strings
  if (command === null) return null
  const { state, path, package_path, line } = command
  const isThere = state === 'installed' || state === 'outdated'
  return (
    <SettingsRow
      title={settings.commandLine}
      also="latchkey PATH terminal"
      text={package_path === null ? settings.commandStates[state](path) : settings.commandPackaged(package_path)}
      below={
        problem !== undefined ? (
          <Note kind="failure">{problem}</Note>
        ) : (
          state === 'installed' &&
          line !== null && (
            <div className="flex flex-col gap-1.5">
              <p className="text-12 text-text-2">{settings.commandLineToAdd}</p>
              <CodeLine text={line} copyName={settings.copyCommandLine} />
            </div>
          )
        )
      }
    >
      {() =>
        package_path === null && (
          <>
            {isThere && (
              <Button busy={isBusy && settings.commandRemoving} onClick={() => void set(false)}>
                {settings.commandRemove}
              </Button>
            )}
            {state !== 'installed' && state !== 'taken' && (
              <Button busy={isBusy && settings.commandInstalling} onClick={() => void set(true)}>
                {settings.commandInstall}
              </Button>
            )}
          </>
        )
      }
    </SettingsRow>
  )
}
