import { dispatch } from '../../../src/core/dispatch.ts'
import type { Caller } from '../../../src/core/http/caller.ts'
import { startListener, type Limits, type Listener } from '../../../src/core/http/listener.ts'
import type { ServeDeps } from '../../../src/core/http/serve-request.ts'
import { hashToken, newToken, sameHash } from '../../../src/core/http/token.ts'
import { createLog } from '../../../src/core/log.ts'
import { appError } from '../../../src/shared/errors.ts'
import type { Api } from '../../../src/shared/contract.ts'
import type { Provider } from '../../../src/shared/schemas.ts'

export interface TestListener extends AsyncDisposable {
  listener: Listener
  port: number
  token: string
  /** The operations that got as far as the core, in order. A refused request is not among them. */
  calls: string[]
  /** The lines of the log. */
  lines: string[]
  /** Forgets the token, as a revocation does. */
  revoke(): void
}

/** A real listener on a free port before a core of one list: what is tested here stands before the core. */
export async function openTestListener(
  options: { limits?: Partial<Limits>; token?: string; deps?: Partial<ServeDeps> } = {},
): Promise<TestListener> {
  const token = options.token ?? newToken()
  const admin: Caller = { kind: 'admin', name: 'test' }
  let known: Buffer | undefined = hashToken(token)
  const calls: string[] = []
  const lines: string[] = []
  const core = smallCore()
  const listener = await startListener(
    {
      call(operation, input) {
        calls.push(operation)
        return dispatch(core.api, 'rest', operation, input)
      },
      revision: core.revision,
      identify: (hash) => (known !== undefined && sameHash(hash, known) ? admin : undefined),
      log: createLog({ destination: { write: (line: string) => void lines.push(line) } }),
      ...options.deps,
    },
    { port: 0, limits: { closing_ms: 50, ...options.limits } },
  )
  return {
    listener,
    port: listener.port,
    token,
    calls,
    lines,
    revoke: () => (known = undefined),
    [Symbol.asyncDispose]: () => listener.close(),
  }
}

/** Lists, finds, adds and deletes providers in memory; every other operation is a mistake of the test. */
function smallCore(): { api: Api; revision: () => string } {
  const providers = new Map<number, Provider>()
  let revision = 0
  const find = (id: number): Provider => {
    const provider = providers.get(id)
    if (provider === undefined) throw appError('provider_not_found', { ref: id })
    return provider
  }
  const some: Partial<Api> = {
    listProviders: async () => [...providers.values()],
    getProvider: async ({ provider_id }) => find(provider_id),
    createProvider: async ({ name, display_name, base_url = null, dialect = 'openai', api_key, models = [] }) => {
      if ([...providers.values()].some((other) => other.name === name)) throw appError('provider_exists', { name })
      const id = ++revision
      const at = '2026-01-01T00:00:00Z'
      const provider: Provider = {
        id,
        name,
        display_name,
        base_url,
        dialect,
        auth: 'bearer',
        is_predefined: false,
        has_api_key: api_key !== undefined,
        key_state: api_key === undefined ? 'none' : 'stored',
        key_url: null,
        key_prefixes: [],
        created_at: at,
        updated_at: at,
        models: models.map((model, i) => ({
          id: i + 1,
          provider_id: id,
          name: model,
          display_name: model,
          created_at: at,
          updated_at: at,
        })),
      }
      providers.set(id, provider)
      return provider
    },
    updateProvider: async ({ provider_id, display_name }) => {
      const provider = { ...find(provider_id), ...(display_name === undefined ? {} : { display_name }) }
      providers.set(provider_id, provider)
      revision++
      return provider
    },
    deleteProvider: async ({ provider_id }) => {
      providers.delete(find(provider_id).id)
      revision++
    },
    makeListenerToken: async () => ({ token: newToken() }),
  }
  const api = new Proxy(some, {
    get: (known, id) =>
      known[id as keyof Api] ?? (() => Promise.reject(new Error(`${String(id)} is not in this core`))),
  }) as Api
  return { api, revision: () => String(revision) }
}
