import { appError } from '../../shared/errors.ts'
import type { RotationPlan } from '../../shared/master-key-schemas.ts'
import { listLocalCopies } from '../backup/local-copies.ts'
import { rotationState } from '../crypto/rotate-ring.ts'
import { writableSource } from '../crypto/writable-sources.ts'
import type { KeyCustody } from '../key-custody.ts'
import { keysOf } from '../store/key-store.ts'
import { runningProcesses } from './running-processes.ts'

/** What a rotation would do, without doing anything. */
export async function planRotation(custody: KeyCustody): Promise<RotationPlan> {
  const { file, places, source, lock, given } = custody
  const { master_key_id } = await file.store.readVault()
  const state = rotationState((await lock.over(source, master_key_id).read()) ?? '', master_key_id ?? '')
  if (master_key_id === null || state === 'foreign') throw appError('encryption_key_wrong', { place: source.place })
  const isOwn = writableSource(source, { ...custody, session: given.session }) !== undefined
  const withKeys = (await file.store.listProviderHeads()).filter((provider) => provider.api_key_encrypted !== null)
  const keys = (provider: (typeof withKeys)[number]): number => keysOf(provider).length
  return {
    source: source.name,
    place: source.place,
    fingerprint: master_key_id,
    state: state !== 'settled' ? 'unfinished' : isOwn ? 'ready' : 'needs_key',
    keys: withKeys.reduce((sum, provider) => sum + keys(provider), 0),
    processes: await runningProcesses(custody),
    reread: source.name !== 'environment',
    to_replace: withKeys.map((provider) => ({
      provider_id: provider.id,
      name: provider.name,
      display_name: provider.display_name,
      key_url: provider.catalog?.key_url ?? null,
      keys: keys(provider),
    })),
    copies: listLocalCopies(places.backups).length,
  }
}
