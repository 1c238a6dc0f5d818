// `npm run package`: installers for the platform at hand.
//   --check  packs with a stub where Electron's binary cannot be had, and looks at the result
//   --npm    packs the headless command for `npm install -g`
import { mkdirSync, rmSync, writeFileSync, cpSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { build, Platform, type Configuration } from 'electron-builder'
import { runStep, report } from '../run-step.ts'
import { checkPackage } from './check-package.ts'
import { root } from './root.ts'
import { writeShellFiles } from './shell-files.ts'
import { readManifest, stageCli } from './stage-cli.ts'
import { layStub } from './stub-electron.ts'

const { values } = parseArgs({ options: { check: { type: 'boolean' }, npm: { type: 'boolean' } } })

const built = await runStep('build', 'electron-vite', ['build'])
report(built)
if (!built.ok) process.exit(1)
if (values.npm === true) packForNpm()
else await packInstallers(values.check === true)

async function packInstallers(check: boolean): Promise<void> {
  rmSync(join(root, 'dist'), { recursive: true, force: true })
  stageCli()
  writeShellFiles()
  const config: Configuration = {}
  if (check) {
    const electronVersion = readManifest().devDependencies['electron'] ?? ''
    const stub = join(root, 'dist', 'stub')
    layStub(stub, electronVersion)
    Object.assign(config, { electronDist: stub, electronVersion })
    // The packager's own tools are downloads; what Debian has does the same work.
    process.env['CUSTOM_FPM_PATH'] ??= join(root, 'scripts/package/fpm.ts')
  }
  const targets = check ? Platform.LINUX.createTarget(['dir', 'deb']) : Platform.current().createTarget()
  await build({ projectDir: root, targets, config: { extends: join(root, 'electron-builder.yml'), ...config } })
  if (check) await checkPackage((sentence) => console.log(`ok   ${sentence}`))
}

/** A package of the headless command alone: no window, no Node of its own, the native parts as dependencies. */
function packForNpm(): void {
  const target = join(root, 'dist', 'npm')
  rmSync(target, { recursive: true, force: true })
  mkdirSync(join(target, 'out'), { recursive: true })
  const { name, version, description, license, bin, engines, dependencies } = readManifest()
  const native = ['better-sqlite3', '@napi-rs/keyring']
  const manifest = {
    name,
    version,
    description,
    license,
    type: 'module',
    bin,
    engines,
    dependencies: Object.fromEntries(Object.entries(dependencies).filter(([wanted]) => native.includes(wanted))),
  }
  writeFileSync(join(target, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  for (const part of ['models.yaml', 'LICENSE', 'README.md', 'out/main', 'out/renderer', 'out/renderer-files.json']) {
    cpSync(join(root, part), join(target, part), { recursive: true })
  }
  rmSync(join(target, 'out/main/index.js'), { force: true })
  execFileSync('npm', ['pack', '--pack-destination', join(root, 'dist')], { cwd: target, stdio: 'inherit' })
}
