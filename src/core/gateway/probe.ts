// What can be learned of a key without paying: the provider's own list of models, and what xAI tells of a key.
import type { Auth, Dialect } from '../../shared/schemas.ts'
import { askUpstream } from './ask-upstream.ts'
import { keyVerdict, type Verdict } from './key-verdict.ts'
import { redact } from './redact.ts'
import { keyHeader } from './request-headers.ts'
import { baseOf, targetOf } from './target.ts'
import { upstreamError } from './upstream-error.ts'
import { readModelPage, type ModelPage, type UpstreamModel } from './upstream-models.ts'
import type { Upstreams } from './upstreams.ts'

/** A provider as it is, or as the wizard has it before it is saved. */
export interface Probed {
  name: string
  base_url: string
  dialect: Dialect
  auth: Auth
}

export interface Probe {
  /**
   * `valid`: the key works. `refused`: the provider does not know it, or no longer. `limited`: it may not do this, or has
   * used up what it may. `unclear`: the provider says something else. `unreachable`: it says nothing.
   */
  verdict: Verdict | 'unreachable'
  /** One sentence for a person. */
  detail: string
  reachable: boolean
  /** Null where the answer does not tell. */
  authenticated: boolean | null
  /** Whether the model is in the provider's list; null where none was asked for, or there is no list. */
  model_usable: boolean | null
  latency_ms: number | null
  method: 'GET'
  /** Without any credential. */
  url: string
  status: number | null
  /** The beginning of what the provider said, without the key. */
  body: string | null
  /** Where the list was found, if that tells of a mistake in the address. */
  suggested_base_url: string | null
}

export interface FetchedModels {
  probe: Probe
  /** Null where the provider gave no list. */
  models: UpstreamModel[] | null
}

const LIST_BYTES = 8_388_608
const SHOWN = 2_048
const TIME = 15_000
const PAGES = 20

/** Tests a key where the provider charges nothing for it. Never throws for what the provider does. */
export async function probeProvider(
  upstreams: Upstreams,
  provider: Probed,
  key: Buffer,
  model?: string,
): Promise<Probe> {
  const { probe, models } = await fetchModels(upstreams, provider, key)
  if (model === undefined || models === null) return probe
  const model_usable = models.some(({ name }) => name === model)
  const detail = model_usable ? probe.detail : `${probe.detail}, and the provider does not list the model '${model}'`
  return { ...probe, model_usable, detail }
}

/** The provider's models, all pages of them, and what asking told of the key. */
export async function fetchModels(upstreams: Upstreams, provider: Probed, key: Buffer): Promise<FetchedModels> {
  const signal = AbortSignal.timeout(TIME)
  const ask = (place: Place, query: string) => askOnce(upstreams, provider, key, place, query, signal)
  if (isXai(provider)) {
    const { probe } = await ask({ base_url: provider.base_url, rest: '/api-key', meant: null }, '')
    if (probe.verdict !== 'valid') return { probe, models: null }
  }
  const [own, ...others] = placesOf(provider)
  const query = QUERIES[provider.dialect]
  let place = own
  let { probe, page } = await ask(own, query)
  for (const other of others) {
    if (probe.status !== 404) break
    const found = await ask(other, query)
    if (found.page !== undefined) ({ probe, page, place } = { ...found, place: other })
  }
  if (page === undefined) return { probe, models: null }
  const models = [...page.models]
  for (let pages = 1; typeof page?.next === 'string' && pages < PAGES; pages++) {
    ;({ page } = await ask(place, query === '' ? page.next : `${query}&${page.next}`))
    models.push(...(page?.models ?? []))
  }
  return { probe, models }
}

/** Where a list of models may be, below an address of the provider's own origin. */
interface Place {
  base_url: string
  rest: string
  /** The base URL that was probably meant, if the list is there. */
  meant: string | null
}

const QUERIES: Readonly<Record<Dialect, string>> = { openai: '', anthropic: 'limit=1000', google: 'pageSize=1000' }

function placesOf({ base_url, dialect }: Probed): [Place, ...Place[]] {
  const { path } = baseOf(base_url)
  const bare = base_url.replace(/\/+$/, '')
  if (dialect === 'google') return [{ base_url, rest: '/v1beta/models', meant: null }]
  if (dialect === 'openai') {
    const own: Place = { base_url, rest: '/models', meant: null }
    return path.endsWith('/v1') ? [own] : [own, { base_url, rest: '/v1/models', meant: `${bare}/v1` }]
  }
  const own: Place = { base_url, rest: '/v1/models', meant: null }
  if (path === '') return [own]
  // Many speak Anthropic's dialect at an address of its own and have their list beside it.
  const above = bare.slice(0, bare.lastIndexOf('/'))
  return [
    own,
    { base_url, rest: '/models', meant: path.endsWith('/v1') ? above : null },
    { base_url: above, rest: '/v1/models', meant: null },
    { base_url: above, rest: '/models', meant: null },
  ]
}

function isXai({ name, base_url }: Probed): boolean {
  return name === 'xai' || /(?:^|\.)x\.ai$/.test(new URL(base_url).hostname)
}

async function askOnce(
  upstreams: Upstreams,
  { name, dialect, auth }: Probed,
  key: Buffer,
  { base_url, rest, meant }: Place,
  query: string,
  signal: AbortSignal,
): Promise<{ probe: Probe; page: ModelPage | undefined }> {
  const target = targetOf(baseOf(base_url), rest, query)
  const about = { method: 'GET', url: target.origin + target.path, model_usable: null } as const
  const headers = ['accept', 'application/json', 'accept-encoding', 'identity', ...keyHeader(auth, key)]
  if (dialect === 'anthropic') headers.push('anthropic-version', '2023-06-01')
  try {
    const reply = await askUpstream(upstreams, target, headers, { limit: LIST_BYTES, signal })
    const text = reply.body.toString('utf8')
    const { verdict, authenticated, detail } = keyVerdict(reply)
    const page = verdict === 'valid' ? readModelPage(dialect, text) : undefined
    const wrongAddress = page !== undefined && meant !== null
    const probe: Probe = {
      ...about,
      verdict,
      detail: wrongAddress ? `${detail}, but the address should be ${meant}` : detail,
      reachable: true,
      authenticated,
      latency_ms: Math.round(reply.latency_ms),
      status: reply.status,
      body: redact(text.slice(0, SHOWN), key),
      suggested_base_url: wrongAddress ? meant : null,
    }
    return { probe, page }
  } catch (cause) {
    const late = signal.aborted && cause === signal.reason
    const detail = late ? `Provider '${name}' did not answer within 15 seconds` : upstreamError(name, cause).message
    const nothing = { authenticated: null, latency_ms: null, status: null, body: null, suggested_base_url: null }
    return { probe: { ...about, ...nothing, verdict: 'unreachable', detail, reachable: false }, page: undefined }
  }
}
