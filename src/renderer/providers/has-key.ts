import type { Provider } from '../../shared/schemas.ts'

/** An unreadable key and one from the environment are keys too. */
export const hasKey = ({ key_state }: Pick<Provider, 'key_state'>): boolean => key_state !== 'none'

/** A key that can be tried: a stored one, or that of the environment. */
export const isUsable = ({ key_state }: Pick<Provider, 'key_state'>): boolean =>
  key_state === 'stored' || key_state === 'environment'
