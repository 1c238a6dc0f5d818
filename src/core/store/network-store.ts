import type { Actor } from '../actor.ts'

/** The owner's proxy and authorities. */
export interface NetworkRow {
  proxy: string | null
  /** The certificates themselves, and the file they were read from. */
  ca: { path: string; pem: string } | null
  system_ca: boolean
}

/** How providers are reached. */
export interface NetworkStore {
  /** Throws `database_damaged` where it cannot be read: a proxy that was chosen must never read as none. */
  read(): Promise<NetworkRow>
  /** Changes what is given, and answers the whole. */
  write(change: Partial<NetworkRow>, by: Actor): Promise<NetworkRow>
}
