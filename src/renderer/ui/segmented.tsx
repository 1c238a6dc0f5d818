import { RadioGroup } from 'radix-ui'
import type { LucideIcon } from 'lucide-react'
import { formatNumber } from '../words.ts'
import { Icon } from './icon.tsx'
import { whyOff } from './tooltip.tsx'

interface Choice<V extends string> {
  value: V
  label: string
  icon?: LucideIcon
  count?: number
}

interface SegmentedProps<V extends string> {
  name: string
  value: V
  choices: readonly Choice<V>[]
  onChange: (value: V) => void
  small?: boolean
  mono?: boolean
  why?: string | undefined
  className?: string
}

/** Two to five choices that change the view or one value, at once. */
export function Segmented<V extends string>({ name, value, choices, onChange, ...props }: SegmentedProps<V>) {
  const { small = false, mono = false, why, className = '' } = props
  const choose = (next: string): void => {
    const choice = choices.find((one) => one.value === next)
    if (choice !== undefined && why === undefined) onChange(choice.value)
  }
  return (
    <RadioGroup.Root
      aria-label={name}
      {...whyOff(why)}
      aria-disabled={why !== undefined || undefined}
      value={value}
      onValueChange={choose}
      orientation="horizontal"
      className={`inline-flex shrink-0 rounded-6 ${className} bg-hover ${small ? 'h-7' : 'h-8'}`}
    >
      {choices.map(({ value: one, label, icon, count }) => (
        <RadioGroup.Item
          key={one}
          value={one}
          className={`inline-flex items-center gap-1.5 rounded-6 border border-transparent text-12 font-medium whitespace-nowrap text-text-2 transition-colors hover:text-text data-[state=checked]:border-line-2 data-[state=checked]:bg-chosen data-[state=checked]:text-text data-[state=checked]:shadow-card ${small ? 'px-2' : 'px-2.5'} ${mono ? 'mono' : ''}`}
        >
          {icon !== undefined && <Icon of={icon} size={14} />}
          {label}
          {count !== undefined && <span className="tabular font-normal text-text-3">{formatNumber(count)}</span>}
        </RadioGroup.Item>
      ))}
    </RadioGroup.Root>
  )
}
