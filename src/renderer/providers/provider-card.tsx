import { useId, useState, memo, type KeyboardEvent, type MouseEvent } from 'react'
import type { Provider } from '../../shared/schemas.ts'
import { commandOf } from '../keyboard/keymap.ts'
import { usePlatform } from '../keyboard/platform.ts'
import { useKeyHints } from '../state/key-hints.ts'
import { useProvider } from '../state/providers.ts'
import { useStatus, useWriteBlock } from '../state/status.ts'
import { openEdit, setActive } from '../state/window.ts'
import { strings } from '../strings.ts'
import { KeyChip, Tag } from '../ui/chip.tsx'
import { Mark } from '../ui/mark.tsx'
import { formatNumber, hostOf, shortDate } from '../words.ts'
import { CardActions } from './card-actions.tsx'
import { actForCommand } from './provider-actions.ts'

interface ProviderCardProps {
  id: number
  column: number
  isTabStop: boolean
}

/** One provider: who, where, the state of its key, its facts, its actions. */
export const ProviderCard = memo(function ProviderCard({ id, column, isTabStop }: ProviderCardProps) {
  const provider = useProvider(id)
  const platform = usePlatform()
  const block = useWriteBlock()
  const [hasFocusInside, setFocusInside] = useState(false)
  const text = useId()
  if (provider === undefined) return null

  const keyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.target !== event.currentTarget) {
      // React hands on the keys of the card's menu too, which gives focus back to its own button.
      if (!(event.target instanceof Node) || !event.currentTarget.contains(event.target)) return
      if (event.key === 'Escape' || event.key === 'F2') event.currentTarget.focus()
      return
    }
    if (event.key === 'Enter') openEdit(id)
    else if (event.key === 'F2') event.currentTarget.querySelector('button')?.focus()
    else {
      const command = commandOf(event, undefined, 'card', platform)
      if (command === undefined || !actForCommand(command, provider, { desktop: platform.desktop, block })) return
    }
    event.preventDefault()
  }
  const click = (event: MouseEvent<HTMLDivElement>): void => {
    // Text that was just selected is not a click on the card, nor is one of its buttons.
    if (event.target instanceof Element && event.target.closest('button, [role="menu"]') !== null) return
    openEdit(id)
  }

  return (
    <div
      role="gridcell"
      aria-colindex={column}
      tabIndex={isTabStop ? 0 : -1}
      data-provider-id={id}
      aria-describedby={text}
      onKeyDown={keyDown}
      onClick={click}
      onFocus={() => {
        setActive(id)
        setFocusInside(true)
      }}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) setFocusInside(false)
      }}
      className="h-[154px] min-w-0 rounded-8 [contain:layout_size_style]"
    >
      {/* The cell is named by its content, and that by the provider: what else stands here describes it. */}
      <div
        role="group"
        aria-label={provider.display_name}
        className="flex h-full flex-col rounded-8 border border-line bg-surface shadow-card transition-[border-color,box-shadow] hover:border-line-2 hover:shadow-menu"
      >
        <div id={text} className="flex grow flex-col px-4 pt-4">
          <div className="flex items-start gap-3">
            <Mark provider_id={id} size={36} />
            <div className="flex min-w-0 grow flex-col">
              <span title={provider.display_name} className="truncate text-13 font-semibold">
                {provider.display_name}
              </span>
              <Host base_url={provider.base_url} />
            </div>
            <KeyChip state={provider.key_state} />
          </div>
          {provider.key_state === 'unreadable' ? (
            <p title={strings.providers.unreadable} className="mt-3.5 line-clamp-2 text-12/[17px] text-text-2">
              {strings.providers.unreadable}
            </p>
          ) : (
            <Facts provider={provider} />
          )}
        </div>
        <footer className="flex h-10 shrink-0 items-center gap-2 border-t border-line pr-2 pl-4">
          {!provider.is_predefined && <Tag>{strings.providers.custom}</Tag>}
          <Age provider={provider} />
          <CardActions id={id} isReachable={hasFocusInside} />
        </footer>
      </div>
    </div>
  )
})

/** When it was changed; or how old its key is, once its owner wants to be told. */
function Age({ provider: { id, updated_at } }: { provider: Provider }) {
  const days = useStatus(({ status }) => status?.reminders.keys.find(({ provider_id }) => provider_id === id)?.days)
  const { providers } = strings
  return days === undefined ? (
    <span className="min-w-0 truncate text-12 text-text-3">{providers.changed(shortDate(updated_at))}</span>
  ) : (
    <span title={providers.keyAge(days)} className="min-w-0 truncate rounded-4 bg-warn-bg px-1.5 text-12/5 text-warn">
      {providers.keyAge(days)}
    </span>
  )
}

function Host({ base_url }: { base_url: string | null }) {
  const host = hostOf(base_url)
  return host === undefined ? (
    <span className="text-12 text-text-3">{strings.providers.noAddress}</span>
  ) : (
    <span title={base_url ?? undefined} className="mono truncate text-12 text-text-3">
      {host}
    </span>
  )
}

/** The same columns on every card, so that the eye can run down them. */
function Facts({ provider }: { provider: Provider }) {
  const hints = useKeyHints((state) => state.hints?.byProvider ?? null)
  const facts = [
    ...(hints === null ? [] : [{ label: strings.providers.key, ...keyFact(provider, hints.get(provider.id)) }]),
    { label: strings.providers.name, value: provider.name, look: 'mono' },
    { label: strings.providers.models, value: formatNumber(provider.models.length), look: 'tabular' },
    { label: strings.providers.speaks, value: strings.dialect[provider.dialect], look: '' },
  ]
  return (
    <dl
      className={`mt-3.5 grid gap-2 ${hints === null ? 'grid-cols-[minmax(0,1.6fr)_minmax(0,1fr)_minmax(0,1.3fr)]' : 'grid-cols-[minmax(0,1fr)_minmax(0,1.3fr)_minmax(0,0.8fr)_minmax(0,1.1fr)]'}`}
    >
      {facts.map(({ label, value, look }) => (
        <div key={label} className="min-w-0">
          <dt className="text-11 text-text-3">{label}</dt>
          <dd title={value} className={`truncate text-12 text-text ${look}`}>
            {value}
          </dd>
        </div>
      ))}
    </dl>
  )
}

function keyFact({ key_state }: Provider, hint: string | undefined): { value: string; look: string } {
  const { providers } = strings
  if (key_state === 'environment') return { value: providers.inEnvironment, look: 'text-text-2' }
  if (key_state !== 'stored') return { value: providers.noneStored, look: 'text-text-3' }
  return hint === undefined ? { value: providers.notShown, look: '' } : { value: `…${hint}`, look: 'mono' }
}
