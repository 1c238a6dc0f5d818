import { appError, type AppError } from '../../shared/errors.ts'
import type { Store } from '../store/store.ts'
import type { GatewayPorts, Intent } from './ports.ts'
import type { KnownProvider, ProviderBook } from './provider-book.ts'

/** A model as its provider calls it. */
export interface ResolvedModel {
  provider: KnownProvider
  model: string
}

/**
 * Finds whose model is meant: `provider/model`, where the provider decides and the model may be any; or a bare name that
 * one keyed provider has, of those the caller may use; a stored key goes before one of the environment. Throws `model_ambiguous`, or why there is none.
 */
export async function resolveModel(
  written: string,
  store: Store,
  book: ProviderBook,
  { mayUse, keyedByEnvironment }: Pick<GatewayPorts, 'mayUse' | 'keyedByEnvironment'>,
  asked: Pick<Intent, 'caller' | 'scope'>,
): Promise<ResolvedModel> {
  const slash = written.indexOf('/')
  if (slash > 0) {
    const provider = await book.find(store, written.slice(0, slash))
    if (provider !== undefined) return { provider, model: written.slice(slash + 1) }
  }
  let refusal: AppError | undefined
  const usable: string[] = []
  const consider = (provider: string): void => {
    const why = mayUse({ ...asked, provider, model: written })
    if (why === undefined) usable.push(provider)
    else refusal = why
  }
  for (const name of await store.listModelNames()) {
    // A provider's name has no slash, a model's may.
    const provider = name.slice(0, name.indexOf('/'))
    if (name.length === provider.length + 1 + written.length && name.endsWith(written)) consider(provider)
  }
  if (usable.length === 0) {
    for (const provider of await keyedByEnvironment(store)) {
      const models = (await store.findProvider({ name: provider }))?.models
      if (models?.some(({ name }) => name === written) === true) consider(provider)
    }
  }
  const [name, another] = usable
  if (another !== undefined) throw appError('model_ambiguous', { model: written, providers: usable })
  const provider = name === undefined ? undefined : await book.find(store, name)
  if (provider === undefined) throw refusal ?? unknownModel(written)
  return { provider, model: written }
}

export function unknownModel(written: string): AppError {
  return appError(
    'model_not_found',
    { ref: written },
    {
      hint: 'No provider with a key has it. Write it as provider/model, or add it to its provider; /v1/models lists all',
    },
  )
}
