import { useState, type ReactNode } from 'react'
import { problemOf } from '../api.ts'
import { sayProblem } from '../say-problem.ts'
import { Note } from '../ui/note.tsx'

/** Does something that may be refused: `note` says why it was, until the next try. */
export function useTry(): { attempt: (act: () => Promise<void>) => Promise<boolean>; note: ReactNode } {
  const [refusal, setRefusal] = useState<string>()
  const attempt = async (act: () => Promise<void>): Promise<boolean> => {
    setRefusal(undefined)
    try {
      await act()
      return true
    } catch (cause) {
      setRefusal(sayProblem(problemOf(cause)))
      return false
    }
  }
  return { attempt, note: refusal === undefined ? null : <Note kind="failure">{refusal}</Note> }
}
