import { desktopStrings } from '../shared/desktop-strings.ts'
import type { Api } from '../shared/contract.ts'
import { appError } from '../shared/errors.ts'
import type { Settings, SettingsPatch, Status } from '../shared/schemas.ts'
import type { Actor } from './actor.ts'
import { backupStatus } from './backup/backup-schedule.ts'
import type { CatalogInUse } from './catalog/catalog-in-use.ts'
import { waitForChange } from './changes.ts'
import type { Desktop } from './desktop.ts'
import type { EnvironmentKeys } from './environment/environment-keys.ts'
import type { ListenerControl } from './listener-control.ts'
import { releaseKey } from './providers/release-key.ts'
import { keyStateOf } from './providers/stored-key.ts'
import { keysOf } from './store/key-store.ts'
import { defaultNetwork } from '../shared/network-schemas.ts'
import { present } from './network/network-service.ts'
import { installCommand, lookAtCommand, removeCommand } from './shell-command.ts'
import type { UpdateCheck } from './updates/update-check.ts'
import type { Vault } from './vault.ts'
import { exchangeNotes } from './rotation/exchange-notes.ts'
import { dueReminders, noReminders } from './reminders.ts'
import type { ProviderHead, VaultRow } from './store/store.ts'
import { FORMAT } from './store/sqlite/migrations.ts'
import { version } from './version.ts'

type SystemApi = Pick<
  Api,
  | 'getSettings'
  | 'updateSettings'
  | 'getStatus'
  | 'checkForUpdate'
  | 'waitForChange'
  | 'setListener'
  | 'makeListenerToken'
  | 'reopenVault'
  | 'startOver'
  | 'copyApiKey'
  | 'openKeyPage'
  | 'saveText'
  | 'chooseKeyFile'
  | 'hideWindow'
  | 'getShellCommand'
  | 'setShellCommand'
>

type RecoveryCopy = Status['master_key']['recovery_copy']

/** How long a copied key stays on the clipboard, in milliseconds. */
const CLIPBOARD_TIME = 30_000

export interface SystemParts {
  vault: Vault
  catalog: CatalogInUse
  environment: EnvironmentKeys
  listener: ListenerControl
  updates: UpdateCheck
  desktop: Desktop | undefined
  /** Where the person's home and PATH are. */
  env: Readonly<Record<string, string | undefined>>
  /** Sentences that hold for the whole run, such as a `.env` that is not read. */
  notes: readonly string[]
  revision(): string
  /** Aborted when the core closes. */
  closing: AbortSignal
}

/** The operations on the vault as a whole: settings, state, listener, and what needs a desktop. */
export function systemOperations(parts: SystemParts, by: Actor): SystemApi {
  const { vault, listener } = parts

  return {
    async getSettings() {
      return vault.reader().readSettings()
    },

    async updateSettings(patch) {
      const before = await vault.reader().readSettings()
      const outside = outsideChanges(parts, before, patch)
      await vault.withMasterKey((store) => inTurn(outside, () => store.writeSettings(patch, by)))
      return vault.reader().readSettings()
    },

    async getStatus() {
      return statusOf(parts, by)
    },

    async checkForUpdate() {
      return parts.updates.check()
    },

    async waitForChange({ since }) {
      const lock = () => (vault.state === 'locked' ? 'locked' : vault.lock.isSet ? 'unlocked' : 'none')
      return waitForChange({ revision: () => parts.revision(), jobs: () => [], lock }, since, parts.closing)
    },

    async setListener({ on }) {
      const { tools_allowed } = await listener.status()
      if (on !== tools_allowed) await (on ? switchOn(parts, by) : switchOff(parts, by))
      return listener.status()
    },

    async makeListenerToken() {
      return { token: await listener.makeToken(by) }
    },

    async reopenVault() {
      await vault.reopen()
      return statusOf(parts, by)
    },

    async startOver({ vault_name }) {
      const { copy, dropped, backup_passphrase_dropped } = await vault.startOver(vault_name, by)
      return {
        copy,
        backup_passphrase_dropped,
        keys_to_enter_again: dropped.map(({ provider: { name, display_name, catalog }, labels }) => ({
          name,
          display_name,
          key_url: catalog?.key_url ?? null,
          labels,
        })),
      }
    },

    async copyApiKey({ provider_id }) {
      const desktop = desktopOf(parts)
      const row = await vault.reader().findProvider({ id: provider_id })
      if (row === undefined) throw appError('provider_not_found', { ref: provider_id })
      // Written down before the key is anywhere: a copy that cannot be is not made.
      const key = await releaseKey(vault, row, by, { act: 'key.copy', detail: { key_id: row.key_id } })
      const clearsAt = new Date(Date.now() + CLIPBOARD_TIME)
      try {
        await desktop.copyConcealed(key, clearsAt)
      } finally {
        key.fill(0)
      }
      return { clears_at: clearsAt.toISOString() }
    },

    async openKeyPage({ provider_id }) {
      const row = await vault.reader().findProvider({ id: provider_id })
      if (row === undefined) throw appError('provider_not_found', { ref: provider_id })
      const url = row.catalog?.key_url
      if (url === undefined || url === null) {
        throw appError('not_allowed', { what: `The catalog names no page for the keys of ${row.display_name}` })
      }
      await desktopOf(parts).openExternal(url)
    },

    async saveText({ name, text }) {
      return { path: await desktopOf(parts).saveFile(name, text) }
    },

    async hideWindow() {
      await desktopOf(parts).hideWindow()
    },

    async getShellCommand() {
      const { command } = desktopOf(parts)
      return command === undefined ? null : lookAtCommand(command, parts.env)
    },

    async setShellCommand({ installed }) {
      const { command } = desktopOf(parts)
      if (command === undefined) return null
      if (installed) installCommand(command, parts.env)
      else removeCommand(parts.env)
      return lookAtCommand(command, parts.env)
    },

    async chooseKeyFile() {
      const path = await desktopOf(parts).chooseFile(desktopStrings.choose.keyFile)
      if (path !== null) await vault.reopen({ key_file: path })
      return statusOf(parts, by)
    },
  }
}

/** Tools are let in only where the vault holds who did it. */
async function switchOn({ vault, listener }: SystemParts, by: Actor): Promise<void> {
  await vault.withMasterKey(async (store) => {
    await listener.allowTools()
    try {
      await store.record({ act: 'listener.on', provider: null }, by)
    } catch (cause) {
      await listener.stopTools()
      throw cause
    }
  })
}

/** Tools can be shut out whatever the vault is like; it is written down where that can be. */
async function switchOff({ vault, listener }: SystemParts, by: Actor): Promise<void> {
  await listener.stopTools()
  if (vault.state !== 'open') return
  await vault.withMasterKey((store) => store.record({ act: 'listener.off', provider: null }, by))
}

interface OutsideChange {
  make(): Promise<void>
  unmake(): Promise<void>
}

/** What a change of settings does outside the vault. */
function outsideChanges(parts: SystemParts, before: Settings, patch: SettingsPatch): OutsideChange[] {
  const { listener_port = before.listener_port, start_at_login = before.start_at_login } = patch
  const changes: OutsideChange[] = []
  if (start_at_login !== before.start_at_login) {
    const desktop = desktopOf(parts)
    changes.push({
      make: () => desktop.setStartAtLogin(start_at_login),
      unmake: () => desktop.setStartAtLogin(before.start_at_login),
    })
  }
  if (listener_port !== before.listener_port) {
    changes.push({
      make: () => parts.listener.moveTo(listener_port),
      unmake: () => parts.listener.moveTo(before.listener_port),
    })
  }
  return changes
}

/** Makes the changes and then `act`, so that a setting is never ahead of the truth; where one fails, none stays. */
async function inTurn(changes: readonly OutsideChange[], act: () => Promise<void>): Promise<void> {
  const [first, ...rest] = changes
  if (first === undefined) return act()
  await first.make()
  try {
    await inTurn(rest, act)
  } catch (cause) {
    await first.unmake()
    throw cause
  }
}

function desktopOf({ desktop }: SystemParts): Desktop {
  if (desktop === undefined) throw appError('not_allowed', { what: 'Only the desktop window can do this' })
  return desktop
}

async function statusOf(
  { vault, catalog, environment, listener, updates, desktop, notes }: SystemParts,
  by: Actor,
): Promise<Status> {
  const { places, problem } = vault
  const rows = vault.state === 'closed' ? [] : await vault.reader().listProviderHeads()
  const states = rows.flatMap((row) =>
    keysOf(row).map((key) => keyStateOf({ ...row, ...key }, vault.ring, vault.masterKeyId)),
  )
  const { source, place, id, expected } = vault.masterKey
  const backupKey = vault.state === 'closed' ? null : (await vault.reader().backups.read()).key
  const row = vault.state === 'closed' ? undefined : await vault.reader().readVault()
  return {
    version,
    updates: { host: updates.host, known: updates.known },
    desktop: desktop !== undefined && by.door === 'window',
    vault: {
      path: places.vault,
      name: vault.name,
      state: vault.state,
      problem: problem?.body ?? null,
      format: FORMAT,
      is_new: vault.isNew,
      providers: rows.length,
      keys: states.length,
      unreadable_keys: states.filter((state) => state === 'unreadable').length,
    },
    master_key: {
      source,
      place,
      fingerprint: id,
      expected_fingerprint: expected,
      since: row?.master_key_since ?? null,
      recovery_copy: row === undefined ? null : recoveryCopyOf(row),
    },
    lock: {
      passphrase: vault.lock.isSet,
      can_have_passphrase: vault.canHavePassphrase,
      locked: vault.state === 'locked' ? (vault.lock.locked ?? null) : null,
      wait_seconds: vault.lock.waitSeconds,
    },
    catalog: { path: catalog.path, problem: vault.catalogProblem },
    backup: vault.state === 'closed' ? null : await backupStatus(vault.reader(), places),
    environment: {
      on: vault.state !== 'closed' && (await vault.reader().readSettings()).environment_keys,
      keys: [...(await environment.variables(rows))].map(([provider, variable]) => ({ provider, variable })),
    },
    network: vault.state === 'closed' ? defaultNetwork : present(await vault.reader().network.read()),
    tools_paused_at: vault.state === 'closed' ? null : await vault.reader().limits.pausedAt(),
    listener: await listener.status(),
    reminders: row === undefined || vault.state !== 'open' ? noReminders : await remindersOf(vault, row, rows),
    refusals_to_see: vault.state !== 'closed' && (await vault.reader().audit.hasAlarm()),
    notes: [...notes, ...notesOn(vault), ...exchangeNotes(vault, rows, backupKey?.master_key_id)],
  }
}

async function remindersOf(
  vault: Vault,
  row: VaultRow,
  providers: readonly ProviderHead[],
): Promise<Status['reminders']> {
  const { remind_after_days } = await vault.reader().readSettings()
  return dueReminders(remind_after_days, row, providers, vault.ring)
}

function recoveryCopyOf({ master_key_id, recovery_copy_at: at, recovery_copy_of }: VaultRow): RecoveryCopy {
  return at === null ? null : { at, current: recovery_copy_of === master_key_id }
}

function notesOn({ places, masterKey }: Vault): string[] {
  if (masterKey.source !== 'file') return []
  return [
    places.one_folder
      ? `The master key lies beside the vault, in ${places.master_key_file}: whoever copies the folder has both. Keep a copy of the key elsewhere.`
      : `The master key is the file ${places.master_key_file}. Keep a copy of it: without it the stored keys cannot be read.`,
  ]
}
