import {
  ChartNoAxesColumn,
  CircleAlert,
  EyeOff,
  KeyRound,
  LockKeyhole,
  Plug,
  ScrollText,
  Search,
  Settings,
  ShieldCheck,
  TriangleAlert,
  type LucideIcon,
} from 'lucide-react'
import { isMac, usePlatform } from '../keyboard/platform.ts'
import { shownChord, type Command } from '../keyboard/keymap.ts'
import { lockOrHide, useLockAct } from '../lock/lock-now.ts'
import { useProviders } from '../state/providers.ts'
import { useDesktop, useStatus } from '../state/status.ts'
import { useTools } from '../state/tools.ts'
import { useCurrentPage } from '../state/current-page.ts'
import { goTo, openPalette, type Page } from '../state/window.ts'
import { strings } from '../strings.ts'
import { Icon } from '../ui/icon.tsx'
import { KeyCaps, sayChord } from '../ui/key-caps.tsx'
import { tip } from '../ui/tooltip.tsx'
import { formatNumber } from '../words.ts'
import { Brand } from './brand.tsx'
import { listenerInWords } from '../settings/listener-in-words.ts'
import { shortSource, sourceInWords } from '../vault/source-in-words.ts'

/** Pages, palette, and what opens the vault and who may reach it. Below 720 px a rail with tooltips. */
export function Sidebar() {
  const makesRoom = useDesktop() && isMac
  return (
    <nav
      aria-label={strings.nav.label}
      className="flex w-12 shrink-0 flex-col border-r border-line bg-side px-2 wide:w-52"
    >
      <div
        className={`drag flex h-14 shrink-0 items-center gap-2 px-1.5 wide:px-2 ${makesRoom ? 'wide:pl-19 max-wide:pt-8' : ''}`}
      >
        <Brand size={20} />
        <span className="text-13 font-semibold max-wide:hidden">{strings.app.name}</span>
      </div>
      <FindOrRun />
      <div className="mt-2.5 flex flex-col gap-px">
        <ProvidersItem />
        <ToolsItem />
        <NavItem page="usage" icon={ChartNoAxesColumn} label={strings.nav.usage} command="go_usage" />
        <ActivityItem />
        <NavItem page="settings" icon={Settings} label={strings.nav.settings} command="go_settings" />
      </div>
      <div className="mt-auto flex flex-col gap-1 border-t border-line py-2">
        <MasterKeyFoot />
        <ListenerFoot />
        <LockFoot />
      </div>
    </nav>
  )
}

function FindOrRun() {
  const { desktop } = usePlatform()
  const chord = shownChord('palette', desktop)
  return (
    <button
      type="button"
      {...tip(strings.nav.findOrRun, sayChord(chord), 'right')}
      onClick={openPalette}
      className="flex h-[30px] shrink-0 items-center gap-1.5 rounded-6 border border-line-2 bg-surface px-[7px] text-text-3 transition-colors hover:bg-hover"
    >
      <Icon of={Search} size={14} />
      <span className="min-w-0 grow truncate text-left max-wide:sr-only">{strings.nav.findOrRun}</span>
      <KeyCaps chord={chord} className="max-wide:hidden" />
    </button>
  )
}

function ProvidersItem() {
  const count = useProviders((state) => (state.phase === 'ready' ? state.list.length : undefined))
  return <NavItem page="providers" icon={KeyRound} label={strings.nav.providers} command="go_providers" count={count} />
}

function ToolsItem() {
  const count = useTools((state) => (state.phase === 'ready' ? state.list.length : undefined))
  return <NavItem page="tools" icon={Plug} label={strings.nav.tools} command="go_tools" count={count} />
}

function ActivityItem() {
  const isMarked = useStatus(({ status }) => status?.refusals_to_see === true)
  return (
    <NavItem
      page="activity"
      icon={ScrollText}
      label={strings.nav.activity}
      command="go_activity"
      mark={isMarked ? strings.nav.refusals : undefined}
    />
  )
}

interface NavItemProps {
  page: Page
  icon: LucideIcon
  label: string
  command: Command
  count?: number | undefined
  /** What there has to be looked at. */
  mark?: string | undefined
}

function NavItem({ page, icon, label, command, count, mark }: NavItemProps) {
  const isCurrent = useCurrentPage() === page
  const { desktop } = usePlatform()
  return (
    <button
      type="button"
      {...tip(mark ?? label, sayChord(shownChord(command, desktop)), 'right')}
      aria-current={isCurrent ? 'page' : undefined}
      onClick={() => goTo(page)}
      className={`flex h-[30px] items-center gap-2 rounded-6 px-2 transition-colors ${isCurrent ? 'bg-active font-medium text-text' : 'text-text-2 hover:bg-hover'}`}
    >
      <Icon of={icon} className={isCurrent ? 'text-text' : 'text-text-3'} />
      <span className="grow text-left max-wide:sr-only">{label}</span>
      {count !== undefined && (
        <span aria-hidden className="tabular text-12 font-normal text-text-3 max-wide:hidden">
          {formatNumber(count)}
        </span>
      )}
      {mark !== undefined && (
        <span className="text-warn">
          <Icon of={TriangleAlert} size={14} />
          <span className="sr-only">{mark}</span>
        </span>
      )}
    </button>
  )
}

function MasterKeyFoot() {
  const status = useStatus((state) => state.status)
  if (status === null) return null
  const { vault, master_key } = status
  if (vault.state !== 'open') {
    const head = vault.state === 'closed' ? strings.nav.closed : strings.nav.readOnly
    const reason = strings.vault.reasons[vault.problem?.code ?? ''] ?? strings.vault.otherReason
    return <FootItem icon={CircleAlert} head={head} text={reason} bad onClick={() => goTo('vault')} />
  }
  return (
    <FootItem
      icon={ShieldCheck}
      head={strings.nav.masterKey}
      text={shortSource(master_key.source)}
      says={sourceInWords(master_key.source)}
      onClick={() => goTo('settings', 'master-key')}
    />
  )
}

function ListenerFoot() {
  const listener = useStatus((state) => state.status?.listener)
  if (listener === undefined) return null
  const { head, text } = listenerInWords(listener)
  return <FootItem icon={Plug} head={head} text={text} onClick={() => goTo('settings', 'listener')} />
}

/** Without a passphrase nothing is locked, so it is not called that. */
function LockFoot() {
  const act = useLockAct()
  const { desktop } = usePlatform()
  if (act === undefined) return null
  const chord = shownChord('lock', desktop)
  const label = strings.lock[act]
  return (
    <button
      type="button"
      {...tip(label, sayChord(chord), 'right')}
      onClick={lockOrHide}
      className="flex h-[30px] items-center gap-2 rounded-6 px-2 text-text-2 transition-colors hover:bg-hover"
    >
      <Icon of={act === 'lock' ? LockKeyhole : EyeOff} className="text-text-3" />
      <span className="grow text-left max-wide:sr-only">{label}</span>
      <KeyCaps chord={chord} className="max-wide:hidden" />
    </button>
  )
}

interface FootItemProps {
  icon: LucideIcon
  head: string
  text: string
  /** The whole of it, where `text` is short. */
  says?: string
  bad?: boolean
  onClick: () => void
}

function FootItem({ icon, head, text, says = text, bad = false, onClick }: FootItemProps) {
  return (
    <button
      type="button"
      {...tip(`${head}: ${says}`, undefined, 'right')}
      onClick={onClick}
      className={`flex min-h-[30px] gap-2 rounded-6 px-2 py-1 text-left transition-colors ${bad ? 'bg-bad-bg' : 'hover:bg-hover'}`}
    >
      <Icon of={icon} className={`mt-0.5 ${bad ? 'text-bad' : 'text-text-3'}`} />
      <span className="flex min-w-0 flex-col max-wide:sr-only">
        <span className={`text-11 ${bad ? 'font-medium text-bad' : 'text-text-3'}`}>
          {head}
          <span className="sr-only">:</span>
        </span>
        <span className="tabular truncate text-12 text-text-2">{text}</span>
      </span>
    </button>
  )
}
