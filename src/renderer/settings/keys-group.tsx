import { useDesktop, useSettings, useStatus, useWriteBlock } from '../state/status.ts'
import { importKeys } from '../state/window.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { CodeLine } from '../ui/code-line.tsx'
import { Switch } from '../ui/switch.tsx'
import { SettingsGroup, SettingsRow } from './settings-row.tsx'
import { useSettingChange } from './use-setting-change.tsx'

/** Where keys come from that nobody typed in. */
export function KeysGroup() {
  const { settings } = strings
  return (
    <SettingsGroup id="keys" title={settings.keys} text={settings.keysText}>
      <ImportRow />
      <EnvironmentRow />
    </SettingsGroup>
  )
}

/** Only the owner in person points at files: a browser tab has a token. */
function ImportRow() {
  const isDesktop = useDesktop()
  const block = useWriteBlock()
  const { import: words } = strings
  if (!isDesktop) {
    return (
      <SettingsRow
        title={words.title}
        text={words.inBrowser}
        also={words.rowText}
        below={<CodeLine text={words.command} copyName={words.copyCommand} />}
      />
    )
  }
  return (
    <SettingsRow title={words.title} text={words.rowText}>
      {() => (
        <Button why={block} onClick={importKeys}>
          {words.openShort}
        </Button>
      )}
    </SettingsRow>
  )
}

/** A variable stands in where no key is stored; which do is said by name. */
function EnvironmentRow() {
  const { environment_keys } = useSettings()
  const keys = useStatus(({ status }) => status?.environment.keys)
  const { change, note } = useSettingChange()
  const block = useWriteBlock()
  const { settings } = strings
  const used = environment_keys && keys !== undefined ? settings.environmentUsed(keys) : undefined
  return (
    <SettingsRow
      title={settings.environment}
      text={used === undefined ? settings.environmentText : `${settings.environmentText} ${used}`}
      below={note}
    >
      {(title) => (
        <Switch
          labelledBy={title}
          on={environment_keys}
          why={block}
          onChange={(on) => change({ environment_keys: on })}
        />
      )}
    </SettingsRow>
  )
}
