// The audit trail beside an open vault: what was refused on its way in, the seal that follows what was done, and what is
// older than its owner keeps.
import type { Actor } from './actor.ts'
import { Refusals } from './audit/refusals.ts'
import { pruneTrail } from './audit/retention.ts'
import { Sealing } from './audit/sealing.ts'
import { sealTrail } from './audit/trail.ts'
import type { Places } from './places.ts'
import { ensurePrivateFolder, type Warn } from './private-files.ts'
import type { AuditEntry } from './store/store.ts'
import type { Vault } from './vault.ts'
import type { Opened } from './vault-opening.ts'

interface TrailDeps {
  vault: Pick<Vault, 'during' | 'withMasterKey'>
  places: Places
  warn: Warn
  /** A refusal could not be written down. */
  onUnrecorded: (cause: unknown) => void
  /** Lends the vault as it is, and keeps it open meanwhile: nothing is looked at anew for a seal. */
  hold: (act: (opened: Opened) => Promise<void>) => Promise<void>
}

export class VaultTrail {
  readonly refusals: Refusals
  readonly #deps: TrailDeps
  readonly #sealing: Sealing

  constructor(deps: TrailDeps) {
    this.#deps = deps
    this.#sealing = new Sealing(() => deps.hold((opened) => this.#seal(opened)), deps.warn)
    this.refusals = new Refusals((entry, by, alarm) => this.#record(entry, by, alarm), deps.onUnrecorded)
  }

  /** Something was committed. */
  changed(): void {
    this.#sealing.changed()
  }

  /** Seals what was done and is not sealed yet: for one who is about to close. */
  async settle(): Promise<void> {
    await this.refusals.settle()
    await this.#sealing.settle()
  }

  /** Leaves what waits to the next start. */
  cancel(): void {
    this.#sealing.cancel()
  }

  /** Removes the events that are older than the audit trail keeps, and answers how many. Throws what is wrong while read-only. */
  prune(): Promise<number> {
    const { vault, places } = this.#deps
    return vault.withMasterKey((store, ring) => pruneTrail(store, places.audit_head, ring))
  }

  /** A vault that is not open takes no row; what was refused stays refused. */
  async #record(entry: AuditEntry, by: Actor, alarm: boolean): Promise<void> {
    const { vault } = this.#deps
    await vault.during(() =>
      vault.withMasterKey((store) => (alarm ? store.audit.raiseAlarm(entry, by) : store.record(entry, by))),
    )
  }

  async #seal({ file, ring, problem }: Opened): Promise<void> {
    const { places, warn } = this.#deps
    if (problem !== undefined || file === undefined || ring === undefined || !file.isInPlace()) return
    ensurePrivateFolder(places.config, warn)
    const isCurrent = async (): Promise<boolean> => (await file.store.readVault()).master_key_id === ring.currentId
    await sealTrail(file.store.audit, places.audit_head, ring, isCurrent)
    await pruneTrail(file.store, places.audit_head, ring)
  }
}
