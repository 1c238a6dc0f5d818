import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { requirement } from './require.ts'

/** Whether the tests with `pass` can run here. */
export const hasPass = requirement(
  'pass',
  ['pass', 'gpg'].every((tool) => spawnSync('sh', ['-c', `command -v ${tool}`], { stdio: 'ignore' }).status === 0),
  'apt-get install pass gnupg',
)

export interface PassStore extends Disposable {
  /** The environment in which `pass` finds this store. */
  env: NodeJS.ProcessEnv
  insert(name: string, text: string): void
}

/** A password store of its own, with a key of its own. */
export function makePassStore(): PassStore {
  // gpg-agent's socket lies in this folder, and a socket's path has an end.
  const home = mkdtempSync('/tmp/lk-pass-')
  const env = { ...process.env, GNUPGHOME: home, PASSWORD_STORE_DIR: join(home, 'store') }
  const options = { env, stdio: ['pipe', 'ignore', 'ignore'] as ['pipe', 'ignore', 'ignore'] }
  execFileSync('gpg', ['--batch', '--passphrase', '', '--quick-gen-key', 'ann@example.com'], options)
  execFileSync('pass', ['init', 'ann@example.com'], options)
  return {
    env,
    insert: (name, text) => void execFileSync('pass', ['insert', '--multiline', name], { ...options, input: text }),
    [Symbol.dispose]() {
      execFileSync('gpgconf', ['--kill', 'gpg-agent'], options)
      rmSync(home, { recursive: true, force: true })
    },
  }
}
