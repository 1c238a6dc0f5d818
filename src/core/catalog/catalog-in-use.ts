import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import type { Places } from '../places.ts'
import { readSmallFile } from '../private-files.ts'
import type { Catalog } from './models-yaml.ts'
import { shippedCatalogPath } from './shipped-catalog.ts'

/** The catalog of this start: the person's own where one lies in the Latchkey folder, else the shipped one. */
export interface CatalogInUse {
  readonly path: string
  /** Looks at the file. Changes with it; equal to what was merged last where nothing needs to be merged. */
  digest(): Promise<string>
  /** Checks what `digest` found, once. Throws `CatalogError`, with line and column. */
  load(): Promise<Catalog>
}

/** Raised when the rules of the merge change, so that an unchanged file is merged again. */
const MERGE_RULES = 1

/** As large as a catalog may be; of a larger one `load` says so. Its own constant, or a hash would load all of YAML. */
const LIMIT = 1024 * 1024

interface Found {
  digest: string
  /** Undefined where the file could not be read. */
  bytes: Buffer | undefined
  loading?: Promise<Catalog>
}

export function catalogInUse(places: Places): CatalogInUse {
  const path = existsSync(places.user_catalog) ? places.user_catalog : shippedCatalogPath()
  let found: Found | undefined

  function look(): Found {
    const bytes = bytesOf(path)
    const digest =
      bytes === undefined ? 'unreadable' : createHash('sha256').update(`${MERGE_RULES}\n`).update(bytes).digest('hex')
    if (found === undefined || found.digest !== digest || bytes === undefined) found = { digest, bytes }
    return found
  }

  return {
    path,
    // Reading YAML costs far more than a hash, and most starts find the file as it was.
    digest: async () => look().digest,
    // The very bytes of the digest: a file edited in between would be taken for merged and never be.
    load: () => {
      const now = found ?? look()
      now.loading ??= import('./models-yaml.ts').then(({ readCatalogBytes, readCatalogFile }) =>
        now.bytes === undefined ? readCatalogFile(path) : readCatalogBytes(now.bytes, path),
      )
      return now.loading
    },
  }
}

function bytesOf(path: string): Buffer | undefined {
  try {
    return readSmallFile(path, LIMIT, false)?.bytes
  } catch {
    // load() says what is wrong with it, in words.
    return undefined
  }
}
