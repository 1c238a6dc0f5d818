import { Switch as Radix } from 'radix-ui'
import { whyOff } from './tooltip.tsx'

interface SwitchProps {
  /** The id of the text that names it. */
  labelledBy: string
  on: boolean
  onChange: (on: boolean) => void
  why?: string | undefined
}

/** Acts at once. */
export function Switch({ labelledBy, on, onChange, why }: SwitchProps) {
  const isOff = why !== undefined
  return (
    <Radix.Root
      aria-labelledby={labelledBy}
      {...whyOff(why)}
      aria-disabled={isOff || undefined}
      checked={on}
      onCheckedChange={(next) => {
        if (!isOff) onChange(next)
      }}
      className={`inline-flex h-[18px] w-8 shrink-0 items-center rounded-switch p-0.5 transition-colors after:absolute after:-inset-1 relative ${isOff ? 'bg-line-2' : 'bg-field data-[state=checked]:bg-accent'}`}
    >
      <Radix.Thumb className="size-3.5 rounded-switch bg-on-accent transition-transform motion-reduce:transition-none data-[state=checked]:translate-x-3.5" />
    </Radix.Root>
  )
}
