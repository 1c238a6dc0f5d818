import { CircleAlert, CircleCheck } from 'lucide-react'
import { openOverlay } from '../state/overlays.ts'
import { useDesktop, useSettings, useStatus, useWriteBlock } from '../state/status.ts'
import { goTo } from '../state/window.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { Note } from '../ui/note.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { Fingerprint } from '../vault/fingerprint.tsx'
import { sourceInWords } from '../vault/source-in-words.ts'
import { longDate } from '../words.ts'
import { SettingsGroup, SettingsRow } from './settings-row.tsx'
import { useSettingChange } from './use-setting-change.tsx'

/** Where the master key comes from, and its fingerprint. */
export function MasterKeyGroup() {
  const status = useStatus((state) => state.status)
  // Only the owner in person moves or exchanges it: a browser tab has a token.
  const isDesktop = useDesktop()
  if (status === null) return null
  const { master_key, vault } = status
  const { settings, masterKey } = strings
  const isOpen = vault.state === 'open'
  return (
    <SettingsGroup id="master-key" title={settings.masterKey} text={settings.masterKeyText}>
      <SettingsRow
        title={sourceInWords(master_key.source)}
        also={`${settings.masterKey} ${masterKey.fingerprint} ${master_key.place ?? ''}`}
        text={
          <span className="wrap-anywhere">
            {master_key.place !== null && master_key.source !== 'environment' && `${master_key.place}. `}
            {master_key.fingerprint !== null && (
              <>
                {masterKey.fingerprint} <Fingerprint of={master_key.fingerprint} />
              </>
            )}
          </span>
        }
      >
        {() =>
          isOpen ? (
            <>
              <span className="inline-flex items-center gap-1 text-12 text-text-2">
                <Icon of={CircleCheck} size={14} className="text-ok" />
                {masterKey.inUse}
              </span>
              {isDesktop && <Button onClick={() => openOverlay({ kind: 'move_key' })}>{masterKey.moveOpen}</Button>}
            </>
          ) : (
            <>
              <span className="inline-flex items-center gap-1 rounded-6 bg-bad-bg px-1.5 py-0.5 text-12 text-bad">
                <Icon of={CircleAlert} size={14} />
                {strings.vault.reasons[vault.problem?.code ?? ''] ?? strings.nav.readOnly}
              </span>
              <Button onClick={() => goTo('vault')}>{settings.showVault}</Button>
            </>
          )
        }
      </SettingsRow>
      {isOpen && <RecoveryRow />}
      {isOpen && <RemindRow />}
      {isOpen && isDesktop && (
        <>
          <SettingsRow title={masterKey.rotate} text={masterKey.rotateText}>
            {() => (
              <Button onClick={() => openOverlay({ kind: 'rotate', leaked: false })}>{masterKey.rotateOpen}</Button>
            )}
          </SettingsRow>
          <SettingsRow title={masterKey.leakedRow} text={masterKey.leakedRowText}>
            {() => (
              <Button onClick={() => openOverlay({ kind: 'rotate', leaked: true })}>{masterKey.leakedOpen}</Button>
            )}
          </SettingsRow>
        </>
      )}
    </SettingsGroup>
  )
}

/** When the last recovery copy was made; the owner in person makes one. */
function RecoveryRow() {
  const copy = useStatus(({ status }) => status?.master_key.recovery_copy ?? null)
  const isDesktop = useDesktop()
  const { recovery } = strings
  const text = copy === null ? recovery.none : recovery.madeOn(longDate(copy.at))
  return (
    <SettingsRow
      title={recovery.row}
      text={isDesktop ? text : `${text} ${recovery.inTerminal}`}
      below={copy?.current === false && <Note kind="question">{recovery.stale}</Note>}
    >
      {() => isDesktop && <Button onClick={() => openOverlay({ kind: 'recovery_copy' })}>{recovery.save}</Button>}
    </SettingsRow>
  )
}

const AFTER_DAYS = [0, 90, 180, 365] as const

/** From which age on keys are told of. */
function RemindRow() {
  const since = useStatus(({ status }) => status?.master_key.since ?? null)
  const old = useStatus(({ status }) => status?.reminders.master_key_days ?? null)
  const { remind_after_days } = useSettings()
  const { change, note } = useSettingChange()
  const block = useWriteBlock()
  const { masterKey } = strings
  return (
    <SettingsRow
      title={masterKey.remind}
      text={masterKey.remindText(since === null ? null : longDate(since))}
      below={note ?? (old !== null && <Note kind="question">{masterKey.isOld(old)}</Note>)}
    >
      {() => (
        <Segmented
          name={masterKey.remind}
          value={String(remind_after_days)}
          why={block}
          onChange={(next) => {
            const chosen = AFTER_DAYS.find((days) => String(days) === next)
            if (chosen !== undefined) change({ remind_after_days: chosen })
          }}
          choices={AFTER_DAYS.map((days) => ({ value: String(days), label: masterKey.remindAfter(days) }))}
        />
      )}
    </SettingsRow>
  )
}
