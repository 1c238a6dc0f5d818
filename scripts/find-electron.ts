import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = join(import.meta.dirname, '../node_modules/electron')

/** Electron's binary: LATCHKEY_ELECTRON, or the one its package downloaded. It names itself in path.txt. */
export function electronPath(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const chosen = env['LATCHKEY_ELECTRON']
  if (chosen !== undefined && chosen !== '') return chosen
  const name = join(folder, 'path.txt')
  if (!existsSync(name)) return undefined
  const path = join(folder, 'dist', readFileSync(name, 'utf8').trim())
  return existsSync(path) ? path : undefined
}

/** The script of Electron's package that downloads the binary. */
export const electronInstaller: string = join(folder, 'install.js')
