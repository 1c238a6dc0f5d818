import type { IncomingMessage, ServerResponse } from 'node:http'
import { appError, type AppError } from '../../shared/errors.ts'
import type { Dialect } from '../../shared/schemas.ts'
import type { Answer } from '../http/answer.ts'
import type { Admitted } from '../http/caller.ts'
import { ArrivingBody } from './arriving-body.ts'
import { ModelScanner, type FoundModels } from './model-scanner.ts'
import { guessDialect, refusalOf } from './refusal.ts'

export interface GatewayLimits {
  /** Of a body that has to be read first. */
  body_bytes: number
  /** Of a body that is kept for a further key. */
  retry_bytes: number
}

/** A body that was read, and where it names its model. */
export interface ReadBody {
  bytes: Buffer
  found: FoundModels
}

export const defaultGatewayLimits: GatewayLimits = { body_bytes: 67_108_864, retry_bytes: 8_388_608 }

/** A request on its way through the gateway. */
export class Asked {
  readonly request: Admitted
  readonly req: IncomingMessage
  /** What refusals are written in: guessed at first, then as the path or the provider says. */
  dialect: Dialect
  readonly #sendContinue: () => void
  #body: ArrivingBody | undefined

  constructor(request: Admitted, req: IncomingMessage, sendContinue: () => void) {
    this.request = request
    this.req = req
    this.dialect = guessDialect(request.path, req.headers)
    this.#sendContinue = sendContinue
  }

  /** Begins to take the body in. */
  body(): ArrivingBody {
    if (this.#body === undefined) {
      this.#sendContinue()
      this.#body = new ArrivingBody(this.req)
    }
    return this.#body
  }

  /** How many bytes the body has: as announced, else as many as have come. */
  readonly bodySize = (): number => Number(this.req.headers['content-length'] ?? this.#body?.size ?? 0)

  /** A client that waits for "100 Continue" wants to hear of a refusal first. */
  get mayReadAhead(): boolean {
    return this.req.headers.expect === undefined
  }

  /** Reads the body to its end and finds the model in it. */
  async readBody(limit: number): Promise<ReadBody> {
    const encoding = this.req.headers['content-encoding']
    if (encoding !== undefined && !/^identity$/i.test(encoding)) throw appError('media_type_unsupported', undefined)
    const scanner = new ModelScanner()
    const bytes = await this.body().readAll(limit, scanner)
    return { bytes, found: scanner.end() }
  }

  /** Refuses in the caller's dialect, if the answer has not begun. */
  refuse(res: ServerResponse, error: AppError): void {
    // Where "100 Continue" was never sent, the client may send its next request in place of the body.
    if (this.#body === undefined && this.req.headers.expect !== undefined) res.shouldKeepAlive = false
    this.answer(res, refusalOf(error, this.dialect))
  }

  answer(res: ServerResponse, { status, headers, body }: Answer): void {
    if (res.headersSent || res.destroyed) return
    res.writeHead(status, headers)
    res.end(body)
  }

  /** Lets go of what has not been read. */
  done(): void {
    this.#body?.discard()
  }
}
