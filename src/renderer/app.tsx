import { Tooltip } from 'radix-ui'
import { useEffect } from 'react'
import { useShortcuts } from './keyboard/use-shortcuts.ts'
import { Sidebar } from './layout/sidebar.tsx'
import { KeyDialog } from './providers/key-dialog.tsx'
import { DeleteProviderConfirm, DiscardConfirm, RemoveKeyConfirm } from './providers/provider-confirms.tsx'
import { ProvidersPage } from './providers/providers-page.tsx'
import { useSession } from './session.ts'
import { followChanges } from './state/live.ts'
import { useSettings, useStatus } from './state/status.ts'
import { showTheme } from './state/theme.ts'
import { useWindow } from './state/window.ts'
import { ToastRegion } from './ui/toast-region.tsx'
import { SessionEnded } from './vault/session-ended.tsx'
import { WizardDialog } from './wizard/wizard.tsx'

const TOOLTIP_MS = 500

/** The window: the page that is chosen, and what lies over it. */
export function App() {
  const session = useSession()
  return (
    <Tooltip.Provider delayDuration={TOOLTIP_MS}>
      {session === 'ended' ? <SessionEnded /> : <Window />}
    </Tooltip.Provider>
  )
}

function Window() {
  useLiveData()
  useThemeOfSettings()
  useShortcuts()
  return (
    <>
      <div className="flex h-full">
        <Sidebar />
        <main className="flex min-w-0 grow flex-col">
          <Page />
        </main>
      </div>
      <ToastRegion />
      <WizardDialog />
      <KeyDialog />
      <DiscardConfirm />
      <RemoveKeyConfirm />
      <DeleteProviderConfirm />
    </>
  )
}

function Page() {
  const page = useWindow((state) => state.page)
  return page === 'providers' ? <ProvidersPage /> : null
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
