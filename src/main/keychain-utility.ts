import { utilityProcess } from 'electron'
import type { StartKeychainHelper } from '../core/crypto/keychain-process.ts'

/** Starts the process that asks the keychain as one of Electron's own: its binary runs no script. */
export const startUtilityHelper: StartKeychainHelper = (script, env) => {
  const child = utilityProcess.fork(script, [], { env, stdio: 'ignore', serviceName: 'Latchkey Keychain' })
  return {
    get pid() {
      return child.pid
    },
    // eslint-disable-next-line unicorn/require-post-message-target-origin -- a process, not a window
    send: (request) => child.postMessage(request),
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => void child.once('exit', listener),
    kill() {
      // Electron's own way asks the process, which may hang in the library and hear nothing.
      if (child.pid === undefined) child.kill()
      else endAtOnce(child.pid)
    },
  }
}

function endAtOnce(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // ESRCH: it has ended already.
  }
}
