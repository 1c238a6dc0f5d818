import { useState } from 'react'
import { api, problemOf, type Problem } from '../api.ts'
import { openOverlay, ask } from '../state/overlays.ts'
import { changeSettings, loadStatus, useDesktop, useSettings, useStatus, useWriteBlock } from '../state/status.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { CodeLine } from '../ui/code-line.tsx'
import { Note } from '../ui/note.tsx'
import { Switch } from '../ui/switch.tsx'
import { PortRow } from './port-row.tsx'
import { SettingsGroup, SettingsRow } from './settings-row.tsx'
import { useSettingChange } from './use-setting-change.tsx'
import { sayProblem } from '../say-problem.ts'

/** Whether local tools may connect, where, and with what token. */
export function ListenerGroup() {
  const listener = useStatus((state) => state.status?.listener)
  const { settings } = strings
  if (listener === undefined) return null
  return (
    <SettingsGroup id="listener" title={settings.listener} text={settings.listenerText}>
      {listener.state === 'elsewhere' ? (
        <SettingsRow
          title={settings.elsewhere(listener.address ?? '', listener.pid)}
          text={settings.elsewhereText}
          also={settings.connect}
        />
      ) : (
        <ConnectRow />
      )}
      {listener.address !== null && (
        <SettingsRow title={settings.address}>
          {() => <CodeLine text={listener.address ?? ''} copyName={settings.copyAddress} className="w-66 max-w-full" />}
        </SettingsRow>
      )}
      <PortRow />
      <AtStartRow />
      <TokenRow has_token={listener.has_token} />
    </SettingsGroup>
  )
}

function ConnectRow() {
  const listener = useStatus((state) => state.status?.listener)
  const { listener_port } = useSettings()
  const [refusal, setRefusal] = useState<Problem>()
  const { settings, action } = strings
  const problem = refusal ?? listener?.problem ?? undefined
  const isOn = listener?.tools_allowed ?? false

  const attempt = async (act: () => Promise<unknown>): Promise<void> => {
    setRefusal(undefined)
    try {
      await act()
      await loadStatus()
    } catch (cause) {
      setRefusal(problemOf(cause))
    }
  }
  const switchTo = (on: boolean): void => void attempt(() => api.setListener({ on }))
  const useNextPort = (): void =>
    void attempt(async () => {
      await changeSettings({ listener_port: listener_port + 1 })
      await api.setListener({ on: true })
    })
  const isPortBusy = problem?.code === 'port_busy' && listener_port < 65_535
  return (
    <SettingsRow
      title={settings.connect}
      text={settings.connectText}
      also={settings.listener}
      below={
        problem !== undefined && (
          <Note
            kind="failure"
            actions={
              <>
                {isPortBusy && (
                  <Button small onClick={useNextPort}>
                    {settings.portBusyUse(listener_port + 1)}
                  </Button>
                )}
                <Button small onClick={() => switchTo(true)}>
                  {action.tryAgain}
                </Button>
              </>
            }
          >
            {isPortBusy ? settings.portBusy(listener_port) : sayProblem(problem)}
          </Note>
        )
      }
    >
      {(title) => <Switch labelledBy={title} on={isOn} onChange={switchTo} />}
    </SettingsRow>
  )
}

function AtStartRow() {
  const isDesktop = useDesktop()
  const { listener_at_start } = useSettings()
  const { change, note } = useSettingChange()
  const block = useWriteBlock()
  if (!isDesktop) return null
  return (
    <SettingsRow title={strings.settings.atStart} also={strings.settings.listener} below={note}>
      {(title) => (
        <Switch
          labelledBy={title}
          on={listener_at_start}
          why={block}
          onChange={(on) => change({ listener_at_start: on })}
        />
      )}
    </SettingsRow>
  )
}

function TokenRow({ has_token }: { has_token: boolean }) {
  const { settings } = strings
  const block = useWriteBlock()
  const [refusal, setRefusal] = useState<string>()
  const make = async (): Promise<void> => {
    try {
      const { token } = await api.makeListenerToken()
      openOverlay({ kind: 'token', token })
      setRefusal(undefined)
    } catch (cause) {
      setRefusal(sayProblem(problemOf(cause)))
    }
  }
  return (
    <SettingsRow
      title={settings.token}
      text={has_token ? settings.tokenMade : settings.tokenNone}
      below={refusal !== undefined && <Note kind="failure">{refusal}</Note>}
    >
      {() => (
        <Button why={block} onClick={() => (has_token ? ask({ kind: 'new_token' }) : void make())}>
          {has_token ? settings.makeNewToken : settings.makeToken}
        </Button>
      )}
    </SettingsRow>
  )
}
