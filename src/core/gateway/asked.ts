import type { IncomingMessage, ServerResponse } from 'node:http'
import { appError, type AppError } from '../../shared/errors.ts'
import type { Dialect } from '../../shared/schemas.ts'
import type { Answer } from '../http/answer.ts'
import type { Admitted } from '../http/caller.ts'
import type { Store } from '../store/store.ts'
import { ArrivingBody } from './arriving-body.ts'
import { ModelScanner, type FoundModels } from './model-scanner.ts'
import type { GatewayPorts } from './ports.ts'
import { guessDialect, refusalOf } from './refusal.ts'

export interface GatewayLimits {
  /** Of a body that has to be read first. */
  body_bytes: number
  /** Of a body that is kept for a further key. */
  retry_bytes: number
}

export const defaultGatewayLimits: GatewayLimits = { body_bytes: 67_108_864, retry_bytes: 8_388_608 }

export interface PlanDeps {
  ports: GatewayPorts
  limits: GatewayLimits
  /** Reads the vault, holding its file for as long as `act` runs: never across the arrival of a body. */
  read: <T>(act: (store: Store) => Promise<T>) => Promise<T>
}

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

  /** Begins to take the body in; `keep` as ArrivingBody has it. */
  body(keep = 0): ArrivingBody {
    if (this.#body === undefined) {
      this.#sendContinue()
      this.#body = new ArrivingBody(this.req, keep)
    }
    return this.#body
  }

  /** Reads the body to its end and finds the model in it. */
  async readModel(limit: number): Promise<{ bytes: Buffer; found: FoundModels }> {
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
