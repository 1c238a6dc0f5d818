import { mkdirSync } from 'node:fs'
import { expect } from 'vitest'
import { z } from 'zod'
import { placesFrom } from '../../src/core/places.ts'
import { createVault, openVaultForWriting } from '../../src/core/store/sqlite/sqlite-vault-file.ts'
import type { OpenedStore } from './store-suite.ts'
import { tempHome } from './temp-core.ts'
import { dumpVault } from './vault-dump.ts'

/** An empty vault without a master key, in a folder of its own; gone when closed. */
export async function openSqlite(): Promise<OpenedStore & { home: string }> {
  const temp = tempHome()
  mkdirSync(temp.home, { mode: 0o700 })
  const { vault } = placesFrom({ LATCHKEY_HOME: temp.home })
  const options = { warn: (sentence: string) => expect.fail(sentence) }
  await createVault(vault, async () => undefined, options)
  const file = await openVaultForWriting(vault, options)
  return {
    home: temp.home,
    store: file.store,
    audit: () => (dumpVault(temp.home)['audit'] ?? []).map(toAudit),
    async close() {
      file.close()
      temp[Symbol.dispose]()
    },
  }
}

const Audit = z.object({
  act: z.string(),
  provider: z.string().nullable(),
  door: z.string(),
  os_user: z.string(),
  pid: z.number(),
  detail: z.string().transform((text) => JSON.parse(text) as unknown),
})

function toAudit(row: unknown): z.infer<typeof Audit> {
  return Audit.parse(row)
}
