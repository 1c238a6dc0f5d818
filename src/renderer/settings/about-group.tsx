import { useStatus } from '../state/status.ts'
import { strings } from '../strings.ts'
import { CodeLine } from '../ui/code-line.tsx'
import { Note } from '../ui/note.tsx'
import { CommandRow } from './command-row.tsx'
import { SettingsGroup, SettingsRow } from './settings-row.tsx'
import { sayProblem } from '../say-problem.ts'
import { UpdateRows } from './update-rows.tsx'

/** Where things are, and what runs. */
export function AboutGroup() {
  const status = useStatus((state) => state.status)
  if (status === null) return null
  const { vault, catalog, notes, version, updates, desktop } = status
  const { settings } = strings
  return (
    <SettingsGroup id="about" title={settings.about} text={settings.aboutText}>
      <SettingsRow title={settings.vault} text={settings.vaultFormat(vault.format)} also={vault.path}>
        {() => <CodeLine path text={vault.path} copyName={settings.copyVaultPath} className="w-110 max-w-full" />}
      </SettingsRow>
      <SettingsRow
        title={settings.catalog}
        text={catalog.problem === null ? settings.catalogFine : settings.catalogBroken}
        also={catalog.path}
        below={catalog.problem !== null && <Note kind="question">{sayProblem({ detail: catalog.problem })}</Note>}
      >
        {() => <CodeLine path text={catalog.path} copyName={settings.copyCatalogPath} className="w-110 max-w-full" />}
      </SettingsRow>
      {notes.map((note) => (
        <SettingsRow key={note} title={settings.toKnow} text={note} />
      ))}
      {desktop && <CommandRow />}
      <UpdateRows version={version} updates={updates} />
    </SettingsGroup>
  )
}
