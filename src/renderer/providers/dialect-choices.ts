import type { Dialect } from '../../shared/schemas.ts'
import { strings } from '../strings.ts'

export const dialectChoices: readonly { value: Dialect; label: string }[] = [
  { value: 'openai', label: strings.dialect.openai },
  { value: 'anthropic', label: strings.dialect.anthropic },
  { value: 'google', label: strings.dialect.google },
]
