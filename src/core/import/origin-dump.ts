// What the origin system (Open R4U: FastAPI, PostgreSQL) keeps of providers: its tables `provider` and `model`, from a
// dump in SQL, from CSV, or from an SQLite file with the same tables.
import { open } from 'node:fs/promises'
import { z } from 'zod'
import { appError } from '../../shared/errors.ts'
import { reason } from '../private-files.ts'
import { rowsOfCsv } from './csv-rows.ts'
import { rowsOfDump, type Row } from './sql-tables.ts'
import { withSqliteCopy } from './sqlite-copy.ts'

/** A dump with the traces of a busy system is larger than anything that is needed here. */
const LIMIT = 256 * 1024 * 1024

const Text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')
const Id = z.coerce.number().pipe(z.int())

const OriginProvider = z.object({
  id: Id,
  name: Text,
  display_name: Text,
  base_url: Text,
  /** A Fernet token under the origin's ENCRYPTION_KEY; empty where there is no key. */
  api_key_encrypted: Text,
})
export type OriginProvider = z.infer<typeof OriginProvider>

const OriginModel = z.object({ id: Id, provider_id: Id, name: Text, display_name: Text })
export type OriginModel = z.infer<typeof OriginModel>

export interface OriginDump {
  providers: OriginProvider[]
  models: OriginModel[]
}

/** Reads one dump, or one CSV file for each table. Throws `import_unreadable`, with the file that it is about. */
export async function readOriginDump(paths: readonly string[]): Promise<OriginDump> {
  const dump: OriginDump = { providers: [], models: [] }
  for (const path of paths) {
    try {
      const { provider, model } = await tablesIn(path)
      dump.providers.push(...z.array(OriginProvider).parse(provider))
      dump.models.push(...z.array(OriginModel).parse(model))
    } catch (cause) {
      const what = cause instanceof z.ZodError ? 'its rows are not those of providers and models' : reason(cause)
      // The cause may quote a row; it goes no further.
      throw appError('import_unreadable', { path, what })
    }
  }
  if (dump.providers.length === 0) {
    throw appError('import_unreadable', { path: paths[0] ?? '', what: "it has no rows of a table 'provider'" })
  }
  return dump
}

async function tablesIn(path: string): Promise<{ provider: Row[]; model: Row[] }> {
  const bytes = await contentOf(path)
  if (bytes.toString('latin1', 0, 15) === 'SQLite format 3') return fromSqlite(path)
  if (bytes.toString('latin1', 0, 5) === 'PGDMP') {
    throw new Error('it is in a format of its own; make it with pg_dump --format=plain --table=provider --table=model')
  }
  const text = bytes.toString('utf8').replace(/^\ufeff/, '')
  const header = text.slice(0, text.search(/\r?\n|$/)).split(',')
  if (header.includes('api_key_encrypted')) return { provider: rowsOfCsv(text), model: [] }
  if (header.includes('provider_id')) return { provider: [], model: rowsOfCsv(text) }
  const tables = rowsOfDump(text, ['provider', 'model'])
  return { provider: tables.get('provider') ?? [], model: tables.get('model') ?? [] }
}

async function contentOf(path: string): Promise<Buffer> {
  const file = await open(path, 'r')
  try {
    const stats = await file.stat()
    if (!stats.isFile()) throw new Error('it is not a file')
    if (stats.size > LIMIT) {
      throw new Error('it is too large; dump only what is needed: pg_dump --table=provider --table=model')
    }
    return await file.readFile()
  } finally {
    await file.close()
  }
}

function fromSqlite(path: string): Promise<{ provider: Row[]; model: Row[] }> {
  return withSqliteCopy(path, (db) => {
    const has = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all()
    const rows = (table: string): Row[] => {
      if (!has.includes(table)) return []
      return (db.prepare(`SELECT * FROM ${table} ORDER BY id`).all() as Record<string, unknown>[]).map(toRow)
    }
    return { provider: rows('provider'), model: rows('model') }
  })
}

function toRow(columns: Record<string, unknown>): Row {
  const text = (value: unknown): string | null =>
    typeof value === 'string' ? value : typeof value === 'number' ? String(value) : null
  return Object.fromEntries(Object.entries(columns).map(([name, value]) => [name, text(value)]))
}
