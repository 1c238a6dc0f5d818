import { Check, ChevronDown } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import { strings } from '../strings.ts'
import { Icon } from './icon.tsx'

interface FilterMenuProps<V extends string> {
  name: string
  value: V | null
  choices: readonly { value: V; label: string }[]
  onChange: (value: V | null) => void
}

/** Narrows a page to one of several things, or to any of them. */
export function FilterMenu<V extends string>({ name, value, choices, onChange }: FilterMenuProps<V>) {
  const chosen = choices.find((choice) => choice.value === value)?.label ?? value ?? strings.filter.any
  const choose = (next: string): void => onChange(choices.find((choice) => choice.value === next)?.value ?? null)
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger
        className="inline-flex h-8 max-w-56 shrink-0 items-center gap-1.5 rounded-6 border border-line-2 bg-surface px-3 text-13 whitespace-nowrap shadow-card transition-colors hover:bg-hover active:bg-active"
        title={value === null ? undefined : chosen}
      >
        <span className="text-text-3">{name}</span>
        <span className="truncate font-medium">{chosen}</span>
        <Icon of={ChevronDown} size={14} className="text-text-3" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="start"
          sideOffset={4}
          collisionPadding={8}
          loop
          className="z-40 max-h-80 min-w-44 overflow-y-auto rounded-8 border border-line-2 bg-raised p-1 shadow-menu data-[state=closed]:animate-rise-out data-[state=open]:animate-rise-in"
        >
          <DropdownMenu.RadioGroup value={value ?? ''} onValueChange={choose}>
            <Choice value="" label={strings.filter.any} />
            {choices.map((choice) => (
              <Choice key={choice.value} {...choice} />
            ))}
          </DropdownMenu.RadioGroup>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

function Choice({ value, label }: { value: string; label: string }) {
  return (
    <DropdownMenu.RadioItem
      value={value}
      className="flex h-7 max-w-80 items-center gap-2 rounded-6 px-2 text-13 outline-none data-highlighted:bg-hover"
    >
      <span className="flex w-3.5 shrink-0">
        <DropdownMenu.ItemIndicator>
          <Icon of={Check} size={14} className="text-text-2" />
        </DropdownMenu.ItemIndicator>
      </span>
      <span className="truncate pr-2">{label}</span>
    </DropdownMenu.RadioItem>
  )
}
