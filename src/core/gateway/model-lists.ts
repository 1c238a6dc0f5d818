// The models of all keyed providers, in the shape of the one who asks. All three dialects have a list at /v1/models, so
// the caller's own headers decide.
import type { IncomingHttpHeaders } from 'node:http'
import { appError } from '../../shared/errors.ts'
import type { Dialect } from '../../shared/schemas.ts'
import { jsonAnswer, type Answer } from '../http/answer.ts'
import type { ModelRow, ProviderRow, Store } from '../store/store.ts'
import type { Asked } from './asked.ts'
import { endpointsOf } from './endpoint.ts'
import { undoubled } from './one-address.ts'
import { checkMethod } from './plan.ts'
import type { GatewayPorts } from './ports.ts'
import { unknownModel } from './resolve-model.ts'
import { checkPath } from './safe-path.ts'

const SHAPE = /^\/(v1|v1beta)\/models(?:\/(.+))?$/
const READ = { methods: ['GET', 'HEAD'], pattern: SHAPE, route: '/models', scope: 'models', model: 'none' } as const

/** Answers a request for a list of models, or for one of them; undefined for any other. */
export async function answerModels(asked: Asked, deps: ListDeps): Promise<Answer | undefined> {
  const path = undoubled(asked.request.path)
  const [, version, id] = SHAPE.exec(path) ?? []
  // `models/NAME:generateContent` names a model too.
  if (version === undefined || (asked.request.method === 'POST' && id !== undefined)) return undefined
  asked.dialect = version === 'v1beta' ? 'google' : whoAsks(asked.req.headers)
  checkMethod(asked.request.method, READ)
  checkPath(path)
  const { list, one } = shapes[asked.dialect]
  const all = await listed(asked, deps)
  if (id === undefined) return jsonAnswer(200, list(all), `/${version}/models`)
  const written = decodeURIComponent(id)
  const [found, another] = all.filter(({ name, owner }) => name === written || name === `${owner}/${written}`)
  if (found === undefined) throw unknownModel(written)
  if (another !== undefined) {
    throw appError('model_ambiguous', { model: written, providers: [found.owner, another.owner] })
  }
  return jsonAnswer(200, one({ ...found, name: written }), `/${version}/models/{id}`)
}

export interface ListDeps extends Pick<GatewayPorts, 'mayUse' | 'keyedByEnvironment'> {
  /** Reads the vault. */
  read: <T>(act: (store: Store) => Promise<T>) => Promise<T>
}

function whoAsks(headers: IncomingHttpHeaders): Dialect {
  // @google/genai asks for /v1 unless it is told otherwise.
  if (headers['x-goog-api-key'] !== undefined || headers['x-goog-api-client'] !== undefined) return 'google'
  return headers['anthropic-version'] !== undefined || headers['x-api-key'] !== undefined ? 'anthropic' : 'openai'
}

interface Listed extends Pick<ModelRow, 'name' | 'display_name' | 'created_at'> {
  owner: string
}

/** What the caller could call in this dialect, as `provider/model`. */
async function listed(
  { request: { caller }, dialect }: Asked,
  { mayUse, keyedByEnvironment, read }: ListDeps,
): Promise<Listed[]> {
  const [providers, others] = await read(
    async (store) => [await store.listProviders(), await keyedByEnvironment(store)] as const,
  )
  const callable = (row: ProviderRow): boolean =>
    (row.api_key_encrypted !== null || others.has(row.name)) &&
    endpointsOf(row).some((endpoint) => endpoint.dialect === dialect)
  return providers
    .filter(callable)
    .flatMap(({ name: owner, models }) =>
      models
        .filter(({ name }) => mayUse({ caller, provider: owner, model: name, scope: 'models' }) === undefined)
        .map(({ name, display_name, created_at }) => ({ name: `${owner}/${name}`, display_name, created_at, owner })),
    )
}

interface Shape {
  list: (models: Listed[]) => unknown
  one: (model: Listed) => unknown
}

const openai = ({ name, created_at, owner }: Listed) => ({
  id: name,
  object: 'model',
  created: Math.floor(Date.parse(created_at) / 1000),
  owned_by: owner,
})

// What is not known is null, where the SDK's types let it be.
const anthropic = ({ name, display_name, created_at }: Listed) => ({
  type: 'model',
  id: name,
  display_name,
  created_at,
  capabilities: null,
  deprecated_at: null,
  lifecycle: 'active',
  line: null,
  max_input_tokens: null,
  max_tokens: null,
  retires_at: null,
})

const google = ({ name, display_name }: Listed) => ({ name: `models/${name}`, displayName: display_name })

const shapes: Readonly<Record<Dialect, Shape>> = {
  openai: { list: (models) => ({ object: 'list', data: models.map(openai) }), one: openai },
  anthropic: {
    list: (models) => ({
      data: models.map(anthropic),
      has_more: false,
      first_id: models[0]?.name ?? null,
      last_id: models.at(-1)?.name ?? null,
    }),
    one: anthropic,
  },
  google: { list: (models) => ({ models: models.map(google) }), one: google },
}
