import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * Where the catalog lies that came with Latchkey: beside package.json in a source tree and in a bundle, else in the
 * resources folder of the packaged app.
 */
export function shippedCatalogPath(): string {
  const beside = join(packageFolder(import.meta.dirname), 'models.yaml')
  if (existsSync(beside) || !('resourcesPath' in process) || typeof process.resourcesPath !== 'string') return beside
  return join(process.resourcesPath, 'models.yaml')
}

/** The nearest folder above that has a package.json; no further, or a stranger's models.yaml could be taken for ours. */
function packageFolder(from: string): string {
  const above = dirname(from)
  return above === from || existsSync(join(from, 'package.json')) ? from : packageFolder(above)
}
