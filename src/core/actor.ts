import { userInfo } from 'node:os'
import type { Door } from '../shared/contract.ts'

/** Who acts: written beside every change in the audit table. */
export interface Actor {
  /** `start`: Latchkey itself, merging the catalog or making the vault. */
  door: Door | 'start'
  /** The name of the token, where one was shown. */
  caller?: string
  /** The operating system's user, as the process runs. */
  os_user: string
  pid: number
}

let user: string | undefined

/** The actor that comes through `door` into this very process. */
export function actorOf(door: Actor['door'], caller?: string): Actor {
  // Asked of the machine once: it looks the name up in a file each time.
  user ??= osUser()
  const actor: Actor = { door, os_user: user, pid: process.pid }
  return caller === undefined ? actor : { ...actor, caller }
}

/** The user's name, or its number where the machine has no name for it (a container's bare uid). */
function osUser(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? 'unknown')
  }
}
