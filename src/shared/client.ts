import { operationIds, type Client, type OperationId, type Output, type Sent } from './contract.ts'
import { fromErrorBody, type ErrorBody } from './errors.ts'

/** What a door answers: a value, never a throw, so that errors keep their code on every transport. */
export type Reply<T = unknown> = { ok: true; value: T } | { ok: false; error: ErrorBody }

/** Carries one operation to the core and brings its reply back. */
export type Call = <Id extends OperationId>(operation: Id, input: Sent<Id>) => Promise<Reply<Output<Id>>>

/** Makes a client over any transport: IPC, HTTP or none. Its functions throw `AppError` where the core refused. */
export function createClient(call: Call): Client {
  const act =
    (id: OperationId) =>
    async (input: Sent<typeof id> = {}) => {
      const reply = await call(id, input)
      if (!reply.ok) throw fromErrorBody(reply.error)
      return reply.value
    }
  // Made of the table's own names, not a Proxy: a Proxy would also answer `then`, `toJSON` and typing errors.
  return Object.fromEntries(operationIds.map((id) => [id, act(id)])) as unknown as Client
}
