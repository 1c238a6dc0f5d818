import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { z } from 'zod'
import { originOf } from '../../shared/origin.ts'
import { Auth, BaseUrl, defaultAuth, Dialect, DisplayName, ModelName, ProviderName } from '../../shared/schemas.ts'
import { bounded, MAX_BYTES, readLocated, tooLong } from './located-yaml.ts'
import { CatalogError, quoted, type Fields, type Located } from './located.ts'

export { CatalogError } from './located.ts'

/** What a models.yaml says: the providers in its order, each name once. */
export interface Catalog {
  /** Where it was read from, as errors and `status` name it. */
  source: string
  providers: CatalogProvider[]
}

/** A provider of the catalog, with every default filled in. */
export interface CatalogProvider {
  name: string
  display_name: string
  base_url: string | null
  dialect: Dialect
  auth: Auth
  /** Base URLs for other dialects at the same origin. */
  endpoints: Partial<Record<Dialect, string>>
  /** An https page where a person gets a key. */
  key_url: string | null
  /** Those of two providers may match one key: the longest that fits decides. */
  key_prefixes: string[]
  /** Names of environment variables in which tools look for the key, the usual one first. */
  env: string[]
  models: CatalogModel[]
}

export interface CatalogModel {
  name: string
  display_name: string
  price?: CatalogPrice
}

/** USD per million tokens. Where `cached_input` is absent, cached input costs as much as other input. */
export interface CatalogPrice {
  input: number
  output: number
  cached_input?: number
}

// Aliases let a short text stand for many models; no catalog comes near this.
const MAX_MODELS = 100_000

// The window opens it in the person's browser.
const KeyUrl = z
  .string()
  .max(500, { error: 'An address has at most 500 characters.' })
  .refine((value) => /^https:\/\/[^\s\\@]+$/.test(value) && URL.canParse(value), {
    error: 'Write an https address, for example https://example.com/keys.',
  })

const KeyPrefix = z.string().regex(/^[\x21-\x7E]{1,64}$/, {
  error: 'Write 1 to 64 printable ASCII characters without spaces.',
})

// What these hold is no provider's key, and importing it as one would send it to a provider.
const OWN_VARIABLE = /^(ENCRYPTION_KEY$|LATCHKEY_)/

const EnvName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, {
    error: 'Write the name of an environment variable: letters, digits and underscore.',
  })
  .refine((value) => !OWN_VARIABLE.test(value), { error: "This variable is Latchkey's own; name another." })

/**
 * Reads a models.yaml. Fields it does not know are passed over; anything wrong is a CatalogError that names
 * `source`, line and column.
 */
export function readCatalog(text: string, source: string): Catalog {
  const root = readLocated(bounded(text, source), source)
  const providers = root.fields('the catalog').get('providers')?.value
  if (providers === undefined || providers.kind === 'nothing') {
    return root.refuse('the catalog has no providers; it begins with "providers:" and has one below it')
  }
  const models = { left: MAX_MODELS }
  const read = [...providers.fields('providers')].map(([name, at]) => readProvider(name, at.key, at.value, models))
  return { source, providers: read }
}

/** Reads a models.yaml from a file; one that cannot be read is a CatalogError with the system's error as its cause. */
export async function readCatalogFile(path: string): Promise<Catalog> {
  return readCatalogBytes(await readBounded(path), path)
}

/** The same for what was read of it already. */
export function readCatalogBytes(bytes: Buffer, path: string): Catalog {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new CatalogError(path, 'the file is not UTF-8 text; save it as UTF-8', undefined, cause)
  }
  return readCatalog(text, path)
}

async function readBounded(path: string): Promise<Buffer> {
  let file: FileHandle | undefined
  try {
    // Without O_NONBLOCK opening a FIFO waits until someone writes to it.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const stat = await file.stat()
    if (!stat.isFile()) throw new CatalogError(path, 'not a file; put a catalog there, or remove it')
    if (stat.size > MAX_BYTES) throw new CatalogError(path, tooLong)
    return await file.readFile()
  } catch (cause) {
    if (cause instanceof CatalogError) throw cause
    // The system's sentence ends with the path, which is said already.
    const reason = cause instanceof Error ? cause.message.replace(/, \w+ '.*$/, '') : String(cause)
    throw new CatalogError(path, `the file cannot be read (${reason})`, undefined, cause)
  } finally {
    await file?.close()
  }
}

function readProvider(name: string, key: Located, value: Located, models: { left: number }): CatalogProvider {
  const what = `provider ${quoted(name)}`
  checked(key, what, name, ProviderName)
  const fields = value.fields(what)
  const dialect = optional(fields, 'dialect', Dialect) ?? 'openai'
  const base_url = optional(fields, 'base_url', BaseUrl) ?? null
  return {
    name,
    display_name: optional(fields, 'display_name', DisplayName) ?? name,
    base_url,
    dialect,
    auth: optional(fields, 'auth', Auth) ?? defaultAuth(dialect),
    endpoints: readEndpoints(fields.get('endpoints')?.value, base_url),
    key_url: optional(fields, 'key_url', KeyUrl) ?? null,
    key_prefixes: readTexts(fields, 'key_prefixes', KeyPrefix),
    env: readTexts(fields, 'env', EnvName),
    models: readModels(fields.get('models')?.value, models),
  }
}

/** A key goes to every endpoint of its provider, so all of them are at the origin it was entered for. */
function readEndpoints(at: Located | undefined, base_url: string | null): CatalogProvider['endpoints'] {
  const endpoints: CatalogProvider['endpoints'] = {}
  const fields: Fields = at?.fields('endpoints') ?? new Map()
  for (const dialect of Dialect.options) {
    const url = optional(fields, dialect, BaseUrl)
    if (url === undefined) continue
    if (originOf(url) !== originOf(base_url)) {
      fields.get(dialect)?.value.refuse(`endpoints: ${dialect} must have the scheme, host and port of base_url`)
    }
    endpoints[dialect] = url
  }
  return endpoints
}

/** A list of names and maps, or a map from each name to a display name, a map, or whatever else was noted there. */
function readModels(at: Located | undefined, models: { left: number }): CatalogModel[] {
  if (at === undefined || at.kind === 'nothing') return []
  const read: CatalogModel[] = []
  const seen = new Set<string>()
  const add = (place: Located, written: string | undefined, fields: Fields, shown: string | undefined): void => {
    const name = checked(place, 'a model name', written, ModelName)
    if (seen.has(name)) place.refuse(`model ${quoted(name)} stands twice; keep one`)
    if (--models.left < 0) place.refuse(`more than ${MAX_MODELS.toLocaleString('en')} models; leave out some`)
    seen.add(name)
    const price = readPrice(fields.get('price')?.value)
    const display_name = shown ?? optional(fields, 'display_name', DisplayName) ?? name
    read.push(price === undefined ? { name, display_name } : { name, display_name, price })
  }

  if (at.kind === 'map') {
    for (const [name, { key, value }] of at.fields('models')) {
      if (value.kind === 'list')
        value.refuse(`model ${quoted(name)} takes a display name, a map or nothing, not a list`)
      const fields: Fields = value.kind === 'map' ? value.fields(`model ${quoted(name)}`) : new Map()
      const shown = value.kind === 'text' ? checked(value, 'display_name', value.text(''), DisplayName) : undefined
      add(key, name, fields, shown)
    }
    return read
  }
  if (at.kind !== 'list') at.refuse(`models must be a list or a map, not a ${at.kind}`)
  for (const item of at.items('models')) {
    if (item.kind === 'map') {
      const fields = item.fields('a model')
      const name = fields.get('name')?.value
      add(name ?? item, name?.text('name'), fields, undefined)
    } else {
      add(item, item.text('a model'), new Map(), undefined)
    }
  }
  return read
}

function readPrice(at: Located | undefined): CatalogPrice | undefined {
  if (at === undefined || at.kind === 'nothing') return undefined
  const fields = at.fields('price')
  const amount = (field: string): number | undefined => {
    const value = fields.get(field)?.value
    const number = value?.number(field)
    if (number !== undefined && !(number >= 0 && number < Infinity)) {
      value?.refuse(`${field} must be USD per million tokens, 0 or more`)
    }
    return number
  }
  const input = amount('input')
  const output = amount('output')
  const cached_input = amount('cached_input')
  if (input === undefined || output === undefined) {
    return at.refuse('price needs both input and output, in USD per million tokens; 0 where there is no charge')
  }
  return cached_input === undefined ? { input, output } : { input, output, cached_input }
}

function readTexts(fields: Fields, field: string, schema: z.ZodType<string>): string[] {
  const read = new Set<string>()
  for (const item of fields.get(field)?.value.items(field) ?? []) {
    const text = checked(item, field, item.text(field) ?? '', schema)
    if (read.has(text)) item.refuse(`${field} has ${quoted(text)} twice; keep one`)
    read.add(text)
  }
  return [...read]
}

function optional<T>(fields: Fields, field: string, schema: z.ZodType<T>): T | undefined {
  const value = fields.get(field)?.value
  const text = value?.text(field)
  return value === undefined || text === undefined ? undefined : checked(value, field, text, schema)
}

function checked<T>(at: Located, what: string, value: unknown, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  // The value is not repeated: it may be an address with a password in it.
  return at.refuse(`${what}: ${parsed.error.issues[0]?.message.replace(/\.$/, '') ?? 'not allowed'}`)
}
