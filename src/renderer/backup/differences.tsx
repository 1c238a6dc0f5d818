import type { OpenedBackup, VaultDifferences } from '../../shared/backup-schemas.ts'
import { strings } from '../strings.ts'
import { Note } from '../ui/note.tsx'
import { ago } from '../words.ts'

/** What is in a backup, and what would differ from the vault that is here: addresses above all. */
export function Differences({ found, made }: { found: OpenedBackup; made: string | undefined }) {
  const { providers, keys, made_at, differences, problem } = found
  const { backup: words } = strings
  const lines = differences === null ? [] : linesOf(differences)
  return (
    <>
      <p className="text-13">{words.found(made_at === null ? made : ago(made_at), providers, keys)}</p>
      {problem !== null && <Note kind="question">{words.notCompared(problem.detail)}</Note>}
      {differences !== null &&
        (lines.length === 0 ? (
          <p className="text-13 text-text-2">{words.noDifference}</p>
        ) : (
          <div className="flex flex-col gap-1.5">
            <p className="text-12 font-semibold text-text-2">{words.differs}</p>
            <ul className="max-h-48 overflow-y-auto rounded-8 border border-line">
              {lines.map(({ name, what, warns }) => (
                <li key={name} className="flex flex-col border-line px-3 py-1.5 not-first:border-t">
                  <span className="text-13 font-medium">{name}</span>
                  <span className={`text-12 wrap-anywhere ${warns ? 'text-warn' : 'text-text-3'}`}>{what}</span>
                </li>
              ))}
            </ul>
          </div>
        ))}
    </>
  )
}

interface Line {
  name: string
  what: string
  /** A key would go to another host. */
  warns: boolean
}

function linesOf({ added, removed, changed }: VaultDifferences): Line[] {
  const { backup: words } = strings
  const lines = [
    ...changed.map((one) => ({
      name: one.name,
      what: changesOf(one).join('; '),
      warns: one.origin !== undefined,
    })),
    ...removed.map((name) => ({ name, what: words.goes, warns: false })),
    ...added.map((name) => ({ name, what: words.comesBack, warns: false })),
  ]
  return [...lines.filter(({ warns }) => warns), ...lines.filter(({ warns }) => !warns)]
}

function changesOf(one: VaultDifferences['changed'][number]): string[] {
  const { origin, base_url, has_key, models_added = [], models_removed = [] } = one
  const { backup: words } = strings
  return [
    ...(origin === undefined ? [] : [words.otherHost(origin.vault, origin.backup)]),
    ...(base_url === undefined ? [] : [words.otherAddress(base_url.vault, base_url.backup)]),
    ...(has_key === undefined ? [] : [has_key.backup ? words.keyComesBack : words.keyGoes]),
    ...(models_added.length === 0 ? [] : [words.moreModels(models_added.length)]),
    ...(models_removed.length === 0 ? [] : [words.fewerModels(models_removed.length)]),
  ]
}
