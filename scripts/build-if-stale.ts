import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { runStep } from './run-step.ts'

const root = join(import.meta.dirname, '..')
const SOURCES = ['src', 'models.yaml', 'electron.vite.config.ts', 'package.json', 'package-lock.json']
const PRODUCTS = ['main/index.js', 'main/cli.js', 'preload/index.cjs', 'renderer/index.html', 'renderer-files.json']

/** Builds `out/` where it is missing or older than what it is made of; throws with what the build said. */
export async function buildIfStale(say: (line: string) => void): Promise<void> {
  if (!isStale(root)) return
  say('Building Latchkey …')
  const { ok, output } = await runStep('build', 'electron-vite', ['build'])
  if (!ok) throw new Error(`The build failed:\n${output.trimEnd()}`)
}

/** Whether a product of the build is missing below `folder`, or a source is newer than the oldest of them. */
export function isStale(folder: string): boolean {
  const products = PRODUCTS.map((file) => join(folder, 'out', file))
  if (!products.every((file) => existsSync(file))) return true
  const oldest = Math.min(...products.map((file) => statSync(file).mtimeMs))
  return SOURCES.some((source) => newest(join(folder, source)) > oldest)
}

function newest(path: string): number {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return 0
  if (!stats.isDirectory()) return stats.mtimeMs
  // A folder's own time moves when a file in it goes.
  return Math.max(stats.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))))
}
