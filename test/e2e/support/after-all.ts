import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { CANARIES, sweep, usedCanaries } from './canaries.ts'

/** What the run itself wrote down must hold no key either: results, attachments, traces. */
export default function afterAll(): void {
  const list = process.env[CANARIES]
  if (list === undefined) return
  const found = sweep(['test-results'], usedCanaries())
  rmSync(dirname(list), { recursive: true })
  if (found.length > 0) throw new Error(`Keys that specs stored were found in the results:\n${found.join('\n')}`)
}
