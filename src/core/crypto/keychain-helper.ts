// The process that asks the keychain. The native library connects inside a constructor, which holds its thread for
// seconds where the service hangs, and a call under way cannot be ended: process.exit and worker.terminate wait for
// that, as measured with a stopped gnome-keyring. A process can be killed, so the asking is done in one.
import { setTimeout as delay } from 'node:timers/promises'
import { AsyncEntry } from '@napi-rs/keyring'
import {
  KEYCHAIN_HELPER_READY,
  KEYCHAIN_SERVICE,
  type KeychainReply,
  type KeychainRequest,
} from './keychain-protocol.ts'

/** The end of Electron's utility process; under Node there is `process.send` instead. */
interface ParentPort {
  on(event: 'message', listener: (event: { data: unknown }) => void): void
  postMessage(message: unknown): void
}

const isParentPort = (value: unknown): value is ParentPort =>
  typeof value === 'object' && value !== null && 'postMessage' in value

const PAUSE = 100

/** Asks until there is a reply: how long that may take is for the process that kills this one to say. */
async function answer(request: KeychainRequest): Promise<KeychainReply> {
  for (;;) {
    const reply = await ask(request)
    if (reply !== 'no reply') return reply
    await delay(PAUSE)
  }
}

async function ask({ op, account, value }: KeychainRequest): Promise<KeychainReply | 'no reply'> {
  let entry: AsyncEntry
  try {
    // Without the pin Linux falls back to the kernel's keyring, which forgets everything at the next start.
    entry = new AsyncEntry(KEYCHAIN_SERVICE, account, { linux: { store: 'secret-service' } })
  } catch (cause) {
    return hasNotReplied(cause) ? 'no reply' : { state: 'absent', what: wordsOf(cause) }
  }
  try {
    if (op === 'delete') await entry.deleteCredential()
    if (op === 'write') await entry.setPassword(value ?? '')
    const found = (await entry.getPassword()) ?? null
    if (op === 'write' && found !== value) return { state: 'locked', what: 'it did not keep what was written' }
    return { state: 'answered', value: found }
  } catch (cause) {
    return hasNotReplied(cause) ? 'no reply' : { state: 'locked', what: wordsOf(cause) }
  }
}

/** The library gives every error one code; libdbus says in this sentence that its own two seconds ran out. */
const hasNotReplied = (cause: unknown): boolean => /did not receive a reply/i.test(wordsOf(cause))
const wordsOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

const port: unknown = 'parentPort' in process ? process.parentPort : undefined
if (isParentPort(port)) {
  port.on('message', ({ data }) => void answer(data as KeychainRequest).then((reply) => port.postMessage(reply)))
  port.postMessage(KEYCHAIN_HELPER_READY)
} else {
  process.on('message', (request) => void answer(request as KeychainRequest).then((reply) => process.send?.(reply)))
  // Whoever asked is gone. Not process.exit, which would wait for the call.
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
  process.send?.(KEYCHAIN_HELPER_READY)
}
