// A stand-in for Electron's distribution, for machines that cannot fetch it: the packager's work can be looked at
// without it, the window cannot be started from it. What it makes is never published.
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FuseState, FuseV1Options } from '@electron/fuses'
import { SENTINEL } from './fuses.ts'

/** Lays out the files that the packager expects of Electron for Linux, with a fuse wire as Electron ships it. */
export function layStub(target: string, electronVersion: string): void {
  rmSync(target, { recursive: true, force: true })
  mkdirSync(join(target, 'resources'), { recursive: true })
  mkdirSync(join(target, 'locales'))
  const fuses = Object.values(FuseV1Options).filter((place) => typeof place === 'number')
  const wire = Buffer.from([1, fuses.length, ...fuses.map(() => FuseState.DISABLE)])
  const script = '#!/bin/sh\necho "This package was made without Electron, to be looked at." >&2\nexit 1\n'
  writeFileSync(join(target, 'electron'), Buffer.concat([Buffer.from(`${script}# ${SENTINEL}`), wire]))
  chmodSync(join(target, 'electron'), 0o755)
  writeFileSync(join(target, 'version'), electronVersion)
  for (const file of ['LICENSE', 'LICENSES.chromium.html', 'chrome-sandbox', 'locales/en-US.pak', 'icudtl.dat']) {
    writeFileSync(join(target, file), 'stub\n')
  }
}
