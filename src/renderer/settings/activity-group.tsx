import { useState } from 'react'
import { api, problemOf } from '../api.ts'
import { sayProblem } from '../say-problem.ts'
import { ask, useOverlays } from '../state/overlays.ts'
import { loadSettings, useDesktop, useSettings, useWriteBlock } from '../state/status.ts'
import { strings } from '../strings.ts'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { useLast } from '../ui/dialog.tsx'
import { Note } from '../ui/note.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { SettingsGroup, SettingsRow } from './settings-row.tsx'

const YEARS = [0, 2, 1] as const

/** How long the audit trail is kept. Only the owner in person chooses it: a browser tab has a token. */
export function ActivityGroup() {
  const isDesktop = useDesktop()
  const { audit_kept_years: kept } = useSettings()
  const block = useWriteBlock()
  const [refusal, setRefusal] = useState<string>()
  const { settings } = strings
  if (!isDesktop) return null
  const choose = (years: (typeof YEARS)[number]): void => {
    setRefusal(undefined)
    if (years !== 0 && (kept === 0 || years < kept)) return ask({ kind: 'retain', years })
    keepFor(years).catch((cause: unknown) => setRefusal(sayProblem(problemOf(cause))))
  }
  return (
    <SettingsGroup id="activity" title={strings.activity.title} text={settings.activityText}>
      <SettingsRow
        title={settings.keepEvents}
        text={settings.keepEventsText}
        below={refusal !== undefined && <Note kind="failure">{refusal}</Note>}
      >
        {() => (
          <Segmented
            name={settings.keepEvents}
            value={String(kept)}
            why={block}
            onChange={(next) => choose(YEARS.find((years) => String(years) === next) ?? kept)}
            choices={YEARS.map((years) => ({ value: String(years), label: settings.keptYears(years) }))}
          />
        )}
      </SettingsRow>
    </SettingsGroup>
  )
}

/** "Remove what is older?", before it is gone for good. */
export function RetainConfirm() {
  const confirm = useOverlays((state) => state.confirm)
  const asked = useLast(confirm?.kind === 'retain' ? confirm : undefined)
  const { confirm: words } = strings
  const years = asked?.years ?? 1
  return (
    <ConfirmDialog
      open={confirm?.kind === 'retain'}
      title={words.retainTitle(years)}
      verb={words.retain}
      act={() => keepFor(years)}
    >
      {words.retainText}
    </ConfirmDialog>
  )
}

async function keepFor(years: (typeof YEARS)[number]): Promise<void> {
  await api.setAuditRetention({ years })
  await loadSettings()
}
