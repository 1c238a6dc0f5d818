import { useId, useState, type ReactNode } from 'react'
import type { Network } from '../../shared/network-schemas.ts'
import { api, problemOf } from '../api.ts'
import { sayProblem } from '../say-problem.ts'
import { loadStatus, useDesktop, useStatus, useWriteBlock } from '../state/status.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { FieldError } from '../ui/field.tsx'
import { Switch } from '../ui/switch.tsx'
import { whyOff } from '../ui/tooltip.tsx'
import { SettingsGroup, SettingsRow } from './settings-row.tsx'

/** How providers are reached. A browser shows it only: who chooses proxy and authorities could read along. */
export function NetworkGroup() {
  const network = useStatus(({ status }) => status?.network)
  const { settings } = strings
  if (network === undefined) return null
  return (
    <SettingsGroup id="network" title={settings.network} text={settings.networkText}>
      <ProxyRow proxy={network.proxy} />
      <AuthoritiesRow file={network.ca_file} />
      <SystemRow on={network.system_ca} />
    </SettingsGroup>
  )
}

/** Why the rows are off, or undefined where they are not. */
function useBlock(): string | undefined {
  const block = useWriteBlock()
  return useDesktop() ? block : strings.settings.networkInBrowser
}

/** Makes a change at once; `alert` says why one was refused, and answers whether it was made. */
function useNetworkChange(id?: string): {
  act: (change: () => Promise<Network>) => Promise<boolean>
  alert: ReactNode
} {
  const [refusal, setRefusal] = useState<string>()
  const act = async (change: () => Promise<Network>): Promise<boolean> => {
    try {
      await change()
      setRefusal(undefined)
      await loadStatus()
      return true
    } catch (cause) {
      setRefusal(sayProblem(problemOf(cause)))
      return false
    }
  }
  const alert = refusal !== undefined && (
    <div id={id} role="alert">
      <FieldError>{refusal}</FieldError>
    </div>
  )
  return { act, alert }
}

/** Takes effect on Enter or when it is left; Esc takes back what was typed. */
function ProxyRow({ proxy }: { proxy: string | null }) {
  const [typed, setTyped] = useState<string>()
  const errorId = useId()
  const { act, alert } = useNetworkChange(errorId)
  const block = useBlock()
  const { settings } = strings
  const apply = async (): Promise<void> => {
    if (typed === undefined || typed.trim() === (proxy ?? '')) return setTyped(undefined)
    const wanted = typed
    if (await act(() => api.setNetwork({ proxy: wanted }))) setTyped(undefined)
  }
  const isInvalid = alert === false ? undefined : true
  return (
    <SettingsRow title={settings.proxy} text={settings.proxyText} below={alert}>
      {(title) => (
        <div {...whyOff(block)} className="field-box flex h-8 w-58" data-invalid={isInvalid}>
          <input
            type="text"
            autoComplete="off"
            spellCheck={false}
            placeholder={settings.proxyNone}
            aria-labelledby={title}
            aria-invalid={isInvalid}
            aria-describedby={isInvalid && errorId}
            readOnly={block !== undefined}
            value={typed ?? proxy ?? ''}
            onChange={(event) => setTyped(event.target.value)}
            onBlur={() => void apply()}
            onKeyDown={(event) => {
              if (event.key === 'Enter') void apply()
              else if (event.key === 'Escape') setTyped(undefined)
            }}
            className="w-full bg-transparent px-2.5 text-13 outline-none"
          />
        </div>
      )}
    </SettingsRow>
  )
}

function AuthoritiesRow({ file }: { file: string | null }) {
  const { act, alert } = useNetworkChange()
  const block = useBlock()
  const { settings } = strings
  return (
    <SettingsRow
      title={settings.authorities}
      text={<span className="wrap-anywhere">{file ?? settings.authoritiesText}</span>}
      also={settings.authoritiesText}
      below={alert}
    >
      {() => (
        <>
          {file !== null && (
            <Button why={block} onClick={() => void act(() => api.setNetwork({ ca_file: '' }))}>
              {settings.authoritiesRemove}
            </Button>
          )}
          <Button why={block} onClick={() => void act(() => api.chooseAuthorities())}>
            {settings.authoritiesChoose}
          </Button>
        </>
      )}
    </SettingsRow>
  )
}

function SystemRow({ on }: { on: boolean }) {
  const { act, alert } = useNetworkChange()
  const block = useBlock()
  const { settings } = strings
  return (
    <SettingsRow title={settings.systemCa} text={settings.systemCaText} below={alert}>
      {(title) => (
        <Switch
          labelledBy={title}
          on={on}
          why={block}
          onChange={(next) => void act(() => api.setNetwork({ system_ca: next }))}
        />
      )}
    </SettingsRow>
  )
}
