import { fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { KEYCHAIN_HELPER_READY, type KeychainReply, type KeychainRequest } from './keychain-protocol.ts'

/** A running helper process. Electron's main process makes one of `utilityProcess`, since its binary runs no scripts. */
export interface KeychainHelper {
  readonly pid: number | undefined
  send(request: KeychainRequest): void
  onMessage(listener: (message: unknown) => void): void
  /** Also where it could not be started. */
  onExit(listener: () => void): void
  /** Ends it at once, whatever it waits for. */
  kill(): void
}

export type StartKeychainHelper = (script: string, env: NodeJS.ProcessEnv) => KeychainHelper

/** Starts the helper as a Node process. Its secret goes through a pipe, never through arguments or environment. */
export const startNodeHelper: StartKeychainHelper = (script, env) => {
  const child = fork(script, [], { env, execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  child.once('exit', () => process.removeListener('exit', kill))
  return {
    pid: child.pid,
    // A helper that is gone by now says so through onExit.
    send: (request) => void child.send(request, () => {}),
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => {
      child.once('exit', listener)
      child.once('error', listener)
    },
    kill,
  }
}

/** How long a machine may take to start the helper, in milliseconds. */
const START_LIMIT = 15_000

/**
 * Asks once. A keychain that does not reply within `limit` milliseconds counts as silent; whatever happens, the helper
 * is gone when the answer is there.
 */
export function askKeychainHelper(
  start: StartKeychainHelper,
  env: NodeJS.ProcessEnv,
  request: KeychainRequest,
  limit: number,
): Promise<KeychainReply> {
  return new Promise((resolve) => {
    const helper = start(helperScript(), helperEnvironment(env))
    const done = (reply: KeychainReply): void => {
      clearTimeout(timer)
      helper.kill()
      resolve(reply)
    }
    const silentAfter = (wait: number): NodeJS.Timeout =>
      setTimeout(() => done({ state: 'silent', what: `no reply within ${wait / 1000} seconds` }), wait)
    let timer = silentAfter(START_LIMIT)
    helper.onMessage((message) => {
      if (message !== KEYCHAIN_HELPER_READY) return done(message as KeychainReply)
      clearTimeout(timer)
      timer = silentAfter(limit)
      helper.send(request)
    })
    helper.onExit(() => done({ state: 'absent', what: 'the process that asks it ended' }))
  })
}

/** Beside this file in a source tree; beside the entries, of which it is one, in a bundle. */
function helperScript(): string {
  const here = import.meta.dirname
  const places = [join(here, 'keychain-helper.ts'), join(here, 'keychain-helper.js')]
  return places.find((path) => existsSync(path)) ?? join(dirname(here), 'keychain-helper.js')
}

/** What finds the session's keychain, without our own secrets and without what makes Node load other code. */
function helperEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(NODE_|LATCHKEY_|ELECTRON_|ENCRYPTION_KEY$)/i.test(name)),
  )
}
