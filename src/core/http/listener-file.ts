import { rmSync } from 'node:fs'
import { z } from 'zod'
import type { Places } from '../places.ts'
import { readSmallFile, writePrivateFile, type Warn } from '../private-files.ts'
import { isFolderLockHeld } from '../folder-lock.ts'

/** What a running listener leaves for the programs of its owner. */
export const ListenerFile = z.object({
  port: z.int().min(1).max(65_535),
  pid: z.int().positive(),
  /** Absent where it came from LATCHKEY_TOKEN: the owner has it already. */
  token: z.string().optional(),
  started_at: z.iso.datetime(),
})
export type ListenerFile = z.infer<typeof ListenerFile>

export function writeListenerFile(path: string, content: ListenerFile): void {
  writePrivateFile(path, `${JSON.stringify(content, null, 2)}\n`)
}

export function removeListenerFile(path: string): void {
  rmSync(path, { force: true })
}

/** The listener that runs for this folder now. `about` is null in the moment before it has written its file. */
export function findListener(places: Places, warn: Warn): { about: ListenerFile | null } | undefined {
  // The file alone proves nothing: after a kill it stays, and another program may have its port.
  if (!isFolderLockHeld(places.listener_lock, warn)) return undefined
  return { about: readListenerFile(places.listener_file) }
}

function readListenerFile(path: string): ListenerFile | null {
  const file = readSmallFile(path, 4_096)
  if (file === undefined) return null
  let content: unknown
  try {
    content = JSON.parse(file.bytes.toString('utf8'))
  } catch {
    return null
  }
  return ListenerFile.safeParse(content).data ?? null
}
