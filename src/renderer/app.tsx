import { lazy, Suspense, useEffect } from 'react'
import { ActivityPage } from './activity/activity-page.tsx'
import { BackUpDialog } from './backup/back-up-dialog.tsx'
import { BackupPassphraseDialog, ForgetBackupPassphraseConfirm } from './backup/backup-passphrase-dialog.tsx'
import { CopiesDialog } from './backup/copies-dialog.tsx'
import { RestoreDialog } from './backup/restore-dialog.tsx'
import { EditDrawer } from './drawer/edit-drawer.tsx'
import { ImportDialog } from './import/import-dialog.tsx'
import { useShortcuts } from './keyboard/use-shortcuts.ts'
import { Sidebar } from './layout/sidebar.tsx'
import { PassphraseDialog } from './lock/passphrase-dialog.tsx'
import { useStayUnlocked } from './lock/stay-unlocked.ts'
import { UnlockScreen } from './lock/unlock-screen.tsx'
import { PaletteDialog } from './palette/palette.tsx'
import { ShortcutsDialog } from './palette/shortcuts-dialog.tsx'
import { MoveKeyDialog } from './master-key/move-dialog.tsx'
import { RotateDialog } from './master-key/rotate-dialog.tsx'
import { RecoveryDialog } from './recovery/recovery-dialog.tsx'
import { RestoreKeyDialog } from './recovery/restore-key-dialog.tsx'
import { hasKey } from './providers/has-key.ts'
import { KeyDialog } from './providers/key-dialog.tsx'
import { DeleteProviderConfirm, DiscardConfirm, RemoveKeyConfirm } from './providers/provider-confirms.tsx'
import { ProvidersPage } from './providers/providers-page.tsx'
import { ResetDialog } from './providers/reset-dialog.tsx'
import { TestDialog } from './providers/test-dialog.tsx'
import { useSession } from './session.ts'
import { SettingsPage } from './settings/settings-page.tsx'
import { RetainConfirm } from './settings/activity-group.tsx'
import { NewTokenConfirm, TokenDialog } from './settings/token-dialog.tsx'
import { useCurrentPage } from './state/current-page.ts'
import { followChanges } from './state/live.ts'
import { useOverlays } from './state/overlays.ts'
import { useProviders } from './state/providers.ts'
import { useSettings, useStatus } from './state/status.ts'
import { showTheme } from './state/theme.ts'
import { useWindow, type Page } from './state/window.ts'
import { RevokeConfirm, ToolDialog } from './tools/token-dialog.tsx'
import { ToolsPage } from './tools/tools-page.tsx'
import { ToastRegion } from './ui/toast-region.tsx'
import { TooltipHost } from './ui/tooltip.tsx'
import { FirstRun } from './vault/first-run.tsx'
import { ReenterPage } from './vault/reenter-page.tsx'
import { SessionEnded } from './vault/session-ended.tsx'
import { StartOverDialog } from './vault/start-over-dialog.tsx'
import { VaultPage } from './vault/vault-page.tsx'
import { WizardDialog } from './wizard/wizard.tsx'

/** The window: the page that is chosen, and what lies over it. */
export function App() {
  const session = useSession()
  return (
    <>
      {session === 'ended' ? <SessionEnded /> : <Window />}
      <TooltipHost />
    </>
  )
}

function Window() {
  useLiveData()
  useThemeOfSettings()
  useShortcuts()
  useStayUnlocked()
  const isLocked = useStatus(({ status }) => status?.vault.state === 'locked')
  const isFirstRun = useFirstRun()
  const hasStatus = useStatus((state) => state.status !== null)
  const hasList = useProviders(({ phase }) => phase !== 'loading')
  if (isLocked) return <UnlockScreen />
  return (
    <>
      {isFirstRun ? (
        <FirstRun />
      ) : (
        <div className={`flex h-full ${hasStatus && hasList ? '' : 'animate-appear-late'}`}>
          <Sidebar />
          <main className="flex min-w-0 grow flex-col">
            <PageInMain />
          </main>
        </div>
      )}
      <ToastRegion />
      <WizardDialog />
      <KeyDialog />
      <EditDrawer />
      <ResetDialog />
      <TestDialog />
      <TokenDialog />
      <ToolDialog />
      <ImportDialog />
      <StartOverDialog />
      <MoveKeyDialog />
      <RotateDialog />
      <RecoveryDialog />
      <RestoreKeyDialog />
      <PassphraseDialog />
      <BackUpDialog />
      <BackupPassphraseDialog />
      <CopiesDialog />
      <RestoreDialog />
      <PaletteDialog />
      <ShortcutsDialog />
      <DiscardConfirm />
      <RemoveKeyConfirm />
      <DeleteProviderConfirm />
      <NewTokenConfirm />
      <RevokeConfirm />
      <RetainConfirm />
      <ForgetBackupPassphraseConfirm />
    </>
  )
}

// The charts are most of what the window weighs: they are loaded with the page that shows them.
const UsagePage = lazy(async () => ({ default: (await import('./usage/usage-page.tsx')).UsagePage }))

const pages: Record<Page, () => React.ReactNode> = {
  providers: () => <ProvidersPage />,
  tools: () => <ToolsPage />,
  usage: () => (
    <Suspense>
      <UsagePage />
    </Suspense>
  ),
  activity: () => <ActivityPage />,
  settings: () => <SettingsPage />,
  vault: () => <VaultPage />,
}

function PageInMain() {
  const page = useCurrentPage()
  const reentering = useOverlays((state) => state.reenter !== null)
  return reentering && page === 'providers' ? <ReenterPage /> : pages[page]()
}

/** Nothing in the vault but the catalog, made by this very start, and nobody has gone on yet. */
function useFirstRun(): boolean {
  const isNew = useStatus(({ status }) => status?.vault.is_new === true && status.vault.state === 'open')
  // Only once the list is there: a door that comes later would move the focus from under the person.
  const isUnused = useProviders(
    ({ phase, list }) => phase !== 'loading' && !list.some((provider) => hasKey(provider) || !provider.is_predefined),
  )
  const isOver = useWindow((state) => state.is_first_run_over)
  return isNew && isUnused && !isOver
}

function useLiveData(): void {
  useEffect(() => {
    const stop = new AbortController()
    void followChanges(stop.signal)
    return () => stop.abort()
  }, [])
}

/** The vault's word on the theme, once it is there; before, what was remembered stands. */
function useThemeOfSettings(): void {
  const isKnown = useStatus((state) => state.status !== null)
  const { theme } = useSettings()
  useEffect(() => {
    if (isKnown) showTheme(theme)
  }, [isKnown, theme])
}
