import type { ChildProcessByStdio } from 'node:child_process'
import type { Readable } from 'node:stream'
import { expect } from 'vitest'
import { getDecryptedApiKey } from '../../src/core/providers/provider-service.ts'
import { seeded } from './seeded.ts'
import { openTempCore, tempHome } from './temp-core.ts'
import { integrityOf } from './vault-dump.ts'

interface Load {
  runs: number
  seed: number
  /** Starts a process that changes the vault of this home, and tells each change that was answered. */
  start: (home: string) => ChildProcessByStdio<null, Readable, null>
  key: string
}

/** Kills a changing process at random moments; what was answered must be there, and every key must open. */
export async function killUnderLoad({ runs, seed, start, key }: Load): Promise<void> {
  const random = seeded(seed)
  using folder = tempHome()
  for (let run = 0; run < runs; run += 1) {
    const home = `${folder.home}-${run}`
    const wanted = 1 + random(40)
    const said = await killedAfter(start(home), wanted)
    expect(integrityOf(home), `seed ${seed}, run ${run}`).toEqual(['ok', []])
    await using temp = await openTempCore({ home, key })
    const kept = new Map((await temp.client.listProviders()).map((provider) => [provider.name, provider]))
    for (const [name, secret] of said.created) {
      const provider = kept.get(name)
      // Its deletion may have been under way, told or not.
      if (provider === undefined) {
        expect(said.deleted.has(name) || name === said.last, `${name} is lost; seed ${seed}, run ${run}`).toBe(true)
      } else {
        expect((await getDecryptedApiKey(temp.core.vault, { id: provider.id })).toString()).toBe(secret)
      }
    }
    for (const name of said.deleted) expect(kept.has(name), `${name} is back`).toBe(false)
  }
}

interface Said {
  created: Map<string, string>
  deleted: Set<string>
  last: string
}

/** Kills the process once it has told of `changes` changes. */
async function killedAfter(process: ChildProcessByStdio<null, Readable, null>, changes: number): Promise<Said> {
  let text = ''
  await new Promise<void>((resolve) => {
    process.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (text.split('\n').length > changes) process.kill('SIGKILL')
    })
    process.once('close', () => resolve())
  })
  const said: Said = { created: new Map(), deleted: new Set(), last: '' }
  // What follows the last line break was not told whole.
  for (const line of text.split('\n').slice(0, -1)) {
    const [what, name = '', secret = ''] = line.split(' ')
    if (what === 'created') said.created.set(name, secret)
    if (what === 'deleted') said.deleted.add(name)
    said.last = name
  }
  return said
}
