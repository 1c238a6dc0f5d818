import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { Places } from '../places.ts'
import type { Catalog } from './models-yaml.ts'
import { shippedCatalogPath } from './shipped-catalog.ts'

/** The catalog of this start: the person's own where one lies in the Latchkey folder, else the shipped one. */
export interface CatalogInUse {
  readonly path: string
  /** Changes with the file; equal to what was merged last where nothing needs to be merged. */
  digest(): Promise<string>
  /** Reads and checks the file, once. Throws `CatalogError`, with line and column. */
  load(): Promise<Catalog>
}

/** Raised when the rules of the merge change, so that an unchanged file is merged again. */
const MERGE_RULES = 1

export function catalogInUse(places: Places): CatalogInUse {
  const path = existsSync(places.user_catalog) ? places.user_catalog : shippedCatalogPath()
  let loading: Promise<Catalog> | undefined
  return {
    path,
    async digest() {
      // Reading YAML costs far more than a hash, and most starts find the file as it was.
      const hash = createHash('sha256').update(`${MERGE_RULES}\n`)
      try {
        return hash.update(await readFile(path)).digest('hex')
      } catch {
        // load() says what is wrong with it, in words.
        return 'unreadable'
      }
    },
    // Most starts find the catalog as it was, and need no YAML at all.
    load: () => (loading ??= import('./models-yaml.ts').then(({ readCatalogFile }) => readCatalogFile(path))),
  }
}
