import { Copy, KeyRound, Pencil } from 'lucide-react'
import { shownChord } from '../keyboard/keymap.ts'
import { usePlatform } from '../keyboard/platform.ts'
import { useProvider } from '../state/providers.ts'
import { useWriteBlock } from '../state/status.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { IconButton } from '../ui/icon-button.tsx'
import { isWriting } from './provider-act.ts'
import { act, setKeyLabel } from './provider-actions.ts'
import { ProviderMenu } from './provider-menu.tsx'
import { hasKey } from './has-key.ts'

const icons = { set_key: KeyRound, copy_key: Copy, edit: Pencil }

interface CardActionsProps {
  id: number
  /** Tab stops only once the card was entered. */
  isReachable: boolean
}

/** The icons at the right of a card's foot; a card that needs a key has one button in their place. */
export function CardActions({ id, isReachable }: CardActionsProps) {
  const provider = useProvider(id)
  const { desktop } = usePlatform()
  const block = useWriteBlock()
  if (provider === undefined) return null
  const { display_name } = provider
  const tabIndex = isReachable ? 0 : -1
  const needsKey = provider.key_state === 'none' || provider.key_state === 'unreadable'
  const icon = (kind: 'set_key' | 'copy_key' | 'edit', label: string) => (
    <IconButton
      icon={icons[kind]}
      name={`${label}: ${display_name}`}
      says={label}
      chord={shownChord(kind, desktop)}
      why={isWriting(kind) ? block : undefined}
      tabIndex={tabIndex}
      onClick={() => act(kind, provider)}
    />
  )
  return (
    <div className="ml-auto flex shrink-0 items-center gap-0.5">
      {needsKey ? (
        <Button
          small
          tabIndex={tabIndex}
          aria-label={`${setKeyLabel(provider)}: ${display_name}`}
          why={block}
          onClick={() => act('set_key', provider)}
          className="mr-1"
        >
          {setKeyLabel(provider)}
        </Button>
      ) : (
        icon('set_key', setKeyLabel(provider))
      )}
      {desktop && provider.key_state === 'stored' && icon('copy_key', strings.action.copyKey)}
      {icon('edit', strings.action.edit)}
      <ProviderMenu id={id} tabIndex={tabIndex} without={hasKey(provider) ? ['edit'] : ['set_key', 'edit']} />
    </div>
  )
}
