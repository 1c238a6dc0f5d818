import { Database, Plug } from 'lucide-react'
import { useEffect, useRef, useState, type FormEvent } from 'react'
import type { Status } from '../../shared/schemas.ts'
import { api, problemOf } from '../api.ts'
import { Brand } from '../layout/brand.tsx'
import { sayProblem } from '../say-problem.ts'
import { refresh } from '../state/live.ts'
import { DiscardConfirm } from '../providers/provider-confirms.tsx'
import { RestoreKeyDialog } from '../recovery/restore-key-dialog.tsx'
import { openOverlay } from '../state/overlays.ts'
import { loadStatus, useStatus } from '../state/status.ts'
import { strings } from '../strings.ts'
import { Button, LinkButton } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { PassphraseField } from './passphrase-field.tsx'

/** All that is shown of a locked vault: counts, and the field that opens it. */
export function UnlockScreen() {
  const status = useStatus((state) => state.status)
  if (status === null) return null
  const { lock } = strings
  return (
    <main className="flex h-full flex-col items-center justify-center overflow-y-auto px-6">
      <div className="flex w-full max-w-80 flex-col gap-6">
        <Brand size={40} />
        <div className="-mt-1 flex flex-col gap-1.5">
          <h1 className="text-20 font-semibold">{lock.title}</h1>
          <p className="text-13 text-text-2">{sinceWhen(status)}</p>
        </div>
        <UnlockForm />
        <div className="flex flex-col gap-3 border-t border-line pt-3 text-12 text-text-2">
          <p className="flex items-center gap-2">
            <Icon of={Database} size={14} className="text-text-3" />
            {lock.keysStored(status.vault.keys)}
          </p>
          <p className="flex items-center gap-2">
            <Icon of={Plug} size={14} className="text-text-3" />
            {status.listener.state === 'off' ? lock.listenerOff : lock.listenerOn}
          </p>
          {status.desktop && (
            <LinkButton className="self-start" onClick={() => openOverlay({ kind: 'restore_key' })}>
              {strings.recovery.forgotten}
            </LinkButton>
          )}
        </div>
      </div>
      <RestoreKeyDialog />
      <DiscardConfirm />
    </main>
  )
}

function UnlockForm() {
  const [passphrase, setPassphrase] = useState('')
  const [refusal, setRefusal] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  const wait = useWait()
  const { lock } = strings

  const unlock = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (isBusy || wait > 0 || passphrase === '') return
    setBusy(true)
    setRefusal(undefined)
    try {
      await api.unlock({ passphrase })
      await refresh()
    } catch (cause) {
      const problem = problemOf(cause)
      setRefusal(problem.code === 'passphrase_wrong' ? lock.wrong : sayProblem(problem))
      setPassphrase('')
      await loadStatus().catch(() => undefined)
    }
    setBusy(false)
    field.current?.focus()
  }
  const delay = wait > 0 ? lock.nextTry(wait) : undefined
  const error = refusal === undefined ? delay : [refusal, delay].filter((part) => part !== undefined).join(' ')
  return (
    <form onSubmit={(event) => void unlock(event)} aria-label={lock.title}>
      <PassphraseField
        ref={field}
        autoFocus
        label={lock.passphrase}
        value={passphrase}
        onChange={setPassphrase}
        {...(error === undefined ? {} : { error: <span role="alert">{error}</span> })}
        beside={
          <Button type="submit" look={wait > 0 ? 'secondary' : 'primary'} busy={isBusy && lock.unlocking} why={delay}>
            {lock.unlock}
          </Button>
        }
      />
    </form>
  )
}

/** Seconds until the next try, counted down; each answer of the core begins anew. */
function useWait(): number {
  const status = useStatus((state) => state.status)
  const [left, setLeft] = useState(status?.lock.wait_seconds ?? 0)
  useEffect(() => {
    const until = Date.now() + (status?.lock.wait_seconds ?? 0) * 1000
    const tick = (): void => setLeft(Math.max(0, Math.ceil((until - Date.now()) / 1000)))
    tick()
    const timer = setInterval(tick, 250)
    return () => clearInterval(timer)
  }, [status])
  return left
}

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })

function sinceWhen({ lock: { locked } }: Status): string {
  const { lock } = strings
  if (locked === null || locked.reason === 'start') return lock.atStart
  return lock.since(time.format(new Date(locked.at)), lock.reasons[locked.reason])
}
