// One request to a provider with one key, from the moment it may be sent to the end of its answer. Bytes pass as they
// come, held back by nothing but a slow reader and the echo guard.
import type { ServerResponse } from 'node:http'
import type { Dispatcher } from 'undici'
import { appError, type AppError } from '../../shared/errors.ts'
import { EchoGuard, holdsAny } from './echo-guard.ts'
import { EncodedEcho, encodingOf, type Look } from './encoded-echo.ts'
import { EventEnds } from './event-ends.ts'
import type { Ending, Watcher } from './ports.ts'
import { headerOf, passedHeaders } from './response-headers.ts'
import { upstreamError } from './upstream-error.ts'
import { isSmallJson, WeighedBody } from './weighed-body.ts'

export interface ExchangeOptions {
  /** The provider's name, for sentences. */
  provider: string
  /** What the answer must not hold. */
  forms: readonly Buffer[]
  /** Whether another key should be tried for this answer. `by_body`: asked again with its body, where that is small. */
  another: (status: number, headers: readonly string[], body?: Buffer) => boolean | 'by_body'
  watcher: Watcher | undefined
  onEcho: () => void
  /** The event that says in the caller's dialect why its stream ends here. */
  lastEvent: (why: AppError) => Buffer
}

/** How long an event that has begun is awaited before its stream breaks, in milliseconds. */
const PATIENCE = 500

/** How an exchange ended. `refused`: nothing was sent to the caller yet, and this is the reason. */
export type Ended = { how: 'over' } | { how: 'another' } | { how: 'refused'; why: AppError }

export class Exchange implements Dispatcher.DispatchHandler {
  readonly ended: Promise<Ended>
  readonly #res: ServerResponse
  readonly #options: ExchangeOptions
  readonly #guard: EchoGuard
  readonly #began = performance.now()
  readonly #settle: (ended: Ended) => void
  #controller: Dispatcher.DispatchController | undefined
  #head: { status: number; headers: string[] } | undefined
  #encoded: EncodedEcho | undefined
  #held: Buffer[] = []
  #looking = false
  /** A body that is held back until it is known whether it refuses the key. */
  #weighed: WeighedBody | undefined
  #status: number | null = null
  #firstByte: number | null = null
  #over = false
  /** Where the answer is a stream of events that can be read. */
  #events: EventEnds | undefined
  #parting: { why: AppError; timer: NodeJS.Timeout } | undefined

  constructor(res: ServerResponse, options: ExchangeOptions) {
    const { promise, resolve } = Promise.withResolvers<Ended>()
    this.ended = promise
    this.#settle = resolve
    this.#res = res
    this.#options = options
    this.#guard = new EchoGuard(options.forms)
    res.on('drain', this.#onDrain)
    res.once('close', this.#onClose)
  }

  /** Ends it from outside. A stream of events says why, as soon as no event is cut in two by that. */
  readonly cut = (why: AppError): void => {
    if (this.#over || this.#parting !== undefined) return
    // One who does not read what there is would not read this either.
    if (this.#events === undefined || !this.#res.headersSent || this.#res.writableNeedDrain) this.#stop('cut', why)
    else if (this.#events.isBetween) this.#part(why)
    else this.#parting = { why, timer: setTimeout(() => this.#stop('cut', why), PATIENCE).unref() }
  }

  /** What could not even be sent. */
  failed(cause: unknown): void {
    this.#stop('failed', upstreamError(this.#options.provider, cause))
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#over) controller.abort(new Error('nobody waits for it'))
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    if (this.#over || status < 200) return
    this.#status = status
    const { provider, forms, another } = this.#options
    const raw = rawHeadersOf(controller)
    const next = another(status, raw)
    if (next === true) {
      this.#tryAnother()
      return
    }
    if (status >= 300 && status < 400 && status !== 304) {
      this.#stop('cut', appError('upstream_redirected', { name: provider, status }))
      return
    }
    const headers = passedHeaders(raw)
    if (holdsAny(headers.join('\n'), forms)) {
      this.#stopEcho()
      return
    }
    const coding = headerOf(raw, 'transfer-encoding')
    const encoding = encodingOf(headerOf(headers, 'content-encoding'))
    if (forms.length > 0 && (encoding === 'unknown' || !/^(?:chunked)?$/i.test(coding ?? ''))) {
      this.#stop(
        'cut',
        appError('upstream_failed', { name: provider, what: 'answered in an encoding nobody asked for' }),
      )
      return
    }
    this.#head = { status, headers }
    const isEvents = /^text\/event-stream\b/i.test(headerOf(headers, 'content-type') ?? '')
    if (isEvents && encoding === 'plain' && headerOf(headers, 'content-length') === undefined) {
      this.#events = new EventEnds()
    }
    if (next === 'by_body' && encoding === 'plain' && isSmallJson(headers)) {
      this.#weighed = new WeighedBody((body) => another(status, raw, body) === true)
      return
    }
    if (forms.length > 0 && typeof encoding === 'object') this.#encoded = new EncodedEcho(encoding.encoding, forms)
    // A body that came along goes out with its head; a head without one must not wait for it.
    else process.nextTick(() => this.#sendHead(true))
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#over) return
    if (this.#encoded !== undefined) {
      controller.pause()
      this.#looking = true
      void this.#look(this.#encoded, chunk, controller)
      return
    }
    if (this.#weighed === undefined) this.#guarded(chunk)
    else if (!this.#weighed.push(chunk)) this.#passWeighed(this.#weighed)
    if (!this.#over && this.#res.writableNeedDrain) controller.pause()
  }

  onResponseEnd(): void {
    if (this.#over) return
    if (this.#encoded !== undefined) void this.#lookAtEnd(this.#encoded)
    else if (this.#weighed?.refusesKey() === true) this.#tryAnother()
    else {
      if (this.#weighed !== undefined) this.#passWeighed(this.#weighed)
      this.#complete()
    }
  }

  onResponseError(_controller: Dispatcher.DispatchController, cause: Error): void {
    this.failed(cause)
  }

  #tryAnother(): void {
    this.#finish('next_key', { how: 'another' })
    this.#controller?.abort(new Error('another key is tried'))
  }

  #guarded(chunk: Buffer): void {
    if (!this.#over && !this.#guard.push(chunk, this.#pass)) this.#stopEcho()
  }

  /** It is not about the key: what was held back goes on as it came. */
  #passWeighed(weighed: WeighedBody): void {
    this.#weighed = undefined
    for (const chunk of weighed.chunks) this.#guarded(chunk)
  }

  async #look(encoded: EncodedEcho, chunk: Buffer, controller: Dispatcher.DispatchController): Promise<void> {
    const look = await encoded.look(chunk)
    this.#looking = false
    if (this.#over || this.#stopFor(look)) return
    this.#held.push(chunk)
    if (look === 'clean') this.#release()
    if (!this.#res.writableNeedDrain) controller.resume()
  }

  async #lookAtEnd(encoded: EncodedEcho): Promise<void> {
    const look = await encoded.end()
    if (this.#over || this.#stopFor(look)) return
    this.#release()
    this.#complete()
  }

  #stopFor(look: Look): boolean {
    const { provider } = this.#options
    if (look === 'echo') this.#stopEcho()
    else if (look === 'unreadable') {
      this.#stop(
        'cut',
        appError('upstream_failed', { name: provider, what: 'answered in an encoding that cannot be read' }),
      )
    } else return false
    return true
  }

  #release(): void {
    for (const chunk of this.#held.splice(0)) this.#pass(chunk)
  }

  readonly #pass = (bytes: Buffer): void => {
    this.#sendHead(false)
    if (this.#over) return
    this.#firstByte ??= performance.now() - this.#began
    const end = this.#parting === undefined ? undefined : this.#events?.endIn(bytes)
    const passed = end === undefined ? bytes : bytes.subarray(0, end)
    this.#events?.push(passed)
    this.#res.write(passed)
    this.#options.watcher?.onChunk?.(passed)
    if (end !== undefined && this.#parting !== undefined) this.#part(this.#parting.why)
  }

  #part(why: AppError): void {
    if (this.#over) return
    this.#finish('cut', { how: 'over' })
    this.#controller?.abort(why)
    this.#res.end(this.#options.lastEvent(why))
  }

  #sendHead(alone: boolean): void {
    const head = this.#head
    if (head === undefined || this.#over) return
    this.#head = undefined
    try {
      this.#res.writeHead(head.status, head.headers)
    } catch (cause) {
      // Node refuses to write some header values that it reads.
      this.failed(cause)
      return
    }
    if (alone) this.#res.flushHeaders()
    this.#options.watcher?.onHead?.(head.status, head.headers)
  }

  #complete(): void {
    if (this.#over) return
    this.#guard.end(this.#pass)
    this.#sendHead(false)
    if (this.#over) return
    this.#finish('complete', { how: 'over' })
    this.#res.end()
  }

  readonly #onDrain = (): void => {
    if (!this.#looking) this.#controller?.resume()
  }

  readonly #onClose = (): void => {
    if (this.#over) return
    this.#finish('client_gone', { how: 'over' })
    this.#controller?.abort(new Error('the caller is gone'))
  }

  #stopEcho(): void {
    this.#options.onEcho()
    this.#stop('cut', appError('upstream_echoed_key', { name: this.#options.provider }))
  }

  /** Before the head the caller is told why; after it the only honest thing is a connection that breaks. */
  #stop(outcome: Ending['outcome'], why: AppError): void {
    if (this.#over) return
    const begun = this.#res.headersSent
    this.#finish(outcome, begun ? { how: 'over' } : { how: 'refused', why })
    this.#controller?.abort(why)
    if (begun) this.#res.destroy()
  }

  #finish(outcome: Ending['outcome'], ended: Ended): void {
    this.#over = true
    clearTimeout(this.#parting?.timer)
    this.#res.off('drain', this.#onDrain)
    this.#res.off('close', this.#onClose)
    this.#encoded?.destroy()
    this.#held = []
    this.#weighed = undefined
    const total_ms = performance.now() - this.#began
    this.#options.watcher?.onFinish({ status: this.#status, outcome, first_byte_ms: this.#firstByte, total_ms })
    this.#settle(ended)
  }
}

function rawHeadersOf({ rawHeaders }: Dispatcher.DispatchController): string[] {
  if (!Array.isArray(rawHeaders)) return []
  return rawHeaders.map((text) => (typeof text === 'string' ? text : text.toString('latin1')))
}
