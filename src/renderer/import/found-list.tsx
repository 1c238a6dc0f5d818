import { ArrowLeft } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import type { FoundKeys, ImportLine } from '../../shared/import-schemas.ts'
import { requestClose } from '../state/overlays.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { Checkbox } from '../ui/checkbox.tsx'
import { DialogBody, DialogFooter, DialogHeader } from '../ui/dialog.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Note } from '../ui/note.tsx'
import { PlaceText } from './place-text.tsx'

interface FoundListProps {
  found: FoundKeys
  problem: string | undefined
  isBusy: boolean
  onBack: () => void
  onImport: (lines: string[], comment_out: boolean) => void
}

/** What was found, what importing it would do, and what is left out and why. */
export function FoundList({ found, problem, isBusy, onBack, onImport }: FoundListProps) {
  const { lines, skipped, problems, remarks } = found
  const [ticked, setTicked] = useState<ReadonlySet<string>>(
    () => new Set(lines.filter((line) => line.ticked).map(({ id }) => id)),
  )
  const [commentOut, setCommentOut] = useState(false)
  const { import: words, action } = strings
  const offered = lines.filter(({ act }) => act !== 'nothing')
  const there = lines.filter(({ act }) => act === 'nothing')
  const chosen = offered.filter(({ id }) => ticked.has(id))
  const canComment = [...chosen, ...there].some(hasOwnLine)
  const comments = commentOut && canComment

  const tick = (id: string, on: boolean): void => {
    const next = new Set(ticked)
    if (on) next.add(id)
    else next.delete(id)
    setTicked(next)
  }
  return (
    <>
      <DialogHeader title={words.title} />
      <DialogBody className="gap-4">
        {lines.length === 0 && <EmptyState title={words.noneTitle} text={words.noneText} />}
        {offered.length > 0 && (
          <div role="group" aria-label={words.found} className="flex flex-col rounded-8 border border-line">
            {offered.map((line) => (
              <OfferedLine key={line.id} line={line} on={ticked.has(line.id)} onChange={(on) => tick(line.id, on)} />
            ))}
          </div>
        )}
        {lines.length > 0 && offered.length === 0 && <p className="text-13 text-text-2">{words.allThere}</p>}
        {canComment && (
          <Checkbox checked={commentOut} onChange={setCommentOut} className="px-3">
            <span className="flex min-w-0 flex-col">
              <span className="text-13 font-medium">{words.commentOut}</span>
              <span className="text-12 text-text-3">{words.commentOutText}</span>
            </span>
          </Checkbox>
        )}
        {remarks.map((remark) => (
          <Note key={remark} kind="information">
            {remark}
          </Note>
        ))}
        {there.length > 0 && (
          <Aside title={words.inVault}>
            {there.map(({ id, provider, last_four, remarks: own }) => (
              <li key={id} className="wrap-anywhere">
                <span className="text-text-2">{provider.display_name}</span>
                {last_four !== null && <span className="mono"> …{last_four}</span>}
                {own.length > 0 && ` ${own.join(' ')}`}
              </li>
            ))}
          </Aside>
        )}
        {skipped.length + problems.length > 0 && (
          <Aside title={words.leftOut}>
            {skipped.map(({ place, why }) => (
              <li key={`${place.tool} ${place.path} ${place.line} ${place.field} ${why}`} className="wrap-anywhere">
                <PlaceText place={place} />: {why}
              </li>
            ))}
            {problems.map(({ path, what }) => (
              <li key={path} className="wrap-anywhere">
                {words.notRead(path, what)}
              </li>
            ))}
          </Aside>
        )}
        {problem !== undefined && <Note kind="failure">{problem}</Note>}
      </DialogBody>
      <DialogFooter
        left={
          <Button look="ghost" icon={ArrowLeft} onClick={onBack} className="-ml-3">
            {action.back}
          </Button>
        }
      >
        <Button onClick={requestClose}>{action.cancel}</Button>
        {(offered.length > 0 || canComment) && (
          <Button
            look="primary"
            why={chosen.length === 0 && !comments ? words.tickFirst : undefined}
            busy={isBusy && words.importing}
            onClick={() =>
              onImport(
                chosen.map(({ id }) => id),
                comments,
              )
            }
          >
            {chosen.length === 0 ? words.commentOutOnly : words.importNumber(chosen.length)}
          </Button>
        )}
      </DialogFooter>
    </>
  )
}

/** A line of a file can be turned into a comment; a value in a settings file, or a variable, cannot. */
const hasOwnLine = ({ places }: ImportLine): boolean => places.some(({ path, line }) => path !== null && line !== null)

function OfferedLine({ line, on, onChange }: { line: ImportLine; on: boolean; onChange: (on: boolean) => void }) {
  const { provider, last_four, places, remarks, models } = line
  const { import: words } = strings
  return (
    <div className="border-line px-3 py-2 not-first:border-t">
      <Checkbox checked={on} onChange={onChange}>
        <span className="flex min-w-0 grow flex-col">
          <span className="flex items-baseline gap-3">
            <span className="min-w-0 grow truncate text-13 font-medium">{provider.display_name}</span>
            {last_four !== null && <span className="mono shrink-0 text-12 text-text">…{last_four}</span>}
          </span>
          <span className="text-12 wrap-anywhere text-text-2">{words.acts[line.act](line)}</span>
        </span>
      </Checkbox>
      <ul className="flex flex-col gap-0.5 pl-6.5 text-12 text-text-3">
        {models.length > 0 && <li>{words.withModels(models.length)}</li>}
        {places.map((place) => (
          <li key={`${place.tool} ${place.path} ${place.field} ${place.line}`} className="wrap-anywhere">
            <PlaceText place={place} />
          </li>
        ))}
        {remarks.map((remark) => (
          <li key={remark} className="wrap-anywhere text-warn">
            {remark}
          </li>
        ))}
      </ul>
    </div>
  )
}

function Aside({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="flex flex-col gap-1 px-3">
      <h3 className="text-12 font-medium text-text-2">{title}</h3>
      <ul className="flex flex-col gap-0.5 text-12 text-text-3">{children}</ul>
    </section>
  )
}
