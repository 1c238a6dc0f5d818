import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { readSmallFile } from '../private-files.ts'

const LIMIT = 4 * 1024 * 1024

/**
 * The file in which gnome-keyring keeps this text in the clear, as it does for a keyring with an empty password.
 * It is looked for, not guessed: the service itself does not say.
 */
export async function plainKeyringWith(secret: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined
  const data = env['XDG_DATA_HOME'] || join(env['HOME'] ?? '/', '.local', 'share')
  // gnome-keyring's folder since 3.0, and the one before that it still uses where it exists.
  for (const folder of [join(data, 'keyrings'), join(env['HOME'] ?? '/', '.gnome2', 'keyrings')]) {
    const names = await readdir(folder).catch(() => [])
    const path = names.map((name) => join(folder, name)).find((path) => holds(path, secret))
    if (path !== undefined) return path
  }
  return undefined
}

function holds(path: string, secret: string): boolean {
  try {
    return readSmallFile(path, LIMIT, false)?.bytes.includes(secret) ?? false
  } catch {
    // A folder among them, or a file of some other program: no keyring of this user.
    return false
  }
}
