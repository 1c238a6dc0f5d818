import { useMemo } from 'react'
import { api, problemOf } from '../api.ts'
import { lockOrHide, useLockAct } from '../lock/lock-now.ts'
import { openOverlay } from '../state/overlays.ts'
import { showPageProblem } from '../state/page-problem.ts'
import { changeSettings, loadStatus, pauseTools, useDesktop, useSettings, useStatus } from '../state/status.ts'
import { addProvider, goTo, importKeys, openShortcuts } from '../state/window.ts'
import { strings } from '../strings.ts'
import type { Entry, PageAct } from './palette-entries.ts'
import { sayProblem } from '../say-problem.ts'

/** The actions that make sense now: a switch is offered in the direction it can go. */
export function usePageActs(): Entry[] {
  const state = useStatus(({ status }) => status?.vault.state ?? 'open')
  const isElsewhere = useStatus(({ status }) => status?.listener.state === 'elsewhere')
  const isListening = useStatus(({ status }) => status?.listener.tools_allowed ?? false)
  const isPaused = useStatus(({ status }) => (status?.tools_paused_at ?? null) !== null)
  const { theme } = useSettings()
  const lock = useLockAct()
  const isDesktop = useDesktop()
  return useMemo(() => {
    const { palette } = strings
    const isOpen = state === 'open'
    const entry = (act: PageAct, label: string): Entry => ({ kind: 'action', act, label })
    const listener = isListening ? entry('listener_off', palette.listenerOff) : entry('listener_on', palette.listenerOn)
    const pause = isPaused ? entry('resume_tools', palette.resumeTools) : entry('pause_tools', palette.pauseTools)
    const themes = [
      theme !== 'light' && entry('theme_light', palette.themeLight),
      theme !== 'dark' && entry('theme_dark', palette.themeDark),
      theme !== 'system' && entry('theme_system', palette.themeSystem),
    ]
    const all: (Entry | false)[] = [
      isOpen && { kind: 'action', act: 'add_provider', label: palette.addProvider, command: 'add_provider' },
      isOpen && isDesktop && entry('import_keys', palette.importKeys),
      !isOpen && entry('go_vault', palette.goVault),
      { kind: 'action', act: 'go_providers', label: palette.goProviders, command: 'go_providers' },
      isOpen && entry('create_token', palette.createToken),
      { kind: 'action', act: 'go_tools', label: palette.goTools, command: 'go_tools' },
      { kind: 'action', act: 'go_usage', label: palette.goUsage, command: 'go_usage' },
      { kind: 'action', act: 'go_activity', label: palette.goActivity, command: 'go_activity' },
      { kind: 'action', act: 'go_settings', label: palette.goSettings, command: 'go_settings' },
      !isElsewhere && listener,
      isOpen && pause,
      ...(isOpen ? themes : []),
      lock !== undefined && { kind: 'action', act: lock, label: palette[lock], command: 'lock' },
      { kind: 'action', act: 'shortcuts', label: palette.shortcuts, command: 'shortcuts' },
    ]
    return all.filter((one) => one !== false)
  }, [state, isElsewhere, isListening, isPaused, theme, lock, isDesktop])
}

type AtOnce = Extract<PageAct, `listener_${string}` | `theme_${string}` | 'pause_tools' | 'resume_tools'>

export function runPageAct(act: PageAct): void {
  if (act === 'add_provider') addProvider()
  else if (act === 'import_keys') importKeys()
  else if (act === 'go_providers') goTo('providers')
  else if (act === 'go_tools') goTo('tools')
  else if (act === 'go_usage') goTo('usage')
  else if (act === 'go_activity') goTo('activity')
  else if (act === 'create_token') openOverlay({ kind: 'tool' })
  else if (act === 'go_settings') goTo('settings')
  else if (act === 'go_vault') goTo('vault')
  else if (act === 'lock' || act === 'hide') lockOrHide()
  else if (act === 'shortcuts') openShortcuts()
  else runAtOnce(act).catch((cause: unknown) => showPageProblem(sayProblem(problemOf(cause))))
}

async function runAtOnce(act: AtOnce) {
  if (act === 'pause_tools' || act === 'resume_tools') return pauseTools(act === 'pause_tools')
  if (act === 'theme_light') return changeSettings({ theme: 'light' })
  if (act === 'theme_dark') return changeSettings({ theme: 'dark' })
  if (act === 'theme_system') return changeSettings({ theme: 'system' })
  await api.setListener({ on: act === 'listener_on' })
  return loadStatus()
}
