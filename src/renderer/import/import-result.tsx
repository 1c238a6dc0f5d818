import { useState } from 'react'
import type { FoundKeys, ImportedKeys } from '../../shared/import-schemas.ts'
import { api, problemOf } from '../api.ts'
import { sayProblem } from '../say-problem.ts'
import { closeOverlay } from '../state/overlays.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { DialogBody, DialogFooter, DialogHeader } from '../ui/dialog.tsx'
import { Note } from '../ui/note.tsx'
import { PlaceText } from './place-text.tsx'

/** What became of each line, what was done to files and how to take it back, and where keys still stand. */
export function ImportResult({ found, imported }: { found: FoundKeys; imported: ImportedKeys }) {
  const { outcomes, commented_out, left } = imported
  const { import: words, action } = strings
  const nameOf = (id: string): string => found.lines.find((line) => line.id === id)?.provider.display_name ?? ''
  const done = outcomes.filter((outcome) => outcome.done)
  return (
    <>
      <DialogHeader title={words.title} />
      <DialogBody className="gap-3">
        {outcomes.length > 0 && (
          <p className="text-13 wrap-anywhere">{words.imported(done.map(({ id }) => nameOf(id)))}</p>
        )}
        {found.lines
          .filter(({ id }) => done.some((one) => one.id === id))
          .flatMap(({ id, remarks }) => remarks.map((remark) => ({ id, remark })))
          .map(({ id, remark }) => (
            <Note key={`${id} ${remark}`} kind="information" title={`${nameOf(id)}:`}>
              {remark}
            </Note>
          ))}
        {outcomes.map(
          (outcome) =>
            !outcome.done && (
              <Note key={outcome.id} kind="failure" title={words.notImported(nameOf(outcome.id))}>
                {sayProblem(outcome.error)}
              </Note>
            ),
        )}
        {commented_out.map((one) =>
          'error' in one ? (
            <Note key={one.path} kind="failure">
              {sayProblem(one.error)}
            </Note>
          ) : (
            <CommentedOut key={one.path} search_id={found.search_id} {...one} />
          ),
        )}
        {left.length > 0 && (
          <Note kind="information" title={words.left}>
            <ul className="flex flex-col gap-0.5 text-12">
              {left.map((place) => (
                <li key={`${place.tool} ${place.path} ${place.field} ${place.line}`}>
                  <PlaceText place={place} />
                </li>
              ))}
            </ul>
          </Note>
        )}
      </DialogBody>
      <DialogFooter>
        <Button look="primary" onClick={() => closeOverlay()}>
          {action.done}
        </Button>
      </DialogFooter>
    </>
  )
}

interface CommentedOutProps {
  search_id: string
  path: string
  backup: string
  variables: readonly string[]
}

function CommentedOut({ search_id, path, backup, variables }: CommentedOutProps) {
  const [isUndone, setUndone] = useState(false)
  const [problem, setProblem] = useState<string>()
  const { import: words, action } = strings
  const undo = async (): Promise<void> => {
    try {
      await api.undoCommentOut({ search_id, path })
      setUndone(true)
      setProblem(undefined)
    } catch (cause) {
      setProblem(sayProblem(problemOf(cause)))
    }
  }
  if (isUndone) return <Note kind="information">{words.undone(path)}</Note>
  return (
    <>
      <Note
        kind="information"
        title={words.commentedOut(variables.join(', '), path)}
        actions={
          <Button small onClick={() => void undo()}>
            {action.undo}
          </Button>
        }
      >
        {words.backup(backup)}
      </Note>
      {problem !== undefined && <Note kind="failure">{problem}</Note>}
    </>
  )
}
