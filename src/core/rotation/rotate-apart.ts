import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { fromErrorBody } from '../../shared/errors.ts'
import { rotateRows, type RotatedRows, type RowsToRotate } from './rotate-rows.ts'
import type { WorkerReply } from './rotation-worker.ts'

/** Runs `rotateRows` on a thread of its own. One who is told of each step gets it on this thread, where it can be told. */
export function rotateApart(rows: RowsToRotate, onStep?: (step: string) => void): Promise<RotatedRows> {
  if (onStep !== undefined) return rotateRows(rows, onStep)
  return new Promise((resolve, reject) => {
    const worker = new Worker(workerScript(), { workerData: rows, execArgv: [], env: {} })
    worker.on('message', (reply: WorkerReply) => {
      if (reply === 'ready') return
      if ('done' in reply) resolve(reply.done)
      else reject(reply.failed.code === 'internal' ? new Error(reply.why) : fromErrorBody(reply.failed))
    })
    worker.once('error', reject)
    worker.once('exit', () => reject(new Error('the thread of the rotation ended without an answer')))
  })
}

/** Beside this file in a source tree; beside the entries, of which it is one, in a bundle. */
function workerScript(): string {
  const here = import.meta.dirname
  const places = [join(here, 'rotation-worker.ts'), join(here, 'rotation-worker.js')]
  return places.find((path) => existsSync(path)) ?? join(dirname(here), 'rotation-worker.js')
}
