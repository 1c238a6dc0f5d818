import { monogramOf } from '../providers/monogram.ts'
import { useProvider } from '../state/providers.ts'

const sizes = {
  36: 'size-9 rounded-8 text-15',
  28: 'size-7 rounded-6 text-12',
  20: 'size-5 rounded-4 text-11',
}

/** A provider's monogram in its hue: neutral, never a vendor's logo. */
export function Mark({ provider_id, size }: { provider_id: number; size: 36 | 28 | 20 }) {
  const provider = useProvider(provider_id)
  if (provider === undefined) return null
  return (
    <span
      aria-hidden
      data-hue={((provider.id - 1) % 8) + 1}
      className={`inline-flex shrink-0 items-center justify-center bg-(--mark-bg) font-semibold text-(--mark-text) ${sizes[size]}`}
    >
      {monogramOf(provider)}
    </span>
  )
}
