import {
  Activity,
  Copy,
  CopyPlus,
  Ellipsis,
  Eraser,
  KeyRound,
  List,
  Pencil,
  RotateCcw,
  Trash2,
  Undo2,
  type LucideIcon,
} from 'lucide-react'
import { shownChord, type Command } from '../keyboard/keymap.ts'
import { usePlatform } from '../keyboard/platform.ts'
import { openOverlay } from '../state/overlays.ts'
import { useProvider } from '../state/providers.ts'
import { useWriteBlock } from '../state/status.ts'
import { strings } from '../strings.ts'
import { IconButton } from '../ui/icon-button.tsx'
import { Menu, MenuItem, MenuLine } from '../ui/menu.tsx'
import { bringBack, loadCatalogEntry, useCatalogEntry } from './catalog-entry.ts'
import { actsOf, isWriting, type ProviderAct } from './provider-act.ts'
import { act, setKeyLabel } from './provider-actions.ts'

/** What the menu says and draws for each act. */
const looks: Record<ProviderAct, { icon: LucideIcon; command?: Command; danger?: boolean }> = {
  set_key: { icon: KeyRound, command: 'set_key' },
  copy_key: { icon: Copy, command: 'copy_key' },
  test_key: { icon: Activity, command: 'test_key' },
  edit: { icon: Pencil, command: 'edit' },
  models: { icon: List, command: 'models' },
  duplicate: { icon: CopyPlus },
  remove_key: { icon: Eraser, danger: true },
  delete: { icon: Trash2, danger: true },
}

interface ProviderMenuProps {
  id: number
  tabIndex?: number
  /** Acts that have a control of their own beside the menu. */
  without?: readonly ProviderAct[]
}

/** Everything a provider offers, danger last. */
export function ProviderMenu({ id, tabIndex = 0, without = [] }: ProviderMenuProps) {
  const provider = useProvider(id)
  const { desktop } = usePlatform()
  const block = useWriteBlock()
  const entry = useCatalogEntry(id)
  if (provider === undefined) return null
  const kinds = actsOf(provider, desktop).filter((kind) => !without.includes(kind))
  const labels: Record<ProviderAct, string> = {
    set_key: setKeyLabel(provider),
    copy_key: strings.action.copyKey,
    test_key: strings.action.testKey,
    edit: strings.action.edit,
    models: strings.action.models,
    duplicate: strings.action.duplicate,
    remove_key: strings.action.removeKey,
    delete: strings.action.deleteProvider,
  }
  const item = (kind: ProviderAct) => (
    <MenuItem
      key={kind}
      icon={looks[kind].icon}
      label={labels[kind]}
      chord={looks[kind].command === undefined ? undefined : shownChord(looks[kind].command, desktop)}
      danger={looks[kind].danger === true}
      why={isWriting(kind) ? block : undefined}
      onSelect={() => act(kind, provider)}
    />
  )
  const dangers = kinds.filter((kind) => looks[kind].danger === true)
  return (
    <Menu
      onOpen={() => {
        if (provider.is_predefined) void loadCatalogEntry(id)
      }}
      trigger={
        <IconButton
          icon={Ellipsis}
          name={strings.providers.actionsOf(provider.display_name)}
          says={strings.action.more}
          tabIndex={tabIndex}
        />
      }
    >
      {kinds.filter((kind) => looks[kind].danger !== true).map(item)}
      {entry !== undefined && entry.differs.length > 0 && (
        <MenuItem
          icon={RotateCcw}
          label={strings.action.reset}
          why={block}
          onSelect={() => openOverlay({ kind: 'reset', provider_id: id })}
        />
      )}
      {entry !== undefined && entry.deleted_models.length > 0 && (
        <MenuItem
          icon={Undo2}
          label={strings.action.bringBack(entry.deleted_models.length)}
          why={block}
          onSelect={() => void bringBack(id)}
        />
      )}
      {dangers.length > 0 && <MenuLine />}
      {dangers.map(item)}
    </Menu>
  )
}
