import { useDesktop, useWriteBlock } from '../state/status.ts'
import { importKeys } from '../state/window.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { CodeLine } from '../ui/code-line.tsx'
import { SettingsGroup, SettingsRow } from './settings-row.tsx'

/** Where keys come from that nobody typed in. */
export function KeysGroup() {
  const { settings } = strings
  return (
    <SettingsGroup id="keys" title={settings.keys} text={settings.keysText}>
      <ImportRow />
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
