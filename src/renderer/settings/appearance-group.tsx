import { Monitor, Moon, Sun } from 'lucide-react'
import { useDesktop, useSettings, useWriteBlock } from '../state/status.ts'
import { strings } from '../strings.ts'
import { Segmented } from '../ui/segmented.tsx'
import { Switch } from '../ui/switch.tsx'
import { SettingsGroup, SettingsRow } from './settings-row.tsx'
import { useSettingChange } from './use-setting-change.tsx'

/** How the window looks, and what the desktop does with it. */
export function AppearanceGroup() {
  const isDesktop = useDesktop()
  const { settings } = strings
  return (
    <SettingsGroup id="appearance" title={settings.appearance} text={settings.appearanceText}>
      <ThemeRow />
      {isDesktop && <AtLoginRow />}
      {isDesktop && <ClosingRow />}
    </SettingsGroup>
  )
}

function ThemeRow() {
  const { theme } = useSettings()
  const { change, note } = useSettingChange()
  const block = useWriteBlock()
  const { settings } = strings
  return (
    <SettingsRow title={settings.theme} also={`${settings.light} ${settings.dark} ${settings.appearance}`} below={note}>
      {() => (
        <Segmented
          name={settings.theme}
          value={theme}
          why={block}
          onChange={(next) => change({ theme: next })}
          choices={[
            { value: 'system', label: settings.system, icon: Monitor },
            { value: 'light', label: settings.light, icon: Sun },
            { value: 'dark', label: settings.dark, icon: Moon },
          ]}
        />
      )}
    </SettingsRow>
  )
}

function AtLoginRow() {
  const { start_at_login } = useSettings()
  const { change, note } = useSettingChange()
  const block = useWriteBlock()
  const { settings } = strings
  return (
    <SettingsRow title={settings.atLogin} text={settings.atLoginText} below={note}>
      {(title) => (
        <Switch labelledBy={title} on={start_at_login} why={block} onChange={(on) => change({ start_at_login: on })} />
      )}
    </SettingsRow>
  )
}

function ClosingRow() {
  const { close_to_tray } = useSettings()
  const { change, note } = useSettingChange()
  const block = useWriteBlock()
  const { settings } = strings
  return (
    <SettingsRow title={settings.closing} text={settings.closingText} also={settings.closeTray} below={note}>
      {() => (
        <Segmented
          name={settings.closing}
          value={close_to_tray}
          why={block}
          onChange={(next) => change({ close_to_tray: next })}
          choices={[
            { value: 'ask', label: settings.closeAsk },
            { value: 'tray', label: settings.closeTray },
            { value: 'quit', label: settings.closeQuit },
          ]}
        />
      )}
    </SettingsRow>
  )
}
