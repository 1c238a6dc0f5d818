import { randomBytes } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { build } from 'vite'

/**
 * A script of this folder in one file, gone with `using`: a process that is started a hundred times should not read a
 * hundred modules each time. It lies in node_modules, where it finds the packages it leaves out.
 */
export async function bundledChild(script: string): Promise<{ path: string } & Disposable> {
  const root = join(import.meta.dirname, '../..')
  const outDir = join(root, 'node_modules/.cache/latchkey-test', randomBytes(6).toString('hex'))
  mkdirSync(outDir, { recursive: true })
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    ssr: { noExternal: true, external: ['better-sqlite3', '@napi-rs/keyring'] },
    build: {
      ssr: join(import.meta.dirname, script),
      outDir,
      emptyOutDir: false,
      rolldownOptions: { output: { entryFileNames: '[name].mjs' } },
    },
  })
  return {
    path: join(outDir, `${basename(script, '.ts')}.mjs`),
    [Symbol.dispose]: () => rmSync(outDir, { recursive: true, force: true }),
  }
}
