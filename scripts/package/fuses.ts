// The switches that are burnt into Electron's binary. `node scripts/package/fuses.ts PATH`
// reads those of a package, `--built` of what lies in dist.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FuseState, FuseV1Options } from '@electron/fuses'
import { root } from './root.ts'

/** Marks the fuse wire in Electron's binary (electron/docs/tutorial/fuses.md). */
export const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'

/** What every package of Latchkey must have (SECURITY.md says against whom). The rest is Electron's default. */
export const wantedFuses = {
  RunAsNode: false,
  EnableCookieEncryption: true,
  EnableNodeOptionsEnvironmentVariable: false,
  EnableNodeCliInspectArguments: false,
  EnableEmbeddedAsarIntegrityValidation: true,
  OnlyLoadAppFromAsar: true,
  GrantFileProtocolExtraPrivileges: false,
} as const satisfies Partial<Record<keyof typeof FuseV1Options, boolean>>

/** The sentences that say how a binary's fuses differ from what is wanted; none where all is well. */
export function fuseProblems(binary: Buffer): string[] {
  const at = binary.indexOf(SENTINEL)
  if (at === -1) return ['there is no fuse wire in it: it is not an Electron binary']
  const wire = binary.subarray(at + SENTINEL.length)
  const [version, length = 0] = wire
  if (version !== 1) return [`its fuse wire is of version ${version}; this script knows 1`]
  return Object.entries(wantedFuses).flatMap(([name, wanted]) => {
    const place: number = FuseV1Options[name as keyof typeof wantedFuses]
    const state = place < length ? wire[2 + place] : FuseState.REMOVED
    const on: number = wanted ? FuseState.ENABLE : FuseState.DISABLE
    return state === on ? [] : [`${name} is not ${wanted ? 'on' : 'off'}`]
  })
}

/** The Electron binary of what the packager left in `dist`, on the platform at hand. */
function builtBinary(): string {
  const pattern = {
    linux: 'linux-unpacked/latchkey-desktop',
    win32: 'win-unpacked/Latchkey.exe',
    darwin: 'mac*/Latchkey.app/Contents/Frameworks/Electron Framework.framework/Electron Framework',
  }[process.platform as string]
  const [path] = pattern === undefined ? [] : globSync(join(root, 'dist', pattern))
  if (path === undefined) throw new Error('Nothing is built here yet: npm run package')
  return path
}

if (import.meta.filename === process.argv[1]) {
  const [named] = process.argv.slice(2)
  if (named === undefined) throw new Error('Name the binary, or --built for that in dist')
  const path = named === '--built' ? builtBinary() : named
  const problems = fuseProblems(readFileSync(path))
  console.log(problems.length === 0 ? `The fuses of ${path} are as they must be.` : `${path}: ${problems.join('; ')}`)
  process.exitCode = problems.length === 0 ? 0 : 1
}
