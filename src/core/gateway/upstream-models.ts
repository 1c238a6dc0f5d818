import type { Dialect } from '../../shared/schemas.ts'
import { ModelName } from '../../shared/schemas.ts'

export interface UpstreamModel {
  name: string
  display_name: string
}

export interface ModelPage {
  models: UpstreamModel[]
  /** The query of the next page; null after the last. */
  next: string | null
}

const MOST = 10_000

/** Reads a provider's list of models; undefined where the text is none. */
export function readModelPage(dialect: Dialect, text: string): ModelPage | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  const list = Array.isArray(value) ? value : (fieldOf(value, 'data') ?? fieldOf(value, 'models'))
  if (!Array.isArray(list)) return undefined
  const models = new Map<string, UpstreamModel>()
  for (const row of list.slice(0, MOST)) {
    const id = fieldOf(row, dialect === 'google' ? 'name' : 'id') ?? fieldOf(row, 'name')
    const name = ModelName.safeParse(typeof id === 'string' ? id.replace(/^models\//, '') : id)
    if (!name.success) continue
    const shown = fieldOf(row, 'display_name') ?? fieldOf(row, 'displayName') ?? fieldOf(row, 'name')
    const display_name = dialect === 'google' ? (fieldOf(row, 'displayName') ?? name.data) : (shown ?? name.data)
    models.set(name.data, { name: name.data, display_name: readable(display_name, name.data) })
  }
  return { models: [...models.values()], next: nextOf(dialect, value) }
}

function nextOf(dialect: Dialect, value: unknown): string | null {
  const [more, name] =
    dialect === 'google'
      ? [fieldOf(value, 'nextPageToken'), 'pageToken']
      : [fieldOf(value, 'has_more') === true ? fieldOf(value, 'last_id') : undefined, 'after_id']
  return typeof more === 'string' && more !== '' ? `${name}=${encodeURIComponent(more)}` : null
}

function readable(shown: unknown, name: string): string {
  const text = typeof shown === 'string' ? shown.trim().slice(0, 255) : ''
  return text === '' || /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u.test(text) ? name : text
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && name in value
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined
}
