// The OS keychain: Secret Service on Linux, Keychain on macOS, Credential Manager on Windows. Each vault has an entry
// under an account of its own, which nothing else ever takes: two starts that both make a first vault, or a folder
// that is used again, cannot write over a key that a vault needs.
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { appError, type AppError } from '../../shared/errors.ts'
import { generateFernetKey } from './fernet.ts'
import type { WritableKeySource } from './key-source.ts'
import { askKeychainHelper, startNodeHelper, type StartKeychainHelper } from './keychain-process.ts'
import type { KeychainReply, KeychainRequest } from './keychain-protocol.ts'
import { plainKeyringWith } from './plain-keyring.ts'

/** How long a first run waits before it takes a key file instead; afterwards, when a person is told of the waiting. */
const FIRST_LIMIT = 2_000
/** How long a recorded keychain is awaited: somebody may have to type its password. */
const LIMIT = 60_000

const PLACE = 'the keychain entry of '

export interface KeychainOptions {
  /** Finds the session's keychain; no secret of ours reaches the process that asks. */
  env: NodeJS.ProcessEnv
  start?: StartKeychainHelper
  /** Milliseconds until a silent keychain is given up. */
  limit?: number
  /** Called once where the answer takes longer than two seconds. */
  onWaiting?: () => void
}

/** The entry that `place` names, as it was recorded beside the check value; undefined where it names none. */
export function keychainSource(place: string, options: KeychainOptions): WritableKeySource | undefined {
  return place.startsWith(PLACE) ? sourceFor(place.slice(PLACE.length), options) : undefined
}

/** An entry that does not exist yet, for a master key that moves into the keychain. */
export function newKeychainSource(folder: string, options: KeychainOptions): WritableKeySource {
  return sourceFor(`${folder}#${randomBytes(4).toString('hex')}`, options)
}

/**
 * A new master key in a new entry; or, where no keychain answers within two seconds or it keeps its entries in the
 * clear, why not, as the end of a sentence. A start that then finds another one's vault removes its entry again.
 */
export async function makeKeychainMasterKey(
  folder: string,
  options: KeychainOptions,
): Promise<{ source: WritableKeySource } | { unusable: string }> {
  const source = newKeychainSource(folder, options)
  const account = source.place.slice(PLACE.length)
  const value = generateFernetKey()
  const reply = await ask({ op: 'write', account, value }, { limit: FIRST_LIMIT, ...options })
  if (reply.state !== 'answered') return { unusable: inWords[reply.state] }
  const plain = await plainKeyringWith(value, options.env)
  if (plain === undefined) return { source }
  await ask({ op: 'delete', account }, { limit: FIRST_LIMIT, ...options })
  return { unusable: `the keychain would keep it unencrypted, in ${plain}` }
}

function sourceFor(account: string, options: KeychainOptions): WritableKeySource {
  const run = async (request: KeychainRequest): Promise<string | undefined> => {
    const reply = await ask(request, { limit: LIMIT, ...options })
    if (reply.state !== 'answered') throw unavailable(reply)
    return reply.value ?? undefined
  }
  return {
    name: 'keychain',
    place: PLACE + account,
    read: () => run({ op: 'read', account }),
    async write(value) {
      await run({ op: 'write', account, value })
    },
    async remove() {
      await run({ op: 'delete', account })
    },
  }
}

async function ask(
  request: KeychainRequest,
  { env, start = startNodeHelper, limit, onWaiting }: KeychainOptions & { limit: number },
): Promise<KeychainReply> {
  if (hasNoBus(env)) return { state: 'absent', what: 'there is no session bus' }
  const waiting = onWaiting === undefined ? undefined : setTimeout(onWaiting, FIRST_LIMIT)
  try {
    return await askKeychainHelper(start, env, request, limit)
  } finally {
    clearTimeout(waiting)
  }
}

/** Without a bus there is nobody to ask, which needs no process to find out. These two are where libdbus looks. */
function hasNoBus(env: NodeJS.ProcessEnv): boolean {
  const { DBUS_SESSION_BUS_ADDRESS: address, XDG_RUNTIME_DIR: runtime } = env
  return process.platform === 'linux' && !address && !(runtime && existsSync(join(runtime, 'bus')))
}

const inWords = {
  absent: 'no keychain answers here',
  locked: 'the keychain is locked or refused',
  silent: 'the keychain does not reply',
}

function unavailable({ state, what }: Exclude<KeychainReply, { state: 'answered' }>): AppError {
  return appError('keychain_unavailable', { what: inWords[state] }, { cause: new Error(what) })
}
