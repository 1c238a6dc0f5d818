import type { Api } from '../../shared/contract.ts'
import type { AuditEvent, AuditVerdict } from '../../shared/audit-schemas.ts'
import type { Actor } from '../actor.ts'
import type { Vault } from '../vault.ts'
import type { BreakReason, ChainedRow } from './chain.ts'
import { verifyTrail, type TrailVerdict } from './trail.ts'

type AuditApi = Pick<Api, 'listAudit' | 'verifyAudit' | 'seeRefusals' | 'setAuditRetention'>

const PAGE = 100

/** The operations on the audit trail: it is read and verified, and written by every other operation. */
export function auditOperations(vault: Vault, by: Actor): AuditApi {
  return {
    async listAudit({ limit = PAGE, ...filter }) {
      const rows = await vault.reader().audit.list({ ...filter, limit: limit + 1 })
      const events = rows.slice(0, limit).map(toEvent)
      return { events, next: rows.length > limit ? (events.at(-1)?.seq ?? null) : null }
    },

    async seeRefusals() {
      if (await vault.reader().audit.hasAlarm()) await vault.withMasterKey((store) => store.audit.seeAlarm(by))
    },

    async setAuditRetention({ years }) {
      // Only what is sealed goes.
      await vault.trail.settle()
      await vault.withMasterKey((store) => store.writeSettings({ audit_kept_years: years }, by))
      const removed = await vault.trail.prune()
      return { years, removed }
    },

    async verifyAudit() {
      return toVerdict(await verifyTrail(vault.reader().audit, vault.places.audit_head, vault.ring))
    },
  }
}

function toEvent({ hash: _hash, detail, ...row }: ChainedRow): AuditEvent {
  return { ...row, detail: toDetail(detail) }
}

/** A row that was tampered with is shown as well as it can be. */
function toDetail(text: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text) as unknown
    return typeof value === 'object' && value !== null ? { ...value } : { unreadable: text }
  } catch {
    return { unreadable: text }
  }
}

/** What a verification found, in words. */
export function toVerdict(verdict: TrailVerdict): AuditVerdict {
  const checked_at = new Date().toISOString()
  if (!verdict.holds) {
    return {
      intact: false,
      events: null,
      sealed_to: null,
      broken_at: verdict.seq,
      detail: broken[verdict.what](verdict.seq),
      hint: 'Something other than Latchkey has changed the vault or its seal. Compare with a backup from before (latchkey backup --list), and replace the provider keys if you cannot explain it.',
      checked_at,
    }
  }
  const { rows, sealed_to, beyond, seal, removed_to } = verdict
  const after = removed_to === 0 ? '' : ` after event ${removed_to}, up to which all were removed by age`
  const count = `${rows} ${rows === 1 ? 'event' : 'events'}${after}`
  const sealed =
    seal === 'holds'
      ? beyond === 0
        ? 'and the seal outside the vault vouches for all of them'
        : `the seal outside the vault vouches for them up to event ${sealed_to}, and ${beyond} after it ${beyond === 1 ? 'is' : 'are'} not sealed yet`
      : seal === 'none'
        ? 'but there is no seal yet that could show whether some were cut off at the end'
        : 'but the seal cannot be checked without the master key'
  return {
    intact: true,
    events: rows,
    sealed_to: seal === 'holds' ? sealed_to : null,
    broken_at: null,
    detail: `The audit trail is intact: ${count}, ${sealed}`,
    hint: null,
    checked_at,
  }
}

const broken: Record<BreakReason, (seq: number) => string> = {
  changed: (seq) => `The audit trail is broken at event ${seq}: it is not as it was written`,
  missing: (seq) => `The audit trail is broken at event ${seq}: it is missing`,
  rewritten: (seq) => `The audit trail is broken at event ${seq} or before: it is not the one that was sealed`,
  cut_off: (seq) => `The audit trail is broken at event ${seq}: it was sealed, and it and what followed is missing`,
  anchor_invalid: () =>
    'The audit trail does not begin with its first event, and what says that those before were removed by age was not made with this master key',
  seal_older: (seq) =>
    `The seal of the audit trail is an old one, of event ${seq}: events after it have been removed by age, which is done only once they are sealed`,
  seal_invalid: () => 'The seal of the audit trail is not one that this master key made, so it vouches for nothing',
}
