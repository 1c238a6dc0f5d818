// Looks at what was packed as the person's machine will see it: the contents, the modes, the desktop entry, the fuses,
// and the command line, installed into a scratch root and started.
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, globSync, lstatSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { extractAll, listPackage } from '@electron/asar'
import { fuseProblems } from './fuses.ts'
import { root } from './root.ts'
import { readManifest } from './stage-cli.ts'

type Say = (sentence: string) => void

/** Everything that may be in the archive of the application. Anything else is a mistake in electron-builder.yml. */
const allowedInAsar = [
  /^\/package\.json$/,
  /^\/models\.yaml$/,
  /^\/out\/main\/(index|cli|keychain-helper|rotation-worker)\.js$/,
  /^\/out\/main\/chunks\/[\w.-]+\.js$/,
  /^\/out\/preload\/index\.cjs$/,
  /^\/out\/renderer\/index\.html$/,
  /^\/out\/renderer\/assets\/[\w.-]+\.(js|css|svg|png|woff2)$/,
  /^\/out\/renderer-files\.json$/,
  /^\/resources\/(icon|tray[\w@]*)\.png$/,
  /^\/node_modules\/better-sqlite3\/(package\.json|LICENSE|lib\/[\w/.-]+\.js)$/,
  /^\/node_modules\/better-sqlite3\/prebuilds\/[\w-]+\.node$/,
  /^\/node_modules\/@napi-rs\/keyring[\w-]*\/[\w.-]+\.(js|json|node|md)$/,
]

/** The paths in an archive that have no business there. */
export function strayFiles(paths: readonly string[]): string[] {
  const files = paths.filter((path) => !paths.some((other) => other.startsWith(`${path}/`)))
  return files.filter((path) => !allowedInAsar.some((pattern) => pattern.test(path)))
}

/** Checks the unpacked application and the .deb of `dist`; throws the first thing that is wrong. */
export async function checkPackage(say: Say): Promise<void> {
  const unpacked = join(root, 'dist', 'linux-unpacked')
  checkApplication(unpacked, say)
  const [deb] = globSync('*.deb', { cwd: join(root, 'dist') })
  if (deb === undefined) throw new Error('There is no .deb in dist')
  const scratch = mkdtempSync(join(tmpdir(), 'latchkey-root-'))
  try {
    execFileSync('dpkg-deb', ['-x', join(root, 'dist', deb), scratch])
    checkInstalled(scratch, say)
    await checkCommand(join(scratch, 'opt/Latchkey/resources/cli/latchkey'), join(scratch, 'home'), say)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

function checkApplication(folder: string, say: Say): void {
  const archive = join(folder, 'resources/app.asar')
  const paths = listPackage(archive, { isPack: false }).map((path) => path.replaceAll('\\', '/'))
  const stray = strayFiles(paths)
  if (stray.length > 0) throw new Error(`The archive holds what it should not: ${stray.slice(0, 5).join(', ')}`)
  for (const needed of ['/models.yaml', '/out/main/index.js', '/out/preload/index.cjs', '/out/renderer/index.html']) {
    if (!paths.includes(needed)) throw new Error(`The archive lacks ${needed}`)
  }
  const natives = globSync('resources/app.asar.unpacked/**/*.node', { cwd: folder })
  const foreign = natives.filter((path) => !path.includes(`${process.platform}-${process.arch}`))
  if (natives.length === 0 || foreign.length > 0) {
    throw new Error(`Native modules must be unpacked for this platform alone: ${natives.join(', ')}`)
  }
  say(`${paths.length} paths in the archive, ${natives.length} native modules beside it, nothing else`)
  const problems = fuseProblems(readFileSync(join(folder, 'latchkey-desktop')))
  if (problems.length > 0) throw new Error(`Fuses: ${problems.join('; ')}`)
  say('fuses as they must be')
}

function checkInstalled(scratch: string, say: Say): void {
  const entry = readFileSync(join(scratch, 'usr/share/applications/latchkey-desktop.desktop'), 'utf8')
  for (const line of [
    /^Name=Latchkey$/m,
    /^Exec=\/opt\/Latchkey\/latchkey-desktop/m,
    /^Categories=Utility;Security;$/m,
  ]) {
    if (!line.test(entry)) throw new Error(`The desktop entry lacks ${line.source}:\n${entry}`)
  }
  const link = lstatSync(join(scratch, 'usr/bin/latchkey'))
  if (!link.isSymbolicLink()) throw new Error('/usr/bin/latchkey is not a link to the command line')
  const shared = [
    'man/man1/latchkey.1.gz',
    'bash-completion/completions/latchkey',
    'icons/hicolor/512x512/apps/latchkey-desktop.png',
  ]
  for (const file of [...shared, 'zsh/vendor-completions/_latchkey', 'fish/vendor_completions.d/latchkey.fish']) {
    if (!existsSync(join(scratch, 'usr/share', file))) throw new Error(`The package lacks /usr/share/${file}`)
  }
  for (const path of globSync('opt/Latchkey/**', { cwd: scratch })) {
    const stats = lstatSync(join(scratch, path))
    if (!stats.isSymbolicLink() && (stats.mode & 0o022) !== 0) throw new Error(`${path} can be written by others`)
  }
  for (const program of ['opt/Latchkey/resources/cli/node', 'opt/Latchkey/resources/cli/latchkey']) {
    if ((statSync(join(scratch, program)).mode & 0o111) === 0) throw new Error(`${program} cannot be started`)
  }
  say('desktop entry, link on the PATH, man page, completions, icons and modes in order')
}

/** Starts the installed command line: its version, and a listener that answers with the catalog's providers. */
async function checkCommand(command: string, home: string, say: Say): Promise<void> {
  // Nothing of this project's own environment may help it.
  const env = { PATH: '/usr/bin:/bin', LATCHKEY_HOME: home, LATCHKEY_TOKEN: 'a-token-for-this-check-only' }
  const version = execFileSync(command, ['--version'], { env }).toString().trim()
  if (version !== readManifest().version) throw new Error(`latchkey --version says ${version}`)
  const child = spawn(command, ['serve', '--port', '0'], { env, stdio: ['ignore', 'pipe', 'ignore'] })
  try {
    const address = await new Promise<string>((resolve, reject) => {
      let said = ''
      child.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString()
        const [, found] = /listening on (\S+)/.exec(said) ?? []
        if (found !== undefined) resolve(found)
      })
      child.once('close', (code) => reject(new Error(`latchkey serve ended with ${code}`)))
    })
    const reply = await fetch(`${address}/api/v1/providers`, {
      headers: { authorization: `Bearer ${env.LATCHKEY_TOKEN}` },
    })
    const names = ((await reply.json()) as { name: string }[]).map(({ name }) => name)
    if (names.join() !== 'openai,anthropic,xai,google') throw new Error(`The catalog was not seeded: ${names.join()}`)
    say(`latchkey ${version} starts from the package and serves ${names.join(', ')}`)
  } finally {
    child.kill('SIGTERM')
  }
}

/** The files of an archive, laid out in a folder: to start it without Electron. */
export function extractApplication(target: string): void {
  extractAll(join(root, 'dist/linux-unpacked/resources/app.asar'), target)
}
