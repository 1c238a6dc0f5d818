import { useId, useState } from 'react'
import { SettingsPatch } from '../../shared/schemas.ts'
import { problemOf } from '../api.ts'
import { changeSettings, useDesktop, useSettings, useWriteBlock } from '../state/status.ts'
import { strings } from '../strings.ts'
import { FieldError } from '../ui/field.tsx'
import { whyOff } from '../ui/tooltip.tsx'
import { SettingsRow } from './settings-row.tsx'
import { sayProblem } from '../say-problem.ts'

/** Takes effect on Enter or when it is left, with the refusal below it. Esc takes back what was typed. */
export function PortRow() {
  const { listener_port } = useSettings()
  const [typed, setTyped] = useState<string>()
  const [error, setError] = useState<string>()
  const errorId = useId()
  const block = useWriteBlock()
  const isDesktop = useDesktop()
  const { settings } = strings

  const type = (text: string | undefined): void => {
    setTyped(text)
    setError(undefined)
  }
  const apply = async (): Promise<void> => {
    if (typed === undefined || typed.trim() === String(listener_port)) return type(undefined)
    const port = /^\d+$/.test(typed.trim()) ? Number(typed) : Number.NaN
    const checked = SettingsPatch.safeParse({ listener_port: port })
    if (!checked.success) return setError(checked.error.issues[0]?.message)
    try {
      await changeSettings({ listener_port: port })
      type(undefined)
    } catch (cause) {
      setError(sayProblem(problemOf(cause)))
    }
  }
  const isInvalid = error === undefined ? undefined : true
  return (
    <SettingsRow
      title={settings.port}
      text={isDesktop ? settings.portText : settings.portTextBrowser}
      below={
        error !== undefined && (
          <div id={errorId} role="alert">
            <FieldError>{error}</FieldError>
          </div>
        )
      }
    >
      {(title) => (
        <div {...whyOff(block)} className="field-box flex h-8 w-21" data-invalid={isInvalid}>
          <input
            type="text"
            inputMode="numeric"
            autoComplete="off"
            aria-labelledby={title}
            aria-invalid={isInvalid}
            aria-describedby={error === undefined ? undefined : errorId}
            readOnly={block !== undefined}
            value={typed ?? String(listener_port)}
            onChange={(event) => type(event.target.value)}
            onBlur={() => void apply()}
            onKeyDown={(event) => {
              if (event.key === 'Enter') void apply()
              else if (event.key === 'Escape') type(undefined)
            }}
            className="tabular w-full bg-transparent px-2.5 text-13 outline-none"
          />
        </div>
      )}
    </SettingsRow>
  )
}
