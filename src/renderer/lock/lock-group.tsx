import { useDesktop, useSettings, useStatus, useWriteBlock } from '../state/status.ts'
import { openOverlay } from '../state/overlays.ts'
import { SettingsGroup, SettingsRow } from '../settings/settings-row.tsx'
import { useSettingChange } from '../settings/use-setting-change.tsx'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { Switch } from '../ui/switch.tsx'
import type { PassphraseAct } from './passphrase-dialog.tsx'

/** The passphrase, and what locks by itself; without one there is nothing to lock. */
export function LockGroup() {
  const isSet = useStatus(({ status }) => status?.lock.passphrase ?? false)
  const isDesktop = useDesktop()
  const { lock } = strings
  return (
    <SettingsGroup id="lock" title={lock.group} text={lock.groupText}>
      <PassphraseRow />
      {isSet && <AfterRow />}
      {isSet && isDesktop && (
        <SwitchRow setting="lock_with_screen" title={lock.withScreen} text={lock.withScreenText} />
      )}
      {isSet && isDesktop && <SwitchRow setting="lock_in_tray" title={lock.inTray} />}
      {isSet && <SwitchRow setting="reads_while_locked" title={lock.reads} text={lock.readsText} />}
    </SettingsGroup>
  )
}

function PassphraseRow() {
  const status = useStatus((state) => state.status)
  const block = useWriteBlock()
  const { lock } = strings
  if (status === null) return null
  const { passphrase: isSet, can_have_passphrase: canBe } = status.lock
  const open = (act: PassphraseAct) => (
    <Button why={block} onClick={() => openOverlay({ kind: 'passphrase', act })}>
      {lock.opens[act]}
    </Button>
  )
  return (
    <SettingsRow
      title={lock.passphrase}
      also={`${lock.group} ${lock.hide}`}
      text={isSet ? lock.isSet : canBe ? lock.isNotSet : lock.cannotBe}
    >
      {() =>
        isSet ? (
          <>
            {open('remove')}
            {open('change')}
          </>
        ) : (
          canBe && open('set')
        )
      }
    </SettingsRow>
  )
}

const MINUTES = [0, 5, 10, 30, 60]

function AfterRow() {
  const { lock_after_minutes: minutes } = useSettings()
  const { change, note } = useSettingChange()
  const block = useWriteBlock()
  const { lock } = strings
  // A number that was set elsewhere stands among them.
  const choices = [...new Set([...MINUTES, minutes])].toSorted((a, b) => a - b)
  return (
    <SettingsRow title={lock.after} text={lock.afterText} below={note}>
      {() => (
        <Segmented
          name={lock.after}
          value={String(minutes)}
          why={block}
          onChange={(next) => change({ lock_after_minutes: Number(next) })}
          choices={choices.map((value) => ({ value: String(value), label: lock.minutes(value) }))}
        />
      )}
    </SettingsRow>
  )
}

interface SwitchRowProps {
  setting: 'lock_with_screen' | 'lock_in_tray' | 'reads_while_locked'
  title: string
  text?: string
}

function SwitchRow({ setting, title, text }: SwitchRowProps) {
  const settings = useSettings()
  const { change, note } = useSettingChange()
  const block = useWriteBlock()
  return (
    <SettingsRow title={title} {...(text === undefined ? {} : { text })} below={note}>
      {(titleId) => (
        <Switch labelledBy={titleId} on={settings[setting]} why={block} onChange={(on) => change({ [setting]: on })} />
      )}
    </SettingsRow>
  )
}
