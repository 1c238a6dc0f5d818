import { appError, isAppError, type AppError } from '../../shared/errors.ts'
import type { Status } from '../../shared/schemas.ts'
import { catalogInUse } from '../catalog/catalog-in-use.ts'
import { toVerdict } from '../audit/audit-service.ts'
import { verifyTrail } from '../audit/trail.ts'
import { givenKeySource, readKeyRing, recordedKeySource, type GivenKeys } from '../crypto/key-sources.ts'
import type { KeyRing } from '../crypto/master-key.ts'
import { keyParts, wrappedKeyFacts } from '../crypto/wrapped-key.ts'
import type { Places } from '../places.ts'
import { keyStateOf } from '../providers/stored-key.ts'
import { dueReminders } from '../reminders.ts'
import { keysOf } from '../store/key-store.ts'
import { openVaultAsItIs } from '../store/sqlite/sqlite-vault-file.ts'
import type { ProviderRow, VaultRow } from '../store/store.ts'
import type { VaultFile } from '../store/vault-file.ts'
import { loadCatalogs } from '../environment/environment-keys.ts'
import { checkStandIns, checkVariables } from './check-variables.ts'
import { checkSchedule } from './check-copies.ts'
import { fine, note, wrong, type Finding } from './finding.ts'

const RESTORE =
  'Put back a backup: latchkey restore PATH, with one of your own or of: latchkey backup --list. This file is kept.'

/** Reads the vault's own row, to know where its master key is said to be; undefined where it cannot be read. */
export async function readVaultRow(places: Places): Promise<VaultRow | undefined> {
  try {
    return await withVaultFile(places, (file) => file.store.readVault())
  } catch (cause) {
    // checkVault says what is wrong with it.
    if (isAppError(cause)) return undefined
    throw cause
  }
}

/** Whether the vault is sound, its master key the right one, and every key in it readable. Changes nothing. */
export async function checkVault(
  places: Places,
  given: GivenKeys,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Finding[]> {
  try {
    return await withVaultFile(places, async (file) => {
      const row = await file.store.readVault()
      const settings = await file.store.readSettings()
      const providers = await file.store.listProviders()
      const { ring, findings } = await checkMasterKey(row, providers, places, given)
      try {
        return [
          ...checkIntegrity(file),
          ...findings,
          ...checkRecoveryCopy(row),
          ...checkAges(dueReminders(settings.remind_after_days, row, providers, ring)),
          ...checkKeys(providers, ring, row),
          ...checkVariables(providers, env),
          ...(settings.environment_keys ? checkStandIns(providers, env, await loadCatalogs(catalogInUse(places))) : []),
          ...(await checkTrail(file, places, ring)),
          ...(file.isOlder ? [] : await checkSchedule(file, places, ring)),
        ]
      } finally {
        ring?.destroy()
      }
    })
  } catch (cause) {
    if (!isAppError(cause)) throw cause
    const hint = cause.code === 'database_damaged' ? RESTORE : cause.body.hint
    return [wrong(cause.message, hint)]
  }
}

/** A vault of an older format has no chain yet: the next command gives it one. */
async function checkTrail(file: VaultFile, { audit_head }: Places, ring: KeyRing | undefined): Promise<Finding[]> {
  if (file.isOlder) return []
  const { intact, detail, hint } = toVerdict(await verifyTrail(file.store.audit, audit_head, ring))
  return [intact ? fine(`${detail}.`) : wrong(detail, hint ?? undefined)]
}

async function withVaultFile<T>(places: Places, look: (file: VaultFile) => Promise<T>): Promise<T> {
  const file = await openVaultAsItIs(places.vault, { warn: () => undefined })
  try {
    return await look(file)
  } finally {
    file.close()
  }
}

function checkIntegrity(file: VaultFile): Finding[] {
  const [problem, ...more] = file.integrityProblems()
  if (problem === undefined) return [fine(`The vault is sound: ${file.path}`)]
  const rest = more.length === 0 ? '' : ` (and ${more.length} more)`
  return [wrong(`The vault ${file.path} is damaged: ${problem}${rest}`, RESTORE)]
}

async function checkMasterKey(
  row: VaultRow,
  providers: readonly ProviderRow[],
  places: Places,
  given: GivenKeys,
): Promise<{ ring?: KeyRing; findings: Finding[] }> {
  try {
    const source =
      (await givenKeySource(given, places)) ?? recordedKeySource(row.key_source, row.key_place, places, given.session)
    const { wrapped } = keyParts((await source?.read()) ?? '')
    if (source !== undefined && wrapped !== undefined) return ofWrappedKey(wrapped, source.place, row)
    const ring = source === undefined ? undefined : await readKeyRing(source)
    if (ring === undefined || source === undefined) {
      const keys = providers.flatMap(keysOf).length
      throw appError('encryption_key_missing', { keys, last: row.key_place })
    }
    if (row.master_key_id === null || !ring.has(row.master_key_id)) {
      ring.destroy()
      throw appError('encryption_key_wrong', { place: source.place })
    }
    const findings = [fine(`The master key opens this vault: ${source.place}`)]
    if (source.name === 'file' && places.one_folder) {
      findings.push(note(`The master key lies beside the vault, so a copy of ${places.data} holds both.`))
    }
    return { ring, findings }
  } catch (cause) {
    if (!isAppError(cause)) throw cause
    return { findings: [ofMasterKey(cause, row)] }
  }
}

function ofMasterKey({ message, body }: AppError, { key_place }: VaultRow): Finding {
  const known = body.code === 'encryption_key_wrong' && key_place !== null ? [`It was recorded as ${key_place}.`] : []
  const lost = body.code.startsWith('encryption_key')
    ? ['With a recovery copy: latchkey restore-key. If it is lost for good: latchkey start-over']
    : []
  return wrong(message, [body.hint ?? [], known, lost].flat().join(' '))
}

function checkAges({ master_key_days, keys }: Status['reminders']): Finding[] {
  return [
    ...(master_key_days === null
      ? []
      : [note(`The master key has been in use for ${master_key_days} days.`, 'Make a new one: latchkey rotate')]),
    ...keys.map(({ name, label, days }) =>
      note(
        `${label === null ? `The key of ${name}` : `The key '${label}' of ${name}`} was set ${days} days ago.`,
        'Make a new one at the provider, store it here, then revoke the old one there.',
      ),
    ),
  ]
}

/** What a keychain holds goes with the machine or the account, and is in no copy of a folder. */
function checkRecoveryCopy({ key_source, master_key_id, recovery_copy_at: at, recovery_copy_of }: VaultRow): Finding[] {
  const make = 'Make one: latchkey recovery-copy FILE'
  if (at === null) {
    return key_source === 'keychain'
      ? [note('The master key is in the keychain alone: there is no recovery copy of it.', make)]
      : []
  }
  const day = at.slice(0, 10)
  return recovery_copy_of === master_key_id
    ? [fine(`The last recovery copy of the master key was made on ${day}.`)]
    : [note(`The recovery copy of ${day} holds an older master key, which does not open this vault.`, make)]
}

/** What can be said of it without its passphrase, which is not asked for. */
function ofWrappedKey(text: string, place: string, { master_key_id }: VaultRow): { findings: Finding[] } {
  if (wrappedKeyFacts(text, place).master_key_id !== master_key_id) {
    throw appError('encryption_key_wrong', { place })
  }
  return { findings: [fine(`The master key is this vault's, and under a passphrase: ${place}`)] }
}

/** Every key that cannot be used, by name; known from binding and key id, so that none is decrypted for it. */
function checkKeys(providers: readonly ProviderRow[], ring: KeyRing | undefined, row: VaultRow): Finding[] {
  const keys = providers.flatMap((provider) => keysOf(provider).map((key) => ({ provider, key })))
  const unreadable = keys.filter(
    ({ provider, key }) => keyStateOf({ ...provider, ...key }, ring, row.master_key_id) === 'unreadable',
  )
  if (unreadable.length === 0) {
    if (ring === undefined) return []
    return [fine(keys.length === 0 ? 'No key is stored yet.' : `Every stored key can be used: ${keys.length}.`)]
  }
  return unreadable.map(({ provider, key }) => {
    const { name, further_keys } = provider
    const which = further_keys.length === 0 ? `The key of ${name}` : `The key '${key.label}' of ${name}`
    const again = further_keys.includes(key)
      ? `latchkey key edit ${name} --label '${key.label}' --replace`
      : `latchkey key set ${name}`
    if (key.binding !== null) {
      return wrong(
        `${which} cannot be used: it does not belong to this master key, or its row was changed from outside`,
        `Enter it again: ${again}`,
      )
    }
    return wrong(
      `${which} was written by another program and is not used`,
      further_keys.includes(key)
        ? `Enter it again: ${again}`
        : `If that was you: latchkey key adopt ${name}. If not: ${again}`,
    )
  })
}
