import { useState, type ReactNode } from 'react'
import type { Settings } from '../../shared/schemas.ts'
import { problemOf } from '../api.ts'
import { changeSettings } from '../state/status.ts'
import { Note } from '../ui/note.tsx'
import { sayProblem } from '../say-problem.ts'

/** Changes settings at once; `note` says why one was refused, below its row. */
export function useSettingChange(): { change: (patch: Partial<Settings>) => void; note: ReactNode } {
  const [refusal, setRefusal] = useState<string>()
  const change = (patch: Partial<Settings>): void => {
    changeSettings(patch).then(
      () => setRefusal(undefined),
      (cause: unknown) => setRefusal(sayProblem(problemOf(cause))),
    )
  }
  return { change, note: refusal === undefined ? null : <Note kind="failure">{refusal}</Note> }
}
