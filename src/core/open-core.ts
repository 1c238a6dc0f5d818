import { createClient, type Call } from '../shared/client.ts'
import { operations, type Api, type Client, type Door, type OperationId } from '../shared/contract.ts'
import { appError } from '../shared/errors.ts'
import type { Settings } from '../shared/schemas.ts'
import type { Actor } from './actor.ts'
import { auditOperations } from './audit/audit-service.ts'
import { backupOperations } from './backup/backup-service.ts'
import { RestoreDesk } from './backup/restore-desk.ts'
import { restoreOperations } from './backup/restore-service.ts'
import { ScheduledBackups } from './backup/scheduled-backups.ts'
import { catalogInUse } from './catalog/catalog-in-use.ts'
import { unreadEnvFile } from './crypto/key-sources.ts'
import type { StartKeychainHelper } from './crypto/keychain-process.ts'
import { takenEnvironmentKey } from './crypto/take-environment-key.ts'
import type { Desktop } from './desktop.ts'
import { dispatch } from './dispatch.ts'
import { EnvironmentKeys } from './environment/environment-keys.ts'
import type { ToolGateway } from './gateway/tool-gateway.ts'
import { ImportDesk } from './import/import-desk.ts'
import { importOperations } from './import/import-service.ts'
import { endKilledMove, masterKeyOperations } from './master-key-service.ts'
import { ListenerControl } from './listener-control.ts'
import { followLock } from './lock/idle-lock.ts'
import { lockOperations } from './lock/lock-service.ts'
import type { Log } from './log.ts'
import { networkOperations } from './network/network-service.ts'
import { placesFrom, type Places } from './places.ts'
import type { OnStep } from './private-files.ts'
import { keyOperations } from './providers/key-service.ts'
import { keyTestOperations } from './providers/key-test-service.ts'
import { providerOperations } from './providers/provider-service.ts'
import type { exposeKeys, Run, RunWish } from './run/run-gateway.ts'
import { systemOperations } from './system-service.ts'
import { TokenBook } from './token-book.ts'
import { limitOperations } from './tokens/limit-service.ts'
import { tokenOperations } from './tokens/token-service.ts'
import { usageOperations } from './tokens/usage-service.ts'
import { UpdateCheck } from './updates/update-check.ts'
import { Vault } from './vault.ts'
import { releasePlace, version } from './version.ts'

export interface CoreOptions {
  /** The environment of the process: LATCHKEY_HOME, LATCHKEY_PORT, LATCHKEY_TOKEN. */
  env: Readonly<Record<string, string | undefined>>
  /** Only to say that a `.env` in it is not read. */
  cwd: string
  log: Log
  /** `--key-file` */
  keyFile?: string | undefined
  /** `--env-file` */
  envFile?: string | undefined
  /** `ENCRYPTION_KEY`; what the entry's first import took from the environment if not given. */
  environmentKey?: string | undefined
  desktop?: Desktop | undefined
  /** Where the newest release is told of, if not where this build says. */
  releasePlace?: string | undefined
  /** Starts the process that asks the keychain, if it is not Node itself. */
  startKeychain?: StartKeychainHelper | undefined
  /** Told of each statement and file step before it is made. */
  onStep?: OnStep | undefined
}

/** Everything Latchkey does, in this process. */
export interface Core {
  readonly places: Places
  readonly vault: Vault
  readonly listener: ListenerControl
  readonly updates: UpdateCheck
  readonly backups: ScheduledBackups
  /** The operations, as done by this actor. Every call of one goes through `dispatch`. */
  apiFor(actor: Actor): Api
  settings(): Promise<Settings>
  /** Opens a gateway for one child; it ends with the core. */
  openRun(wish: RunWish): Promise<Run>
  /** The environment of a child that is given the keys themselves. */
  exposeKeys(wish: Parameters<typeof exposeKeys>[1], by: Actor): ReturnType<typeof exposeKeys>
  /** Differs after every change that an operation could answer differently for. */
  revision(): string
  /** Sentences of this run that a person should see. */
  readonly notes: readonly string[]
  /** Lets go of everything; what was deleted is gone from the folder afterwards. */
  close(): Promise<void>
}

/** Opens the vault, makes it where there is none, merges the catalog. The only place that knows every part. */
export async function openCore(options: CoreOptions): Promise<Core> {
  const { env, log, desktop, onStep } = options
  const places = placesFrom(env)
  const notes: string[] = []
  const warn = (sentence: string): void => {
    notes.push(sentence)
    log.warn(sentence)
  }
  const unread = unreadEnvFile(options.cwd, places, options.envFile)
  if (unread !== undefined) {
    warn(`ENCRYPTION_KEY in ${unread} is not read; the one in ${places.env_file} would be, or --env-file PATH.`)
  }
  const catalog = catalogInUse(places)
  const vault = await Vault.open({
    places,
    given: {
      key_file: options.keyFile,
      environment: options.environmentKey ?? takenEnvironmentKey(),
      env_file: options.envFile,
      session: {
        env,
        ...(options.startKeychain === undefined ? {} : { start: options.startKeychain }),
        onWaiting: () => warn('Waiting for the keychain: it may ask for its password.'),
      },
    },
    catalog,
    warn,
    onUnrecorded: (cause) => log.warn({ err: cause }, 'a refusal was not recorded'),
    onStep,
  })
  await endKilledMove(vault)
  const closing = new AbortController()
  const lock = followLock(vault, log)
  const environment = new EnvironmentKeys({ vault, catalog, env })
  const revision = (): string => `${vault.revision()}.${listener.revision}.${updates.revision}.${backups.revision}`
  let run: Run | undefined
  const tokens = new TokenBook(vault, () => {
    listener.endWhatMayNot()
    run?.endWhatMayNot()
  })
  let opening: Promise<ToolGateway> | undefined
  // Loaded when it is needed: a command that calls no provider starts without it.
  const gateway = (): Promise<ToolGateway> =>
    (opening ??= import('./gateway/tool-gateway.ts').then(({ openToolGateway }) =>
      openToolGateway({ vault, environment, tokens, catalog, log }),
    ))
  const settings = () => vault.during(() => vault.reader().readSettings())
  const updates = new UpdateCheck({
    place: options.releasePlace ?? releasePlace,
    version,
    ask: async (url, headers) => (await gateway()).ask(url, headers),
    isWanted: async () => (await settings()).update_check,
    log,
  })
  const backups = new ScheduledBackups({ vault, log, onStep })
  const listener = new ListenerControl({ vault, tokens, gateway, env, log, apiFor, revision })

  const desk = new ImportDesk()
  const restores = new RestoreDesk()
  vault.onLock(() => {
    desk.forgetKeys()
    restores.forget()
  })

  function apiFor(by: Actor): Api {
    const api: Api = {
      ...providerOperations(vault, catalog, environment, by),
      ...keyOperations(vault, by),
      ...keyTestOperations(vault, environment, gateway, by),
      ...tokenOperations(vault, tokens, by),
      ...limitOperations(vault, tokens, by),
      ...usageOperations(vault),
      ...auditOperations(vault, by),
      ...networkOperations(vault, desktop, by),
      ...masterKeyOperations(vault, desktop, by),
      ...backupOperations({ vault, desktop, warn }, by),
      ...restoreOperations({ vault, desk: restores, desktop, warn }, by),
      ...lockOperations(vault, by),
      ...importOperations({ vault, catalog, desk, env, desktop, client: () => clientOf(by) }, by),
      ...systemOperations(
        { vault, catalog, environment, env, listener, updates, desktop, notes, revision, closing: closing.signal },
        by,
      ),
    }
    return heldOpen(api, vault, by, () => lock.touch())
  }

  /** What this actor would ask through its own door. */
  function clientOf(by: Actor): Client {
    const door: Door = by.door === 'start' ? 'cli' : by.door
    const api = apiFor(by)
    return createClient(((id, input) => dispatch(api, door, id, input)) as Call)
  }

  return {
    places,
    vault,
    listener,
    updates,
    backups,
    apiFor,
    async openRun(wish) {
      const runs = await import('./run/run-gateway.ts')
      return (run = await runs.openRun({ vault, environment, tokens, gateway, log, apiFor, revision }, wish))
    },
    async exposeKeys(wish, by) {
      const runs = await import('./run/run-gateway.ts')
      return runs.exposeKeys({ vault }, wish, by)
    },
    settings,
    revision,
    notes,
    async close() {
      closing.abort()
      desk.forget()
      restores.forget()
      lock.stop()
      updates.stop()
      await backups.stop()
      await run?.close()
      await listener.close()
      await (await opening)?.close()
      await vault.trail.settle()
      vault.close()
    },
  }
}

/** What a window or a program asks by itself, without anybody having done anything. */
const ASKED_UNATTENDED: ReadonlySet<string> = new Set<OperationId>(['waitForChange', 'getStatus'])

/** What puts another file in the place of the vault holds the one that is there only while it looks at the lock. */
const REPLACES_THE_FILE: ReadonlySet<string> = new Set<OperationId>(['restoreBackup'])

/** Each operation holds the file it began with, and keeps to the lock; waiting for a change holds nothing. */
function heldOpen(api: Api, vault: Vault, by: Actor, touch: () => void): Api {
  const held = Object.entries(api).map(([id, run]) => {
    if (id === 'waitForChange') return [id, run]
    return [
      id,
      (input: never) => {
        if (!ASKED_UNATTENDED.has(id)) touch()
        const admit = () => refuseWhileLocked(operations[id as OperationId].locked, vault, by)
        const act = run as (input: never) => Promise<unknown>
        if (REPLACES_THE_FILE.has(id)) return vault.during(admit).then(() => act(input))
        return vault.during(async () => {
          await admit()
          return act(input)
        })
      },
    ]
  })
  return Object.fromEntries(held) as Api
}

/** The window shows nothing of a locked vault, whatever the settings let programs read. */
async function refuseWhileLocked(
  whenLocked: (typeof operations)[OperationId]['locked'],
  vault: Vault,
  { door }: Actor,
): Promise<void> {
  if (vault.state !== 'locked' || whenLocked === 'answers') return
  const { reads_while_locked } = await vault.reader().readSettings()
  if (whenLocked !== 'reads' || door === 'window' || !reads_while_locked) throw appError('vault_locked', undefined)
}
