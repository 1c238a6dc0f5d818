import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient, type Reply } from '../../src/shared/client.ts'
import type { Client, Door, OperationId } from '../../src/shared/contract.ts'
import { actorOf } from '../../src/core/actor.ts'
import { dispatch } from '../../src/core/dispatch.ts'
import { createLog } from '../../src/core/log.ts'
import { generateFernetKey } from '../../src/core/crypto/fernet.ts'
import type { StartKeychainHelper } from '../../src/core/crypto/keychain-process.ts'
import { openCore, type Core, type CoreOptions } from '../../src/core/open-core.ts'
import { watchHome, watchValue } from './watched-secrets.ts'

/**
 * Where test folders are made: in memory where the machine has a folder for that. A vault syncs at every step, and what a
 * sync is worth no test can see.
 */
export const tempRoot = isWritable('/dev/shm') ? '/dev/shm' : tmpdir()

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** A folder of its own for LATCHKEY_HOME, gone with `using`. */
export function tempHome(): { home: string } & Disposable {
  const folder = mkdtempSync(join(tempRoot, 'latchkey-test-'))
  return {
    home: join(folder, 'vault-home'),
    [Symbol.dispose]() {
      watchHome(join(folder, 'vault-home'))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** No keychain: a vault of a test leaves nothing in that of whoever runs it. */
const noKeychain: StartKeychainHelper = () => ({
  pid: undefined,
  send: () => undefined,
  onMessage: () => undefined,
  onExit: (listener) => void setImmediate(listener),
  kill: () => undefined,
})

export interface TempCore extends AsyncDisposable {
  core: Core
  home: string
  /** The master key, as Python would take it. */
  key: string
  /** The operations through `dispatch`, as the door asks for them; throws `AppError`. */
  client: Client
  /** The same, answering the reply as it is. */
  call: (id: OperationId, input?: unknown) => Promise<Reply>
}

interface TempOptions extends Partial<CoreOptions> {
  /** Opens this folder and leaves it there; else a new one is made and removed. */
  home?: string
  door?: Door
  /** The master key in the environment; null leaves it out. */
  key?: string | null
}

/** A real core on a real file in a folder of its own: `await using temp = await openTempCore()`. */
export async function openTempCore(options: TempOptions = {}): Promise<TempCore> {
  const { home: given, door = 'cli', key = generateFernetKey(), env, ...rest } = options
  const temp = given === undefined ? tempHome() : undefined
  const home = given ?? temp?.home ?? ''
  const core = await openCore({
    env: { LATCHKEY_HOME: home, ...env },
    cwd: home,
    log: createLog({ level: 'silent' }),
    environmentKey: key ?? undefined,
    startKeychain: noKeychain,
    ...rest,
  })
  const api = core.apiFor(actorOf(door))
  const call = async (id: OperationId, input: unknown = {}): Promise<Reply> => {
    const reply = await dispatch(api, door, id, input)
    watchValue(`the reply of ${id}`, reply)
    return reply
  }
  return {
    core,
    home,
    key: key ?? '',
    call,
    client: createClient(call as Parameters<typeof createClient>[0]),
    async [Symbol.asyncDispose]() {
      await core.close()
      watchHome(home)
      temp?.[Symbol.dispose]()
    },
  }
}
