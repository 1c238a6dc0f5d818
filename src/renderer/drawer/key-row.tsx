import {
  Activity,
  ArrowDown,
  ArrowUp,
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CircleOff,
  Clock,
  Ellipsis,
  KeyRound,
  Pencil,
  Power,
  Trash2,
  type LucideIcon,
} from 'lucide-react'
import { useRef, useState, type KeyboardEvent } from 'react'
import type { ProviderKey } from '../../shared/provider-key-schemas.ts'
import type { Provider } from '../../shared/schemas.ts'
import { useKeyHints } from '../state/key-hints.ts'
import { ask } from '../state/overlays.ts'
import { useWriteBlock } from '../state/status.ts'
import { strings } from '../strings.ts'
import { Icon } from '../ui/icon.tsx'
import { IconButton } from '../ui/icon-button.tsx'
import { Menu, MenuItem, MenuLine } from '../ui/menu.tsx'
import { ago, timeOf } from '../words.ts'
import { EnterKey } from './enter-key.tsx'

interface KeyRowProps {
  provider: Provider
  of: ProviderKey
  last: boolean
  /** What the provider said to a test just now; null while it is asked. */
  answer: string | null | undefined
  onTest: () => void
  onReplaced: () => Promise<void>
  onChange: (change: { label?: string; enabled?: boolean; position?: number }) => void
}

/** A key: its label, how it fares, when it was last used, and what can be done with it. */
export function KeyRow({ provider, of, last, answer, onTest, onReplaced, onChange }: KeyRowProps) {
  const { id, label, position, enabled, state, last_used_at } = of
  const [isNaming, setNaming] = useState(false)
  const [isReplacing, setReplacing] = useState(false)
  const row = useRef<HTMLLIElement>(null)
  const menuId = `key-${provider.id}-${position}`
  const block = useWriteBlock()
  const hint = useKeyHints(({ hints }) => hints?.byKey.get(id ?? ''))
  const { keys, action, tools } = strings
  const { icon, color } = lookOf(of)
  const replaced = async (): Promise<void> => {
    setReplacing(false)
    await onReplaced()
    // A new key is a new row; its place is the same.
    requestAnimationFrame(() => document.getElementById(menuId)?.focus())
  }
  return (
    <li ref={row} className="flex flex-col border-line not-first:border-t">
      <div className="flex min-h-9 items-center gap-2 pr-1 pl-3">
        {isNaming ? (
          <NameField
            label={label}
            onDone={(next) => {
              setNaming(false)
              if (next !== label) onChange({ label: next })
            }}
          />
        ) : (
          <span className="flex min-w-0 grow items-baseline gap-2">
            <span className={`truncate text-13 font-medium ${enabled ? '' : 'text-text-3'}`} title={label}>
              {label}
            </span>
            {hint !== undefined && (
              <span className="mono shrink-0 text-12 text-text-3" title={keys.endsIn(hint)}>
                …{hint}
              </span>
            )}
          </span>
        )}
        <span className="inline-flex shrink-0 items-center gap-1 text-12 text-text-2">
          <Icon of={icon} size={14} className={color} />
          {stateInWords(of)}
        </span>
        <span className="w-24 shrink-0 text-right text-12 text-text-3">
          {last_used_at === null ? tools.never : ago(last_used_at)}
        </span>
        <Menu
          fieldAfter={() => row.current?.querySelector('input')}
          trigger={<IconButton id={menuId} icon={Ellipsis} name={keys.actionsOf(label)} says={action.more} />}
        >
          <MenuItem
            icon={Activity}
            label={action.testKey}
            why={block ?? (state === 'unreadable' ? keys.unreadable : undefined)}
            onSelect={onTest}
          />
          <MenuItem icon={KeyRound} label={action.replaceKey} why={block} onSelect={() => setReplacing(true)} />
          <MenuItem icon={Pencil} label={keys.rename} why={block} onSelect={() => setNaming(true)} />
          <MenuItem
            icon={Power}
            label={enabled ? keys.switchOff : keys.switchOn}
            why={block}
            onSelect={() => onChange({ enabled: !enabled })}
          />
          {position > 1 && (
            <MenuItem
              icon={ArrowUp}
              label={keys.moveUp}
              why={block}
              onSelect={() => onChange({ position: position - 1 })}
            />
          )}
          {!last && (
            <MenuItem
              icon={ArrowDown}
              label={keys.moveDown}
              why={block}
              onSelect={() => onChange({ position: position + 1 })}
            />
          )}
          <MenuLine />
          <MenuItem
            icon={Trash2}
            danger
            label={action.removeKey}
            why={block}
            onSelect={() =>
              ask({ kind: 'remove_key', provider_id: provider.id, key: { key_id: id ?? 'first', label } })
            }
          />
        </Menu>
      </div>
      {answer !== undefined && (
        <p role="status" className="px-3 pb-2 text-12 wrap-anywhere text-text-2 select-text">
          {answer ?? strings.test.asking(provider.display_name)}
        </p>
      )}
      {isReplacing && (
        <div className="px-1 pb-1">
          <EnterKey provider={provider} inPlaceOf={of} onDone={() => void replaced()} />
        </div>
      )}
    </li>
  )
}

const looks: Record<ProviderKey['state'], { icon: LucideIcon; color: string }> = {
  untested: { icon: CircleDashed, color: 'text-text-3' },
  valid: { icon: CircleCheck, color: 'text-ok' },
  failing: { icon: CircleAlert, color: 'text-bad' },
  cooling_down: { icon: Clock, color: 'text-warn' },
  unreadable: { icon: CircleAlert, color: 'text-bad' },
}

function lookOf({ state, enabled }: ProviderKey): { icon: LucideIcon; color: string } {
  return enabled ? looks[state] : { icon: CircleOff, color: 'text-text-3' }
}

function stateInWords({ state, enabled, retry_at }: ProviderKey): string {
  const { keys } = strings
  if (!enabled) return keys.off
  return state === 'cooling_down' && retry_at !== null ? keys.restsUntil(timeOf(retry_at)) : keys.states[state]
}

/** Enter and leaving it keep what is written, Esc does not. */
function NameField({ label, onDone }: { label: string; onDone: (label: string) => void }) {
  const [text, setText] = useState(label)
  const keep = (): void => onDone(text.trim() === '' ? label : text.trim())
  const keyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' && event.key !== 'Escape') return
    // The form around it saves the provider, and the drawer closes by Esc.
    event.preventDefault()
    event.stopPropagation()
    if (event.key === 'Enter') keep()
    else onDone(label)
  }
  return (
    <div className="field-box flex h-7 min-w-0 grow">
      <input
        // eslint-disable-next-line jsx-a11y/no-autofocus -- opened to be written in
        autoFocus
        aria-label={strings.keys.label}
        data-own-escape
        maxLength={100}
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={keyDown}
        onBlur={keep}
        className="min-w-0 grow bg-transparent px-2 text-13 outline-none"
      />
    </div>
  )
}
