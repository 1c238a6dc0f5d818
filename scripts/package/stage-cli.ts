import { chmodSync, copyFileSync, cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './root.ts'

const windows = process.platform === 'win32'

/**
 * Lays the command line out in `dist/cli` as the installers carry it: the bundle, the catalog, the window's pages for
 * browser mode, the native packages of this platform, and the Node this script runs under.
 */
export function stageCli(): string {
  const target = join(root, 'dist', 'cli')
  rmSync(target, { recursive: true, force: true })
  mkdirSync(join(target, 'out'), { recursive: true })
  const manifest = readManifest()
  const own = { name: manifest.name, version: manifest.version, type: 'module', license: manifest.license }
  writeFileSync(join(target, 'package.json'), `${JSON.stringify(own, null, 2)}\n`)
  for (const file of ['models.yaml', 'LICENSE', 'out/renderer-files.json']) {
    copyFileSync(join(root, file), join(target, file))
  }
  cpSync(join(root, 'out/renderer'), join(target, 'out/renderer'), { recursive: true })
  // The desktop's own entry is of no use without Electron.
  cpSync(join(root, 'out/main'), join(target, 'out/main'), {
    recursive: true,
    filter: (source) => source !== join(root, 'out/main/index.js'),
  })
  copyNative(join(target, 'node_modules'))
  copyFileSync(process.execPath, join(target, windows ? 'node.exe' : 'node'))
  const wrapper = windows ? 'windows/latchkey.cmd' : 'linux/latchkey'
  copyFileSync(join(root, 'resources', wrapper), join(target, windows ? 'latchkey.cmd' : 'latchkey'))
  if (!windows) for (const program of ['node', 'latchkey']) chmodSync(join(target, program), 0o755)
  return target
}

interface Manifest {
  name: string
  version: string
  license: string
  description: string
  bin: Record<string, string>
  engines: Record<string, string>
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
}

/** package.json, the one place of name and version. */
export function readManifest(): Manifest {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest
}

/** The parts that cannot be bundled, each with the binary of this platform alone. */
function copyNative(target: string): void {
  const driver = join(root, 'node_modules', 'better-sqlite3')
  const place = join(target, 'better-sqlite3')
  cpSync(join(driver, 'lib'), join(place, 'lib'), { recursive: true })
  mkdirSync(join(place, 'prebuilds'))
  for (const file of ['package.json', 'LICENSE', `prebuilds/${process.platform}-${process.arch}.node`]) {
    copyFileSync(join(driver, file), join(place, file))
  }
  const scope = join(root, 'node_modules', '@napi-rs')
  // The keyring's binaries are packages of their own, of which npm installs those of this platform.
  for (const name of readdirSync(scope).filter((folder) => folder.startsWith('keyring'))) {
    cpSync(join(scope, name), join(target, '@napi-rs', name), {
      recursive: true,
      filter: (source) => source === join(scope, name) || /\.(js|json|node)$/.test(source),
    })
  }
}
