// `npm run bench [PART…]`: measures every part of this folder, or those named, and prints. Nothing here passes or fails.
import { readdirSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { join } from 'node:path'
import type { Figure } from './figure.ts'

const wanted = process.argv.slice(2)
const parts = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => file.replace('.bench.ts', ''))
  .filter((part) => wanted.length === 0 || wanted.includes(part))

const [cpu] = cpus()
console.log(
  `${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpu?.model.trim() ?? 'unknown'}, ` +
    `${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${release()}, Node ${process.versions.node}`,
)
for (const part of parts) {
  const measures = Object.values((await import(join(import.meta.dirname, `${part}.bench.ts`))) as object)
  console.log(`\n${part}`)
  for (const measure of measures) {
    if (typeof measure !== 'function') continue
    for (const figure of (await measure()) as Figure[]) print(figure)
  }
}
// Sockets of a client under test may linger; there is nothing left to wait for.
process.exit(0)

function print({ name, value, unit }: Figure): void {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2
  console.log(
    `  ${name.padEnd(64)} ${value.toLocaleString('en', { maximumFractionDigits: digits }).padStart(12)} ${unit}`,
  )
}
