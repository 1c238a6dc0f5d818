import { join, resolve } from 'node:path'
import envPaths from 'env-paths'

/** Where everything lies. Data and configuration are two folders, unless LATCHKEY_HOME makes them one. */
export interface Places {
  data: string
  config: string
  /** True where LATCHKEY_HOME is set: the key file then lies beside the vault, which `status` says. */
  one_folder: boolean
  vault: string
  user_catalog: string
  env_file: string
  listener_file: string
  listener_lock: string
  /** Wrong tries to unlock, for all processes; there only after one. */
  unlock_tries: string
  /** Held while the master key is moved or exchanged. */
  master_key_lock: string
  backups: string
  /** Held while a scheduled backup is made. */
  backup_lock: string
  /** Chromium's profile of the desktop window. */
  window: string
  master_key_file: string
  /** The command that gives the master key, where the owner set one. */
  key_command_file: string
  /** From where to where the master key is being moved; there only meanwhile. */
  key_move_file: string
  audit_head: string
}

/** The folders of this user, or LATCHKEY_HOME for both where it is set. Makes nothing. */
export function placesFrom(env: Readonly<Record<string, string | undefined>>): Places {
  const home = env['LATCHKEY_HOME']
  const paths = envPaths('latchkey', { suffix: '' })
  const one_folder = home !== undefined && home !== ''
  // A slash at its end would have the system look behind a link instead of at it.
  const data = one_folder ? resolve(home) : paths.data
  const config = one_folder ? data : paths.config
  return {
    data,
    config,
    one_folder,
    vault: join(data, 'vault.db'),
    user_catalog: join(data, 'models.yaml'),
    env_file: join(data, '.env'),
    listener_file: join(data, 'listener.json'),
    listener_lock: join(data, 'listener.lock'),
    unlock_tries: join(data, 'unlock-tries.json'),
    master_key_lock: join(data, 'master-key.lock'),
    backups: join(data, 'backups'),
    backup_lock: join(data, 'backup.lock'),
    window: join(data, 'window'),
    master_key_file: join(config, 'master.key'),
    key_command_file: join(config, 'master-key-command.json'),
    key_move_file: join(config, 'master-key-move.json'),
    audit_head: join(config, 'audit-head.json'),
  }
}
