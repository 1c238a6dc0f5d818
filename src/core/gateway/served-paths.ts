// What may be asked of a provider. The paths are relative to the base URL of each dialect's official SDK and are taken
// from the SDKs' own sources; whatever is not here needs a scope of its own.
import type { Dialect } from '../../shared/schemas.ts'
import type { Scope } from './ports.ts'

export interface ServedPath {
  methods: readonly string[]
  pattern: RegExp
  /** How records name it. */
  route: string
  scope: Scope
  /** Where the model stands: a text at the top of a JSON body, a part of the path, or nowhere. */
  model: 'body' | 'path' | 'none'
}

const READ = ['GET', 'HEAD']
const POST = ['POST']
const KEPT = ['GET', 'HEAD', 'DELETE']
const ANY = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']

const path = (
  methods: readonly string[],
  pattern: RegExp,
  route: string,
  scope: Scope,
  model: ServedPath['model'] = 'none',
): ServedPath => ({ methods, pattern, route, scope, model })

const openai: readonly ServedPath[] = [
  path(POST, /^\/chat\/completions$/, '/chat/completions', 'inference', 'body'),
  path(POST, /^\/responses$/, '/responses', 'inference', 'body'),
  path(POST, /^\/responses\/compact$/, '/responses/compact', 'inference', 'body'),
  path(POST, /^\/responses\/input_tokens$/, '/responses/input_tokens', 'inference', 'body'),
  path(POST, /^\/completions$/, '/completions', 'inference', 'body'),
  path(POST, /^\/embeddings$/, '/embeddings', 'embeddings', 'body'),
  path(POST, /^\/moderations$/, '/moderations', 'inference', 'body'),
  path(POST, /^\/decisions$/, '/decisions', 'inference', 'body'),
  path(POST, /^\/images\/generations$/, '/images/generations', 'inference', 'body'),
  path(POST, /^\/images\/(?:edits|variations)$/, '/images/…', 'inference'),
  path(POST, /^\/audio\/speech$/, '/audio/speech', 'inference', 'body'),
  path(POST, /^\/audio\/(?:transcriptions|translations)$/, '/audio/…', 'inference'),
  // xAI's names for speech.
  path(POST, /^\/(?:tts|stt)$/, '/tts, /stt', 'inference'),
  path(POST, /^\/videos(?:\/(?:generations|edits|extensions))?$/, '/videos', 'inference'),
  path(READ, /^\/videos\/[^/]+(?:\/content)?$/, '/videos/{id}', 'inference'),
  path(KEPT, /^\/responses\/[^/]+$/, '/responses/{id}', 'inference'),
  path(READ, /^\/responses\/[^/]+\/input_items$/, '/responses/{id}/input_items', 'inference'),
  path(POST, /^\/responses\/[^/]+\/cancel$/, '/responses/{id}/cancel', 'inference'),
  path(READ, /^\/models(?:\/.+)?$/, '/models', 'models'),
  path(ANY, /^\/(?:files|uploads)(?:\/.+)?$/, '/files', 'files'),
]

const anthropic: readonly ServedPath[] = [
  path(POST, /^\/v1\/messages$/, '/v1/messages', 'inference', 'body'),
  path(POST, /^\/v1\/messages\/count_tokens$/, '/v1/messages/count_tokens', 'inference', 'body'),
  path(READ, /^\/v1\/models(?:\/[^/]+)?$/, '/v1/models', 'models'),
  path(ANY, /^\/v1\/files(?:\/.+)?$/, '/v1/files', 'files'),
]

const VERSION = String.raw`^\/v\d+(?:alpha|beta)?\d*`
const at = (rest: string): RegExp => new RegExp(VERSION + rest)

const google: readonly ServedPath[] = [
  path(POST, at('/.+:(?:generateContent|streamGenerateContent)$'), ':generateContent', 'inference', 'path'),
  path(POST, at('/.+:(?:countTokens|computeTokens)$'), ':countTokens', 'inference', 'path'),
  path(POST, at('/.+:(?:embedContent|batchEmbedContents)$'), ':embedContent', 'embeddings', 'path'),
  path(POST, at('/.+:(?:predict|predictLongRunning)$'), ':predict', 'inference', 'path'),
  path(POST, at('/interactions$'), '/interactions', 'inference', 'body'),
  path(KEPT, at('/interactions/[^/]+$'), '/interactions/{id}', 'inference'),
  path(POST, at('/interactions/[^/]+/cancel$'), '/interactions/{id}/cancel', 'inference'),
  path(POST, at('/decisions$'), '/decisions', 'inference', 'body'),
  path(READ, at('/(?:models/[^/]+/)?operations/[^/]+$'), '/operations/{id}', 'inference'),
  path(READ, at('/models(?:/[^/]+)?$'), '/models', 'models'),
  path(ANY, at('/files(?:/.+|:register)?$'), '/files', 'files'),
  path(ANY, /^\/upload\/v\d+(?:alpha|beta)?\d*\/files(?:\/.+)?$/, '/files', 'files'),
]

const served: Readonly<Record<Dialect, readonly ServedPath[]>> = { openai, anthropic, google }

const elsewhere = path(ANY, /^/, '…', 'other')

export const METHODS: ReadonlySet<string> = new Set(ANY)

/** The row of a path; for a method that is not served there another row of it, and undefined for a path in no row. */
export function findServedPath(dialect: Dialect, method: string, rest: string): ServedPath | undefined {
  let other: ServedPath | undefined
  for (const row of served[dialect]) {
    if (!row.pattern.test(rest)) continue
    if (row.methods.includes(method)) return row
    other ??= row
  }
  return other
}

/** What stands for a path that is in no list. */
export function unlistedPath(): ServedPath {
  return elsewhere
}
