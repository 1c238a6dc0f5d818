import type { Dispatcher } from 'undici'
import type { Target } from './target.ts'
import type { Upstreams } from './upstreams.ts'

export interface Reply {
  status: number
  /** At most as much as was asked for. */
  body: Buffer
  /** From the request to the head of the answer, in milliseconds. */
  latency_ms: number
}

/** Asks a provider for something small and reads the answer, as far as `limit`. Rejects as undici does. */
export async function askUpstream(
  upstreams: Upstreams,
  target: Target,
  headers: readonly string[],
  { limit, signal }: { limit: number; signal: AbortSignal },
): Promise<Reply> {
  await upstreams.ready()
  return new Promise((resolve, reject) => {
    const began = performance.now()
    const chunks: Buffer[] = []
    let size = 0
    let status = 0
    let latency_ms = 0
    let controller: Dispatcher.DispatchController | undefined
    const abort = (): void => {
      reject(signal.reason)
      controller?.abort(new Error('it took too long'))
    }
    const end = (): void => {
      signal.removeEventListener('abort', abort)
      resolve({ status, latency_ms, body: Buffer.concat(chunks).subarray(0, limit) })
    }
    signal.addEventListener('abort', abort)
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(started) {
        controller = started
        if (signal.aborted) abort()
      },
      onResponseStart(_controller, code) {
        status = code
        latency_ms = performance.now() - began
      },
      onResponseData(reading, chunk) {
        size += chunk.length
        chunks.push(chunk)
        if (size < limit) return
        end()
        reading.abort(new Error('that is enough'))
      },
      onResponseEnd: end,
      onResponseError(_controller, cause) {
        signal.removeEventListener('abort', abort)
        reject(cause)
      },
    }
    try {
      upstreams.dispatch(target, { method: 'GET', headers: [...headers], body: null }, handler)
    } catch (cause) {
      signal.removeEventListener('abort', abort)
      reject(cause instanceof Error ? cause : new Error(String(cause)))
    }
  })
}
