import type { LimitName } from '../../shared/limit-schemas.ts'
import { strings } from '../strings.ts'
import { TextField } from '../ui/field.tsx'
import type { LimitDraft } from './limit-draft.ts'

interface LimitFieldsProps {
  draft: LimitDraft
  onChange: (part: Partial<LimitDraft>) => void
  wrong: Partial<LimitDraft>
  disabled?: boolean
}

/** The four limits, two beside each other. */
export function LimitFields({ draft, onChange, wrong, disabled = false }: LimitFieldsProps) {
  const { limits } = strings
  return (
    <fieldset className="min-w-0" disabled={disabled}>
      <legend className="mb-2.5 text-12 font-semibold">
        {limits.title} <span className="ml-1 font-normal text-text-3">{limits.emptyIsNone}</span>
      </legend>
      <div className="grid grid-cols-2 gap-x-4 gap-y-3">
        {ORDER.map((name) => (
          <TextField
            key={name}
            label={limits.names[name]}
            value={draft[name]}
            onChange={(text) => onChange({ [name]: text })}
            error={wrong[name]}
            suffix={name.startsWith('spend') ? limits.usd : undefined}
            input={{ inputMode: 'decimal', placeholder: limits.none }}
          />
        ))}
      </div>
    </fieldset>
  )
}

const ORDER = [
  'spend_per_day',
  'spend_per_month',
  'requests_per_minute',
  'tokens_per_minute',
] as const satisfies readonly LimitName[]
