import { useEffect, useState } from 'react'
import type { LocalCopy } from '../../shared/backup-schemas.ts'
import { api, problemOf } from '../api.ts'
import { sayProblem } from '../say-problem.ts'
import { closeOverlay, openOverlay, useOverlays } from '../state/overlays.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogBody, DialogFooter, DialogHeader } from '../ui/dialog.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Note } from '../ui/note.tsx'
import { ago, size } from '../words.ts'

/** The copies that Latchkey made by itself, each with the way back to it. */
export function CopiesDialog() {
  const open = useOverlays(({ overlay }) => overlay?.kind === 'copies')
  return (
    <Dialog open={open} title={strings.backup.copies}>
      {open && <Copies />}
    </Dialog>
  )
}

function Copies() {
  const [copies, setCopies] = useState<readonly LocalCopy[]>()
  const [problem, setProblem] = useState<string>()
  const { backup: words, action } = strings
  useEffect(() => {
    api.listBackups().then(setCopies, (cause: unknown) => setProblem(sayProblem(problemOf(cause))))
  }, [])
  return (
    <>
      <DialogHeader title={words.copies} />
      <DialogBody className="gap-3">
        {problem !== undefined && <Note kind="failure">{problem}</Note>}
        {copies?.length === 0 && <EmptyState title={words.noCopies} text={words.noCopiesText} />}
        {copies !== undefined && copies.length > 0 && (
          <ul className="rounded-8 border border-line">
            {copies.map((copy) => (
              <Copy key={copy.path} copy={copy} />
            ))}
          </ul>
        )}
      </DialogBody>
      <DialogFooter>
        <Button onClick={() => closeOverlay()}>{action.done}</Button>
      </DialogFooter>
    </>
  )
}

function Copy({ copy }: { copy: LocalCopy }) {
  const { backup: words } = strings
  const made = ago(copy.made_at)
  return (
    <li className="flex min-h-12 items-center gap-3 border-line px-4 py-1.5 not-first:border-t">
      <div className="flex min-w-0 grow flex-col" title={copy.path}>
        <span className="text-13 font-medium">{made}</span>
        <span className="text-12 text-text-3">
          {words.copyFacts(words.reasons[copy.reason], size(copy.bytes), copy.portable)}
        </span>
      </div>
      <Button
        small
        aria-label={words.restoreCopyName(made)}
        onClick={() => openOverlay({ kind: 'restore', copy: { path: copy.path, portable: copy.portable, made } })}
      >
        {words.restoreOpen}
      </Button>
    </li>
  )
}
