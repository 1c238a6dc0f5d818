// Run by forgotten-key.test.ts with --expose-gc: uses a key ring, destroys it, and counts in this process's whole memory
// how often the secrets of the ring are still there. Needles are kept inverted, so that they do not find themselves.
import { hkdfSync, randomFillSync } from 'node:crypto'
import { closeSync, openSync, readFileSync, readSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { KeyRing, MasterKey, newKeyId } from '../../../src/core/crypto/master-key.ts'

const window = Buffer.alloc(1 << 22)

function invert(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => ~byte)
}

function isNeedleAt(chunk: Buffer, at: number, inverted: Uint8Array): boolean {
  return inverted.every((byte, index) => chunk[at + index] === (~byte & 0xff))
}

/** How often the bytes occur in the writable memory of this process. */
function occurrences(inverted: Uint8Array): number {
  const memory = openSync('/proc/self/mem', 'r')
  const start4 = invert(inverted.subarray(0, 4))
  let count = 0
  for (const [, from = '', to = ''] of readFileSync('/proc/self/maps', 'utf8').matchAll(/^(\w+)-(\w+) rw/gm)) {
    const end = parseInt(to, 16)
    for (let start = parseInt(from, 16); start < end; start += window.length - inverted.length + 1) {
      const length = readSync(memory, window, 0, Math.min(window.length, end - start), start)
      const chunk = window.subarray(0, length)
      for (let at = chunk.indexOf(start4); at !== -1; at = chunk.indexOf(start4, at + 1)) {
        if (isNeedleAt(chunk, at, inverted)) count += 1
      }
    }
  }
  closeSync(memory)
  window.fill(0)
  return count
}

async function collectGarbage(): Promise<void> {
  // Key objects are freed in the turn after the collection that finds them.
  for (let round = 0; round < 10; round++) {
    globalThis.gc?.()
    await nextTurn()
  }
}

/** In a function of its own, so that nothing of the last use is left on the stack. */
function useOften(used: KeyRing): void {
  for (let use = 0; use < 100; use++) {
    const { token, master_key_id } = used.seal(Buffer.from('a key'))
    used.open(token, master_key_id)
    used.bindingOf({ key_id: newKeyId(), provider_name: 'openai', origin: null, token })
  }
}

const raw = randomFillSync(Buffer.alloc(32))
const binding = new Uint8Array(hkdfSync('sha256', raw, '', 'latchkey/bind/v1', 32))
const needles = [raw.subarray(0, 16), raw.subarray(16), binding].map(invert)
binding.fill(0)

let ring: KeyRing | null = new KeyRing(new MasterKey(raw))
useOften(ring)
// The cipher of each use held the key, too, until it was collected.
await collectGarbage()
const inUse = needles.map(occurrences)
ring.destroy()
ring = null
await collectGarbage()
console.log(JSON.stringify({ inUse, destroyed: needles.map(occurrences) }))
