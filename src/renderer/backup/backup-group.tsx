import type { Status } from '../../shared/schemas.ts'
import { api } from '../api.ts'
import { sayProblem } from '../say-problem.ts'
import { saveText } from '../save-text.ts'
import { ask, openOverlay } from '../state/overlays.ts'
import { useDesktop, useSettings, useStatus, useWriteBlock } from '../state/status.ts'
import { SettingsGroup, SettingsRow } from '../settings/settings-row.tsx'
import { useSettingChange } from '../settings/use-setting-change.tsx'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { Note } from '../ui/note.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { ago, size } from '../words.ts'
import { useTry } from './use-try.tsx'

type Backup = NonNullable<Status['backup']>
const SCHEDULES = ['off', 'daily', 'weekly'] as const

/** Backups, the way back from them, and the list without keys. */
export function BackupGroup() {
  const backup = useStatus(({ status }) => status?.backup ?? null)
  // A backup holds every key and the master key: a browser tab has a token, and is no person.
  const isDesktop = useDesktop()
  const { backup: words } = strings
  if (backup === null) return null
  return (
    <SettingsGroup id="backup" title={words.group} text={words.groupText}>
      <ScheduleRow backup={backup} />
      {isDesktop && <PassphraseRow isSet={backup.passphrase_set_at !== null} />}
      <NowRow isDesktop={isDesktop} />
      {isDesktop && <CopiesRow />}
      <PlainRow />
    </SettingsGroup>
  )
}

function ScheduleRow({ backup: { last, problem, passphrase_set_at } }: { backup: Backup }) {
  const { backup_schedule: schedule } = useSettings()
  const { change, note } = useSettingChange()
  const block = useWriteBlock()
  const { backup: words } = strings
  const kind = passphrase_set_at === null ? words.underMasterKey : words.portable
  const lastWords = last === null ? words.noneYet : words.last(ago(last.made_at), size(last.bytes))
  const failure = problem === null ? null : sayProblem({ detail: problem.detail, hint: problem.hint ?? undefined })
  return (
    <SettingsRow
      title={words.schedules[schedule]}
      also={words.group}
      text={schedule === 'off' ? lastWords : `${lastWords} ${kind}`}
      below={note ?? (failure !== null && <Note kind="failure">{words.failed(ago(problem?.at ?? ''), failure)}</Note>)}
    >
      {() => (
        <Segmented
          name={words.schedule}
          value={schedule}
          why={block}
          onChange={(backup_schedule) => change({ backup_schedule })}
          choices={SCHEDULES.map((value) => ({ value, label: words.choices[value] }))}
        />
      )}
    </SettingsRow>
  )
}

function PassphraseRow({ isSet }: { isSet: boolean }) {
  const block = useWriteBlock()
  const { backup: words } = strings
  return (
    <SettingsRow title={words.passphrase} text={isSet ? words.passphraseSet : words.passphraseNotSet}>
      {() => (
        <>
          {isSet && (
            <Button why={block} aria-label={words.forgetName} onClick={() => ask({ kind: 'forget_backup_passphrase' })}>
              {words.forgetOpen}
            </Button>
          )}
          <Button
            why={block}
            aria-label={isSet ? words.changeName : words.setName}
            onClick={() => openOverlay({ kind: 'backup_passphrase', isChange: isSet })}
          >
            {isSet ? words.changeOpen : words.setOpen}
          </Button>
        </>
      )}
    </SettingsRow>
  )
}

function NowRow({ isDesktop }: { isDesktop: boolean }) {
  const block = useWriteBlock()
  const { backup: words } = strings
  return (
    <SettingsRow title={words.now} text={isDesktop ? words.nowText : words.inBrowser}>
      {() =>
        isDesktop && (
          <>
            <Button onClick={() => openOverlay({ kind: 'restore' })}>{words.restoreOpen}</Button>
            <Button why={block} onClick={() => openOverlay({ kind: 'back_up' })}>
              {words.nowOpen}
            </Button>
          </>
        )
      }
    </SettingsRow>
  )
}

function CopiesRow() {
  const { backup: words } = strings
  return (
    <SettingsRow title={words.copies} text={words.copiesText}>
      {() => <Button onClick={() => openOverlay({ kind: 'copies' })}>{words.copiesOpen}</Button>}
    </SettingsRow>
  )
}

function PlainRow() {
  const { attempt, note } = useTry()
  const { backup: words } = strings
  const save = async (): Promise<void> => saveText('models.yaml', (await api.getExport()).text, 'application/yaml')
  return (
    <SettingsRow title={words.plain} text={words.plainText} below={note}>
      {() => (
        <Button aria-label={words.plainName} onClick={() => void attempt(save)}>
          {words.plainOpen}
        </Button>
      )}
    </SettingsRow>
  )
}
