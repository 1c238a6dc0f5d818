// Where the master key comes from, in DESIGN.md's order. The first that was given is used and no other is tried:
// a wrong key is said, never worked around.
import { join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { appError } from '../../shared/errors.ts'
import { KeySourceName } from '../../shared/schemas.ts'
import type { Places } from '../places.ts'
import {
  checkPrivateFile,
  checkPrivateFolder,
  ensurePrivateFolder,
  isOpenToOthers,
  lookAt,
  readSmallFile,
  reason,
  writePrivateFile,
  type OnStep,
  type Warn,
} from '../private-files.ts'
import type { KeySource } from './key-source.ts'
import { commandSource, readKeyCommand } from './command-source.ts'
import { generateFernetKey, MalformedKey } from './fernet.ts'
import { keychainSource, makeKeychainMasterKey, type KeychainOptions } from './keychain.ts'
import { KeyRing } from './master-key.ts'
import { keyParts } from './wrapped-key.ts'

const VARIABLE = 'ENCRYPTION_KEY'
const LIMIT = 64 * 1024

/** What the start was given; an empty text counts as not given. */
export interface GivenKeys {
  /** `--key-file` */
  key_file?: string | undefined
  /** `ENCRYPTION_KEY` as it stood in the environment. */
  environment?: string | undefined
  /** `--env-file`; else `.env` in the Latchkey folder. */
  env_file?: string | undefined
  /** How the keychain of this session is reached; without it there is none. */
  session?: KeychainOptions | undefined
}

/** The source that this start names, or undefined where it names none. */
export async function givenKeySource(given: GivenKeys, places: Places): Promise<KeySource | undefined> {
  if (isGiven(given.key_file)) return keyFileSource('key_file', resolve(given.key_file))
  if (isGiven(given.environment)) return environmentSource(given.environment)
  if (isGiven(given.env_file)) return envFileSource(resolve(given.env_file), { named: true, own: false })
  const own = ownEnvSource(places)
  return (await own.read()) === undefined ? undefined : own
}

/** `.env` of the Latchkey folder, whether it is there or not. */
export function ownEnvSource(places: Places): KeySource {
  return envFileSource(places.env_file, { named: false, own: true })
}

/** The source recorded beside the check value, as far as it can be asked without being given again. */
export function recordedKeySource(
  name: string | null,
  place: string | null,
  places: Places,
  session?: KeychainOptions,
): KeySource | undefined {
  const source = KeySourceName.safeParse(name).data
  if (source === 'file') return keyFileSource('file', places.master_key_file)
  if (source === 'key_file' && place !== null) return keyFileSource('key_file', place)
  // A file that was a link when the person named it may be one now.
  if (source === 'env_file' && place !== null) {
    return envFileSource(place, { named: false, own: place === places.env_file })
  }
  if (source === 'keychain' && place !== null && session !== undefined) return keychainSource(place, session)
  if (source === 'command' && place !== null && session !== undefined) {
    return keptCommandSource(place, places.key_command_file, session.env)
  }
  return undefined
}

/**
 * The ring of a source, or undefined where the source has none; throws `encryption_key_malformed`, or `vault_locked` where
 * it is under a passphrase that nobody has given.
 */
export async function readKeyRing(source: KeySource): Promise<KeyRing | undefined> {
  const text = await source.read()
  if (text === undefined) return undefined
  if (keyParts(text).wrapped !== undefined) throw appError('vault_locked', undefined)
  try {
    return KeyRing.parse(text)
  } catch (cause) {
    if (cause instanceof MalformedKey) throw appError('encryption_key_malformed', { place: source.place }, { cause })
    throw cause
  }
}

/** A master key for a vault that is about to be made. */
export interface MadeMasterKey {
  source: KeySource
  /** Takes back what only this start would have used: another one made the vault. */
  discard(): Promise<void>
}

/**
 * A new key in the keychain; where none can be used, which is said, or a key file lies there already, in `master.key`.
 */
export async function makeMasterKey(
  places: Places,
  session: KeychainOptions | undefined,
  warn: Warn,
  onStep?: OnStep,
): Promise<MadeMasterKey> {
  if (session !== undefined && lookAt(places.master_key_file) === undefined) {
    const made = await makeKeychainMasterKey(places.data, session)
    if ('source' in made) return { source: made.source, discard: () => made.source.remove() }
    warn(`The master key is a file, because ${made.unusable}.`)
  }
  // Two starts share the file: the vault that stands was made with it.
  return { source: makeMasterKeyFile(places, warn, onStep), discard: async () => undefined }
}

/** A new key in `master.key`, or the one that lies there already: it is never written over. */
export function makeMasterKeyFile(places: Places, warn: Warn, onStep?: OnStep): KeySource {
  ensurePrivateFolder(places.config, warn)
  if (lookAt(places.master_key_file) === undefined) {
    writePrivateFile(places.master_key_file, `${generateFernetKey()}\n`, { replace: false, onStep })
  }
  mendMasterKeyFile(places, warn)
  return keyFileSource('file', places.master_key_file)
}

/** Narrows the modes of the key file that Latchkey made, and of its folder; where a person made them, they are refused. */
export function mendMasterKeyFile(places: Places, warn: Warn): void {
  checkPrivateFolder(places.config, warn)
  checkPrivateFile(places.master_key_file, warn)
}

/** The path of the `.env` in `cwd` where it sets our variable; such a file is never read for the key. */
export function unreadEnvFile(cwd: string, places: Places, envFile: string | undefined): string | undefined {
  const path = join(cwd, '.env')
  if (path === resolve(places.env_file) || (isGiven(envFile) && path === resolve(envFile))) return undefined
  try {
    const file = readSmallFile(path, LIMIT, false)
    return file !== undefined && isGiven(variableIn(file.bytes)) ? path : undefined
  } catch {
    // A file that cannot be read sets nothing; it is another program's, and no concern of ours.
    return undefined
  }
}

/** The command is looked up when it is asked: one that cannot be read is a key that is not there now. */
function keptCommandSource(place: string, path: string, env: NodeJS.ProcessEnv): KeySource {
  return {
    name: 'command',
    place,
    async read() {
      const command = readKeyCommand(path, () => undefined)
      return command === undefined ? undefined : commandSource(command, { env }).read()
    },
  }
}

function environmentSource(value: string): KeySource {
  return { name: 'environment', place: `${VARIABLE} in the environment`, read: async () => value }
}

function keyFileSource(name: 'key_file' | 'file', path: string): KeySource {
  return {
    name,
    place: path,
    async read() {
      const file = read(path, name === 'file')
      if (file === undefined && name === 'key_file') {
        throw appError('key_file_unreadable', { path, what: 'it does not exist' })
      }
      if (file !== undefined && isOpenToOthers(file.stats)) throw appError('file_readable_by_others', { path })
      return file?.bytes.toString('utf8').trim()
    },
  }
}

/** `named`: this start names the file, so it has to be there and hold the line. `own`: a link is refused. */
function envFileSource(path: string, { named, own }: { named: boolean; own: boolean }): KeySource {
  return {
    name: 'env_file',
    place: path,
    async read() {
      const file = read(path, own)
      const value = file === undefined ? undefined : variableIn(file.bytes)
      // A `.env` without our line is no secret of ours, and may be as open as its owner likes.
      if (file !== undefined && isGiven(value) && isOpenToOthers(file.stats)) {
        throw appError('file_readable_by_others', { path })
      }
      if (named && !isGiven(value)) {
        const what = file === undefined ? 'it does not exist' : `it has no line ${VARIABLE}=…`
        throw appError('key_file_unreadable', { path, what })
      }
      return isGiven(value) ? value : undefined
    },
  }
}

/** Only this one line is looked at; nothing is expanded. */
function variableIn(bytes: Buffer): string | undefined {
  // A byte order mark, as some editors write it, would become part of the first name.
  return parseEnv(bytes.toString('utf8').replace(/^\ufeff/, ''))[VARIABLE]
}

/** Where `own`, a link is refused; a file that the person names may be one, as mounted secrets are. */
function read(path: string, own: boolean): ReturnType<typeof readSmallFile> {
  try {
    return readSmallFile(path, LIMIT, own)
  } catch (cause) {
    throw appError('key_file_unreadable', { path, what: reason(cause) }, { cause })
  }
}

function isGiven(value: string | undefined): value is string {
  return value !== undefined && value !== ''
}
