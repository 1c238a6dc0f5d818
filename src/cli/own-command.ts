import { accessSync, constants } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import type { Globals } from './globals.ts'

/** The words that run `latchkey` again for this very vault, from wherever a tool runs them. */
export function ownCommand({ keyFile, envFile }: Globals, ...args: readonly string[]): string[] {
  const home = process.env['LATCHKEY_HOME']
  // A command is run without a shell by some tools, so a variable is set by a program.
  const moved = home !== undefined && home !== '' && process.platform !== 'win32'
  return [
    ...(moved ? ['/usr/bin/env', `LATCHKEY_HOME=${resolve(home)}`] : []),
    ...program(),
    ...(keyFile === undefined ? [] : ['--key-file', resolve(keyFile)]),
    ...(envFile === undefined ? [] : ['--env-file', resolve(envFile)]),
    ...args,
  ]
}

/** Where it is installed; else, as from a clone, Node and the file that runs now. */
function program(): string[] {
  const entry = process.argv[1] ?? ''
  const installed = entry.endsWith('.ts') ? undefined : onPath('latchkey')
  return installed === undefined ? [process.execPath, resolve(entry)] : [installed]
}

function onPath(name: string): string | undefined {
  const names = process.platform === 'win32' ? [`${name}.cmd`, `${name}.exe`] : [name]
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((folder) => (folder === '' ? [] : names.map((file) => join(folder, file))))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}
