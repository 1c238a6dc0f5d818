import { ArrowLeft } from 'lucide-react'
import { useState } from 'react'
import { api, problemOf } from '../api.ts'
import { sayProblem } from '../say-problem.ts'
import { requestClose } from '../state/overlays.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { DialogBody, DialogFooter, DialogHeader } from '../ui/dialog.tsx'
import { FittedText } from '../ui/fitted-text.tsx'
import { Note } from '../ui/note.tsx'
import type { ChooseProps } from './choose-places.tsx'

/** A dump may be two CSV files, one for each table. */
const MOST_DUMPS = 2

/** The dump of the system Latchkey grew out of, and the file with its ENCRYPTION_KEY. */
export function ChooseDump({ problem, isBusy, onFind, onBack, onProblem }: ChooseProps & { onBack: () => void }) {
  const [dump, setDump] = useState<readonly string[]>([])
  const [keyFile, setKeyFile] = useState<string>()
  const { import: words, action } = strings

  const choose = async (what: 'dump' | 'dump_key'): Promise<void> => {
    onProblem(undefined)
    try {
      const { path } = await api.chooseImportFile({ what })
      if (path === null) return
      if (what === 'dump_key') setKeyFile(path)
      else setDump([...dump.filter((file) => file !== path), path].slice(-MOST_DUMPS))
    } catch (cause) {
      onProblem(sayProblem(problemOf(cause)))
    }
  }
  return (
    <>
      <DialogHeader title={words.title} />
      <DialogBody className="gap-4">
        <p className="text-13 text-text-2">{words.originText}</p>
        <div className="flex flex-col rounded-8 border border-line">
          <FileRow
            name={words.dump}
            text={words.dumpText}
            files={dump}
            verb={dump.length === 0 ? words.chooseDump : words.chooseAnotherDump}
            onChoose={() => void choose('dump')}
          />
          <FileRow
            name={words.dumpKey}
            text={words.dumpKeyText}
            files={keyFile === undefined ? [] : [keyFile]}
            verb={words.chooseDumpKey}
            onChoose={() => void choose('dump_key')}
          />
        </div>
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
        <Button
          look="primary"
          why={dump.length === 0 || keyFile === undefined ? words.bothFirst : undefined}
          busy={isBusy && words.reading}
          onClick={() => {
            if (keyFile !== undefined) onFind({ origin: { dump: [...dump], key_file: keyFile } })
          }}
        >
          {words.read}
        </Button>
      </DialogFooter>
    </>
  )
}

interface FileRowProps {
  name: string
  text: string
  files: readonly string[]
  verb: string
  onChoose: () => void
}

function FileRow({ name, text, files, verb, onChoose }: FileRowProps) {
  return (
    <div className="flex items-center gap-4 border-line px-3 py-2 not-first:border-t">
      <div className="flex min-w-0 grow flex-col">
        <span className="text-13 font-medium">{name}</span>
        {files.length === 0 ? (
          <span className="text-12 text-text-3">{text}</span>
        ) : (
          files.map((file) => <FittedText key={file} text={file} />)
        )}
      </div>
      <Button small onClick={onChoose}>
        {verb}
      </Button>
    </div>
  )
}
