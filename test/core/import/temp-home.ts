import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { SearchContext } from '../../../src/core/import/raw-key.ts'

export interface ImportHome extends Disposable {
  home: string
  context: SearchContext
  put(path: string, text: string): string
  /** Every file with its bytes and time of change, to see that nothing was touched. */
  state(): Record<string, string>
}

/** A person's home folder for a search, gone with `using`. */
export function importHome(env: Record<string, string> = {}): ImportHome {
  const home = mkdtempSync(join(tmpdir(), 'latchkey-home-'))
  return {
    home,
    context: { home, env, platform: 'linux' },
    put(path, text) {
      const full = join(home, path)
      mkdirSync(dirname(full), { recursive: true })
      writeFileSync(full, text)
      return full
    },
    state() {
      const files = readdirSync(home, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
      return Object.fromEntries(
        files.map((entry) => {
          const path = join(entry.parentPath, entry.name)
          return [path, `${statSync(path).mtimeMs} ${readFileSync(path).toString('base64')}`]
        }),
      )
    },
    [Symbol.dispose]: () => rmSync(home, { recursive: true }),
  }
}
