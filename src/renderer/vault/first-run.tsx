import { ChevronRight, FolderInput, LayoutGrid, Plus, type LucideIcon } from 'lucide-react'
import { useEffect, useRef, type RefObject } from 'react'
import type { Status } from '../../shared/schemas.ts'
import { shownChord } from '../keyboard/keymap.ts'
import { usePlatform } from '../keyboard/platform.ts'
import { Brand } from '../layout/brand.tsx'
import { isAnythingOpen } from '../state/overlays.ts'
import { useProviders } from '../state/providers.ts'
import { useStatus } from '../state/status.ts'
import { addProvider, goTo, importKeys } from '../state/window.ts'
import { strings } from '../strings.ts'
import { FittedText } from '../ui/fitted-text.tsx'
import { Icon } from '../ui/icon.tsx'
import { KeyCaps } from '../ui/key-caps.tsx'
import { Fact } from './vault-facts.tsx'

/** What this is, where the key lives, and the doors that exist. No sidebar yet. */
export function FirstRun() {
  const status = useStatus((state) => state.status)
  const list = useProviders((state) => state.list)
  const { desktop } = usePlatform()
  const doors = useRef<HTMLDivElement>(null)
  useEffect(() => doors.current?.querySelector('button')?.focus(), [])
  useDoorKeys(doors)
  if (status === null) return null
  const { firstRun, app } = strings
  const names = list.filter((provider) => provider.is_predefined).map((provider) => provider.display_name)
  return (
    <main className="flex h-full flex-col overflow-y-auto">
      <div className="mx-auto my-auto flex w-full max-w-[608px] flex-col gap-6 px-6 py-6">
        <Brand size={40} />
        <div className="-mt-1 flex flex-col gap-1.5">
          <h1 className="text-20 font-semibold">{firstRun.title}</h1>
          <p className="text-13 text-text-2">{firstRun.text}</p>
        </div>
        <div
          ref={doors}
          role="group"
          aria-label={firstRun.doors}
          className="rounded-8 border border-line bg-surface shadow-card"
        >
          <Door
            icon={Plus}
            cap="1"
            main
            title={firstRun.add}
            text={firstRun.addText(names.slice(0, 4))}
            onClick={() => addProvider()}
          />
          {desktop && (
            <Door icon={FolderInput} cap="2" title={firstRun.import} text={firstRun.importText} onClick={importKeys} />
          )}
          {list.length > 0 && (
            <Door
              icon={LayoutGrid}
              cap={desktop ? '3' : '2'}
              title={firstRun.look}
              text={firstRun.lookText(list.length)}
              onClick={() => goTo('providers')}
            />
          )}
        </div>
        <dl>
          <Fact name={firstRun.vault}>
            <FittedText text={status.vault.path} />
          </Fact>
          <Fact name={firstRun.masterKey}>
            <span className="wrap-anywhere">{masterKeyText(status.master_key)}</span>
          </Fact>
          <Fact name={firstRun.network}>{networkText(status.listener)}</Fact>
        </dl>
      </div>
      <footer className="flex shrink-0 items-center gap-4 px-6 pb-3 text-11 text-text-3">
        <span className="grow">{app.version(status.version)}</span>
        <span aria-hidden className="flex items-center gap-1.5">
          <KeyCaps chord={shownChord('palette', desktop)} />
          {firstRun.allActions}
        </span>
        <span aria-hidden className="flex items-center gap-1.5">
          <KeyCaps chord="?" />
          {firstRun.shortcuts}
        </span>
      </footer>
    </main>
  )
}

interface DoorProps {
  icon: LucideIcon
  cap: string
  title: string
  text: string
  main?: boolean
  onClick: () => void
}

function Door({ icon, cap, title, text, main = false, onClick }: DoorProps) {
  return (
    <button
      type="button"
      onClick={onClick}
      className="flex h-16 w-full items-center gap-4 border-line px-4 text-left transition-colors not-first:border-t first:rounded-t-8 last:rounded-b-8 hover:bg-hover focus-visible:rounded-8 focus-visible:outline-offset-0"
    >
      <span
        className={`flex size-9 shrink-0 items-center justify-center rounded-8 ${main ? 'bg-accent-bg text-accent-text' : 'bg-hover text-text-2'}`}
      >
        <Icon of={icon} size={18} />
      </span>
      <span className="flex min-w-0 grow flex-col">
        <span className="text-13 font-semibold">{title}</span>
        <span className="truncate text-12 text-text-3">{text}</span>
      </span>
      <KeyCaps chord={cap} />
      <Icon of={ChevronRight} className="text-text-3" />
    </button>
  )
}

/** Digits open the doors, arrows move among them, wherever focus is. */
function useDoorKeys(box: RefObject<HTMLDivElement | null>): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isAnythingOpen()) return
      const doors = [...(box.current?.querySelectorAll('button') ?? [])]
      const door = /^[1-9]$/.test(event.key) ? doors[Number(event.key) - 1] : undefined
      if (door !== undefined) {
        // The digit would be typed into the field that gets the focus.
        event.preventDefault()
        door.click()
      }
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
      if (step === undefined) return
      event.preventDefault()
      const at = doors.findIndex((door) => door === document.activeElement)
      doors[(at + step + doors.length) % doors.length]?.focus()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [box])
}

function masterKeyText({ source, place }: Status['master_key']): string {
  const { masterKey } = strings
  if (source === null) return masterKey.none
  if (source === 'file')
    return `${masterKey.sources.file} ${place ?? ''}, ${masterKey.madeJustNow}. ${masterKey.keepCopy}`
  const where = source === 'key_file' && place !== null ? ` ${place}` : ''
  const made = source === 'keychain' ? `, ${masterKey.madeJustNow}` : ''
  return `${masterKey.sources[source]}${where}${made}.`
}

function networkText({ tools_allowed, address }: Status['listener']): string {
  const { firstRun } = strings
  const listener = tools_allowed && address !== null ? firstRun.listenerOn(address) : firstRun.listenerOff
  return `${firstRun.nothingSent} ${listener}`
}
