import { useEffect, useState } from 'react'
import { BackupGroup } from '../backup/backup-group.tsx'
import { shownChord } from '../keyboard/keymap.ts'
import { usePlatform } from '../keyboard/platform.ts'
import { LockGroup } from '../lock/lock-group.tsx'
import { PageBody, PageHeader } from '../layout/page-header.tsx'
import { PageNotes } from '../layout/page-notes.tsx'
import { useWindow } from '../state/window.ts'
import { strings } from '../strings.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { SearchField } from '../ui/search-field.tsx'
import { AboutGroup } from './about-group.tsx'
import { ActivityGroup } from './activity-group.tsx'
import { AppearanceGroup } from './appearance-group.tsx'
import { KeysGroup } from './keys-group.tsx'
import { ListenerGroup } from './listener-group.tsx'
import { MasterKeyGroup } from './master-key-group.tsx'
import { NetworkGroup } from './network-group.tsx'
import { SettingsQuery } from './settings-row.tsx'

/** Every change acts at once; there is nothing to save. */
export function SettingsPage() {
  const [query, setQuery] = useState('')
  const group = useWindow((state) => state.settings_group)
  const { desktop } = usePlatform()
  useEffect(() => {
    if (group === null) return
    const section = document.getElementById(group)
    // Nearest: to put it first, the page itself would be moved out of sight.
    section?.scrollIntoView({ block: 'nearest' })
    section?.querySelector<HTMLElement>('button, input')?.focus({ preventScroll: true })
  }, [group])
  const { settings } = strings
  return (
    <>
      <PageHeader title={settings.title}>
        <SearchField
          ofPage
          name={settings.search}
          placeholder={settings.search}
          value={query}
          onChange={setQuery}
          chord={shownChord('search', desktop)}
          className="w-58"
        />
      </PageHeader>
      <PageNotes />
      <PageBody>
        <div className="flex flex-col gap-4 [&:not(:has([data-row]))>[data-none]]:block">
          <SettingsQuery value={query.trim()}>
            <ListenerGroup />
            <MasterKeyGroup />
            <LockGroup />
            <KeysGroup />
            <NetworkGroup />
            <ActivityGroup />
            <AppearanceGroup />
            <BackupGroup />
            <AboutGroup />
          </SettingsQuery>
          <div data-none="" className="hidden">
            <EmptyState title={settings.noHitTitle(query)} text={settings.noHitText} />
          </div>
        </div>
      </PageBody>
    </>
  )
}
