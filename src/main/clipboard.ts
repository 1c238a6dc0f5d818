import { createHmac, randomBytes } from 'node:crypto'
import type { Clipboard } from 'electron'

export type SystemClipboard = Pick<Clipboard, 'readText' | 'clear'> & {
  /** Writes all formats at once, each by its media type. */
  write(formats: Record<string, string | Blob>): Promise<void>
}

export interface SecretClipboard {
  /** Puts `secret` on the clipboard until `clearsAt`. */
  copy(secret: Buffer, clearsAt: Date): Promise<void>
  /** Takes the secret off the clipboard now, if it is still there. */
  clear(): Promise<void>
}

/** Electron's name for a format that is the platform's own. */
const native = (format: string) => `electron application/osclipboard;format="${format}"`

/** The marks by which clipboard histories know what to leave out, each platform's own. */
export function concealedFormats(platform: NodeJS.Platform): Record<string, string | Blob> {
  if (platform === 'darwin') return { [native('org.nspasteboard.ConcealedType')]: '1' }
  if (platform === 'win32') {
    const no = new Blob([new Uint8Array(4)])
    return {
      [native('ExcludeClipboardContentFromMonitorProcessing')]: no,
      [native('CanIncludeInClipboardHistory')]: no,
      [native('CanUploadToCloudClipboard')]: no,
    }
  }
  return { [native('x-kde-passwordManagerHint')]: 'secret' }
}

interface Surroundings {
  platform: NodeJS.Platform
  /** On Wayland a window without focus reads an empty clipboard, whatever is on it. */
  isWayland: boolean
}

/** A clipboard that forgets secrets. It keeps only a keyed hash of what it wrote. */
export function secretClipboard(system: SystemClipboard, { platform, isWayland }: Surroundings): SecretClipboard {
  const hashKey = randomBytes(32)
  const hash = (text: string | Buffer) => createHmac('sha256', hashKey).update(text).digest('hex')
  let written: string | undefined
  let timer: NodeJS.Timeout | undefined

  /** Whether the secret may still be there: yes also where that cannot be read. */
  async function mayHold(expected: string): Promise<boolean> {
    const text = await Promise.race([
      system.readText().catch(() => undefined),
      new Promise<undefined>((resolve) => setTimeout(resolve, 1000, undefined).unref()),
    ])
    if (text === undefined || (text === '' && isWayland)) return true
    return hash(text) === expected
  }

  async function clear(): Promise<void> {
    clearTimeout(timer)
    const expected = written
    written = undefined
    if (expected !== undefined && (await mayHold(expected))) system.clear()
  }

  return {
    async copy(secret, clearsAt) {
      clearTimeout(timer)
      written = hash(secret)
      await system.write({ 'text/plain': secret.toString('utf8'), ...concealedFormats(platform) })
      timer = setTimeout(() => void clear(), Math.max(0, clearsAt.getTime() - Date.now()))
    },
    clear,
  }
}
