import {
  ScrollText,
  ChartNoAxesColumn,
  EyeOff,
  FolderInput,
  Keyboard,
  KeyRound,
  LockKeyhole,
  Monitor,
  Moon,
  Pause,
  Play,
  Plug,
  Plus,
  Settings,
  ShieldAlert,
  Sun,
  Ticket,
  Unplug,
  type LucideIcon,
} from 'lucide-react'
import { memo } from 'react'
import { shownChord } from '../keyboard/keymap.ts'
import { usePlatform } from '../keyboard/platform.ts'
import { Pieces } from '../ui/fitted-text.tsx'
import { Icon } from '../ui/icon.tsx'
import { KeyCaps } from '../ui/key-caps.tsx'
import { Mark } from '../ui/mark.tsx'
import { markWords } from './match-words.ts'
import type { Entry, PageAct } from './palette-entries.ts'

const icons: Record<PageAct, LucideIcon> = {
  add_provider: Plus,
  import_keys: FolderInput,
  go_providers: KeyRound,
  go_tools: Plug,
  create_token: Ticket,
  go_usage: ChartNoAxesColumn,
  go_activity: ScrollText,
  go_settings: Settings,
  go_vault: ShieldAlert,
  listener_on: Plug,
  listener_off: Unplug,
  pause_tools: Pause,
  resume_tools: Play,
  theme_light: Sun,
  theme_dark: Moon,
  theme_system: Monitor,
  lock: LockKeyhole,
  hide: EyeOff,
  shortcuts: Keyboard,
}

export const rowId = (entry: Entry): string =>
  entry.kind === 'provider' ? `palette-${entry.provider_id}-${entry.act}` : `palette-${entry.act}`

interface EntryRowProps {
  entry: Entry
  words: readonly string[]
  isActive: boolean
  onHighlight: () => void
  onRun: () => void
}

/** One thing that can be run; what matched is coloured and bold. */
export const EntryRow = memo(function EntryRow({ entry, words, isActive, onHighlight, onRun }: EntryRowProps) {
  const { desktop } = usePlatform()
  const chord = entry.kind === 'action' && entry.command !== undefined ? shownChord(entry.command, desktop) : undefined
  return (
    // Reached by the input's active descendant; a pointer runs directly.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
    <div
      id={rowId(entry)}
      role="option"
      aria-selected={isActive}
      onPointerMove={() => {
        if (!isActive) onHighlight()
      }}
      onClick={onRun}
      className={`flex h-9 shrink-0 items-center gap-2.5 rounded-6 px-3 ${isActive ? 'bg-accent-bg' : ''}`}
    >
      {entry.kind === 'provider' ? (
        <Mark provider_id={entry.provider_id} size={20} />
      ) : (
        <span className="flex size-5 items-center justify-center">
          <Icon of={icons[entry.act]} className="text-text-3" />
        </span>
      )}
      <span className="min-w-0 truncate text-13">
        <Pieces pieces={markWords(entry.label, words)} />
      </span>
      {entry.kind === 'provider' && entry.aside !== undefined && (
        <span className="shrink-0 text-12 text-text-3">{entry.aside}</span>
      )}
      <span className="ml-auto flex shrink-0 pl-2">
        <KeyCaps chord={isActive && chord === undefined ? 'Enter' : chord} />
      </span>
    </div>
  )
})
