import { useCallback, useEffect, useRef, useState } from 'react'
import type { FoundKeys, ImportedKeys, KeySearch } from '../../shared/import-schemas.ts'
import { api, problemOf } from '../api.ts'
import { sayProblem } from '../say-problem.ts'
import { refresh } from '../state/live.ts'
import { setLocked, useOverlays } from '../state/overlays.ts'
import { strings } from '../strings.ts'
import { Dialog } from '../ui/dialog.tsx'
import { ChooseDump } from './choose-dump.tsx'
import { ChoosePlaces } from './choose-places.tsx'
import { FoundList } from './found-list.tsx'
import { ImportResult } from './import-result.tsx'

/** Finds keys on this machine and stores those that are ticked. The keys themselves stay in the core. */
export function ImportDialog() {
  const open = useOverlays(({ overlay }) => overlay?.kind === 'import')
  return (
    <Dialog open={open} title={strings.import.title} wide>
      <Import />
    </Dialog>
  )
}

type Step =
  | { kind: 'places' }
  | { kind: 'dump' }
  | { kind: 'found'; found: FoundKeys; from: 'places' | 'dump' }
  | { kind: 'done'; found: FoundKeys; imported: ImportedKeys }

function Import() {
  const [step, setStep] = useState<Step>({ kind: 'places' })
  const [problem, setProblem] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  const { forget, follow } = useForgetting()

  /** One act at a time; what it is refused for stands in the dialog. */
  const run = async (act: () => Promise<Step | undefined>): Promise<void> => {
    if (isBusy) return
    setBusy(true)
    setProblem(undefined)
    try {
      const next = await act()
      if (next !== undefined) setStep(next)
    } catch (cause) {
      setProblem(sayProblem(problemOf(cause)))
    }
    setBusy(false)
  }
  const goTo = (next: Step): void => {
    forget()
    setProblem(undefined)
    setStep(next)
  }
  const find = (search: KeySearch, from: 'places' | 'dump') =>
    run(async () => {
      const found = await api.findKeys(search)
      return follow(found.search_id) ? { kind: 'found', found, from } : undefined
    })
  const store = (found: FoundKeys, lines: string[], comment_out: boolean) =>
    run(async () => {
      // Nothing would be lost by closing it, but nobody would be told what came of it.
      setLocked(true)
      try {
        const imported = await api.importKeys({ search_id: found.search_id, lines, comment_out })
        await refresh()
        return { kind: 'done', found, imported }
      } finally {
        setLocked(false)
      }
    })

  const shared = { problem, isBusy }
  if (step.kind === 'places') {
    return (
      <ChoosePlaces
        {...shared}
        onFind={(search) => void find(search, 'places')}
        onDump={() => goTo({ kind: 'dump' })}
        onProblem={setProblem}
      />
    )
  }
  if (step.kind === 'dump') {
    return (
      <ChooseDump
        {...shared}
        onFind={(search) => void find(search, 'dump')}
        onBack={() => goTo({ kind: 'places' })}
        onProblem={setProblem}
      />
    )
  }
  if (step.kind === 'found') {
    return (
      <FoundList
        {...shared}
        found={step.found}
        onBack={() => goTo({ kind: step.from })}
        onImport={(lines, comment_out) => void store(step.found, lines, comment_out)}
      />
    )
  }
  return <ImportResult found={step.found} imported={step.imported} />
}

/** Has the core forget what was found as soon as the dialog is gone, or looks elsewhere. */
function useForgetting(): { follow: (search_id: string) => boolean; forget: () => void } {
  const open = useRef<string>(undefined)
  const isGone = useRef(false)
  const forget = useCallback((): void => {
    const search_id = open.current
    open.current = undefined
    // Where that cannot be said, the core forgets by itself ten minutes later.
    if (search_id !== undefined) api.endImport({ search_id }).catch(() => undefined)
  }, [])
  useEffect(() => {
    isGone.current = false
    return () => {
      isGone.current = true
      forget()
    }
  }, [forget])
  return {
    forget,
    follow(search_id) {
      open.current = search_id
      if (isGone.current) forget()
      return !isGone.current
    },
  }
}
