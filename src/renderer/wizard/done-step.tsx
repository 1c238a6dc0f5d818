import { ChevronRight, List, Plug, Plus, type LucideIcon } from 'lucide-react'
import type { KeyTest } from '../../shared/key-test-schemas.ts'
import { useProvider } from '../state/providers.ts'
import { strings } from '../strings.ts'
import { useAddress } from '../tools/connect-tool.tsx'
import { Button } from '../ui/button.tsx'
import { KeyChip } from '../ui/chip.tsx'
import { CodeLine } from '../ui/code-line.tsx'
import { DialogBody } from '../ui/dialog.tsx'
import { Icon } from '../ui/icon.tsx'
import { Mark } from '../ui/mark.tsx'
import { Note } from '../ui/note.tsx'
import { hostOf } from '../words.ts'

interface DoneStepProps {
  id: number
  /** What the provider said to the key, if it was asked. */
  answer: KeyTest | undefined
  onConnect: () => void
  onModels: () => void
  onListener: () => void
  onAgain: () => void
}

/** What was stored, and what to do next. */
export function DoneStep({ id, answer, onConnect, onModels, onListener, onAgain }: DoneStepProps) {
  const provider = useProvider(id)
  const { address, isOn } = useAddress()
  if (provider === undefined) return null
  const { wizard } = strings
  const title = provider.has_api_key ? wizard.ready(provider.display_name) : wizard.added(provider.display_name)
  const next: NextProps[] = [
    { icon: Plug, title: wizard.connectTool, text: wizard.connectToolText, onClick: onConnect },
    {
      icon: List,
      title: wizard.chooseModels,
      text: wizard.chooseModelsText(provider.models.length, provider.is_predefined),
      onClick: onModels,
    },
    { icon: Plus, title: wizard.addAnother, text: wizard.addAnotherText, onClick: onAgain },
  ]
  return (
    <DialogBody>
      <div role="status" className="flex items-center gap-3">
        <Mark provider_id={id} size={36} />
        <div className="flex min-w-0 grow flex-col">
          <span className="truncate text-13 font-semibold">{title}</span>
          <span className="mono truncate text-12 text-text-3">
            {answer === undefined ? (hostOf(provider.base_url) ?? '') : `${answer.method} ${answer.url}`}
          </span>
        </div>
        <KeyChip state={provider.key_state} {...(answer === undefined ? {} : { more: wizard.answered(answer) })} />
      </div>
      <section aria-label={wizard.toolAddress} className="flex flex-col gap-1.5">
        <h3 className="text-12 font-medium">{wizard.toolAddress}</h3>
        <CodeLine text={`${address}/proxy/${provider.name}`} copyName={wizard.copyToolAddress} />
        {isOn ? (
          <p className="text-12 text-text-3">{wizard.toolAddressText}</p>
        ) : (
          <Note
            kind="information"
            actions={
              <Button small onClick={onListener}>
                {wizard.switchItOn}
              </Button>
            }
          >
            {wizard.listenerOff}
          </Note>
        )}
      </section>
      <section className="flex flex-col gap-2">
        <h3 className="text-12 font-medium">{wizard.whatNext}</h3>
        <div className="overflow-hidden rounded-8 border border-line">
          {next.map((row) => (
            <NextRow key={row.title} {...row} />
          ))}
        </div>
      </section>
    </DialogBody>
  )
}

interface NextProps {
  icon: LucideIcon
  title: string
  text: string
  onClick: () => void
}

function NextRow({ icon, title, text, onClick }: NextProps) {
  return (
    <button
      type="button"
      onClick={onClick}
      className="flex w-full items-center gap-3 border-line px-4 py-1.5 text-left transition-colors not-first:border-t hover:bg-hover focus-visible:-outline-offset-2"
    >
      <Icon of={icon} className="text-text-3" />
      <span className="flex min-w-0 grow flex-col">
        <span className="text-13 font-medium">{title}</span>
        <span className="truncate text-12 text-text-3">{text}</span>
      </span>
      <Icon of={ChevronRight} className="text-text-3" />
    </button>
  )
}
