// The thread on which a rotation runs: ten thousand keys take a second, which the event loop must not feel.
import { parentPort, workerData } from 'node:worker_threads'
import { toAppError } from '../../shared/errors.ts'
import { rotateRows, type RowsToRotate } from './rotate-rows.ts'

export type WorkerReply =
  | 'ready'
  | { done: Awaited<ReturnType<typeof rotateRows>> }
  | { failed: ReturnType<typeof toAppError>['body']; why: string }

// A port of Node has no origin to name.
// eslint-disable-next-line unicorn/require-post-message-target-origin
const say = (reply: WorkerReply): void => parentPort?.postMessage(reply)

say('ready')
try {
  say({ done: await rotateRows(workerData as RowsToRotate) })
} catch (cause) {
  say({ failed: toAppError(cause).body, why: cause instanceof Error ? cause.message : String(cause) })
}
