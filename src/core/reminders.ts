// Which keys are so old that their owner wants to be told of it. When a key was set stands in its token, which a rotation
// keeps; a token that is not as it was stored tells nothing.
import type { Status } from '../shared/schemas.ts'
import { tokenTime } from './crypto/fernet.ts'
import { keysOf } from './store/key-store.ts'
import type { ProviderHead, VaultRow } from './store/store.ts'
import { keyStateOf } from './providers/stored-key.ts'
import type { KeyRing } from './crypto/master-key.ts'

type Reminders = Status['reminders']

const DAY_MS = 86_400_000

/** What nobody is reminded of. */
export const noReminders: Reminders = { after_days: 0, master_key_days: null, keys: [] }

/** The ages that have reached so many days, the oldest key first; none where `after_days` is 0. */
export function dueReminders(
  after_days: Reminders['after_days'],
  row: Pick<VaultRow, 'master_key_since' | 'master_key_id'>,
  providers: readonly ProviderHead[],
  ring: KeyRing | undefined,
  now = new Date(),
): Reminders {
  if (after_days === 0) return noReminders
  const due = (since: number): number | null => {
    const days = Math.floor((now.getTime() - since) / DAY_MS)
    return days >= after_days ? days : null
  }
  // Without the master key nobody can say which tokens are as they were stored.
  const keys = (ring === undefined ? [] : providers).flatMap((provider) =>
    keysOf(provider).flatMap((key) => {
      if (keyStateOf({ ...provider, ...key }, ring, row.master_key_id) !== 'stored') return []
      const days = due(tokenTime(key.api_key_encrypted) * 1000)
      const { id: provider_id, name, display_name, further_keys } = provider
      return days === null
        ? []
        : [{ provider_id, name, display_name, label: further_keys.length === 0 ? null : key.label, days }]
    }),
  )
  const since = row.master_key_since
  return {
    after_days,
    master_key_days: since === null ? null : due(new Date(since).getTime()),
    keys: keys.toSorted((one, other) => other.days - one.days),
  }
}
