import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { KeyRing } from '../../src/core/crypto/master-key.ts'
import { sealKey } from '../../src/core/providers/stored-key.ts'
import { openForWriting } from '../../src/core/store/sqlite/database.ts'
import { openTempCore, tempHome } from '../support/temp-core.ts'
import type { Figure } from './figure.ts'

const KEYS = 10_000

/** How long a vault of many keys takes to get another master key, and what the event loop feels of it meanwhile. */
export async function benchRotation(): Promise<Figure[]> {
  using folder = tempHome()
  const { home } = folder
  mkdirSync(home, { mode: 0o700 })
  writeFileSync(join(home, 'models.yaml'), 'providers: {}\n')
  await using temp = await openTempCore({ home, key: null })
  fill(home)
  await temp.client.listProviders()
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const began = performance.now()
  const { keys } = await temp.client.rotateMasterKey()
  const took = performance.now() - began
  delay.disable()
  if (keys !== KEYS) throw new Error(`${keys} of ${KEYS} keys were rotated`)
  return [
    { name: 'rotate the master key of 10,000 keys', value: took, unit: 'ms' },
    { name: 'longest stop of the event loop meanwhile', value: delay.max / 1e6, unit: 'ms' },
    { name: 'the same, 99th percentile', value: delay.percentile(99) / 1e6, unit: 'ms' },
  ]
}

/** Adds the keys in one transaction: through the operations it would take minutes. */
function fill(home: string): void {
  const ring = KeyRing.parse(readFileSync(join(home, 'master.key'), 'utf8').trim())
  const db = openForWriting(join(home, 'vault.db'))
  const insert = db.prepare(
    `INSERT INTO provider (name, display_name, base_url, api_key_encrypted, key_id, binding, master_key_id)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  )
  db.transaction(() => {
    for (let n = 0; n < KEYS; n += 1) {
      const place = { name: `p-${n}`, base_url: 'https://p.example/v1' }
      const { api_key_encrypted, key_id, binding, master_key_id } = sealKey(ring, place, `sk-${n}-${'x'.repeat(40)}`)
      insert.run(place.name, 'P', place.base_url, api_key_encrypted, key_id, binding, master_key_id)
    }
  })()
  db.close()
  ring.destroy()
}
