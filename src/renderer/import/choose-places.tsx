import { useState } from 'react'
import type { KeySearch } from '../../shared/import-schemas.ts'
import { api, problemOf } from '../api.ts'
import { sayProblem } from '../say-problem.ts'
import { requestClose } from '../state/overlays.ts'
import { strings } from '../strings.ts'
import { Button, LinkButton } from '../ui/button.tsx'
import { Checkbox } from '../ui/checkbox.tsx'
import { DialogBody, DialogFooter, DialogHeader } from '../ui/dialog.tsx'
import { FittedText } from '../ui/fitted-text.tsx'
import { Note } from '../ui/note.tsx'
import { PLACES, searchOf, type Place } from './import-places.ts'

export interface ChooseProps {
  problem: string | undefined
  isBusy: boolean
  onFind: (search: KeySearch) => void
  onProblem: (problem: string | undefined) => void
}

/** The places that are known, all of them ticked, and files that a person points at. */
export function ChoosePlaces({ problem, isBusy, onFind, onDump, onProblem }: ChooseProps & { onDump: () => void }) {
  const [places, setPlaces] = useState<ReadonlySet<Place>>(new Set(PLACES))
  const [files, setFiles] = useState<readonly string[]>([])
  const { import: words, action } = strings
  const search = searchOf(places, files)

  const tick = (place: Place, on: boolean): void => {
    const next = new Set(places)
    if (on) next.add(place)
    else next.delete(place)
    setPlaces(next)
  }
  const addFile = async (): Promise<void> => {
    onProblem(undefined)
    try {
      const { path } = await api.chooseImportFile({ what: 'keys' })
      if (path !== null) setFiles([...files.filter((file) => file !== path), path])
    } catch (cause) {
      onProblem(sayProblem(problemOf(cause)))
    }
  }
  return (
    <>
      <DialogHeader title={words.title} />
      <DialogBody className="gap-4">
        <p className="text-13 text-text-2">{words.text}</p>
        <div role="group" aria-label={words.where} className="flex flex-col rounded-8 border border-line py-1">
          {PLACES.map((place) => (
            <Checkbox
              key={place}
              checked={places.has(place)}
              onChange={(on) => tick(place, on)}
              className="min-h-11 px-3 py-1"
            >
              <span className="flex min-w-0 flex-col">
                <span className="text-13 font-medium">{words.places[place].name}</span>
                <span className="text-12 text-text-3">{words.places[place].text}</span>
              </span>
            </Checkbox>
          ))}
          {files.map((file) => (
            <Checkbox
              key={file}
              checked
              onChange={() => setFiles(files.filter((other) => other !== file))}
              className="min-h-9 px-3"
            >
              <FittedText text={file} />
            </Checkbox>
          ))}
        </div>
        <Button small onClick={() => void addFile()} className="self-start">
          {words.addFile}
        </Button>
        {problem !== undefined && <Note kind="failure">{problem}</Note>}
      </DialogBody>
      <DialogFooter left={<LinkButton onClick={onDump}>{words.fromOrigin}</LinkButton>}>
        <Button onClick={requestClose}>{action.cancel}</Button>
        <Button
          look="primary"
          why={search === undefined ? words.chooseFirst : undefined}
          busy={isBusy && words.looking}
          onClick={() => {
            if (search !== undefined) onFind(search)
          }}
        >
          {words.look}
        </Button>
      </DialogFooter>
    </>
  )
}
