import { Copy, Eye, RefreshCw, ShieldAlert } from 'lucide-react'
import { useState } from 'react'
import type { Status } from '../../shared/schemas.ts'
import { api, problemOf } from '../api.ts'
import { PageBody, PageHeader } from '../layout/page-header.tsx'
import { refresh } from '../state/live.ts'
import { useStatus } from '../state/status.ts'
import { goTo } from '../state/window.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { useCopied } from '../ui/code-line.tsx'
import { Icon } from '../ui/icon.tsx'
import { Note } from '../ui/note.tsx'
import { detailsToCopy, headingOf, sayState } from './vault-in-words.ts'
import { VaultFacts } from './vault-facts.tsx'
import { WaysOut } from './ways-out.tsx'
import { sayProblem } from '../say-problem.ts'

/** What is wrong with the vault, as facts, and what to do, the best first. */
export function VaultPage() {
  const status = useStatus((state) => state.status)
  if (status === null || status.vault.problem === null) return null
  return (
    <>
      <PageHeader title={strings.vault.title} />
      <PageBody>
        <div className="mx-auto flex max-w-160 flex-col gap-6 pt-5">
          <div className="flex gap-3.5">
            <span className="flex size-9 shrink-0 items-center justify-center rounded-8 bg-bad-bg text-bad">
              <Icon of={ShieldAlert} size={18} />
            </span>
            <div role="alert" className="flex flex-col gap-1 select-text">
              <h2 className="text-20 font-semibold wrap-anywhere">{headingOf(status.vault.problem)}</h2>
              <p className="text-13 text-text-2">{sayState(status)}</p>
            </div>
          </div>
          <VaultFacts status={status} />
          <WaysOut status={status} />
          <Foot status={status} />
        </div>
      </PageBody>
    </>
  )
}

function Foot({ status }: { status: Status }) {
  const { vault } = strings
  const { copied, copy } = useCopied(detailsToCopy(status))
  const [isBusy, setBusy] = useState(false)
  const [answer, setAnswer] = useState<{ title?: string; text: string }>()
  const tryAgain = async (): Promise<void> => {
    setBusy(true)
    setAnswer(undefined)
    try {
      const after = await api.reopenVault()
      const problem = after.vault.problem
      if (problem !== null) setAnswer({ title: vault.stillTitle, text: sayProblem({ detail: problem.detail }) })
      await refresh()
    } catch (cause) {
      setAnswer({ text: sayProblem(problemOf(cause)) })
    }
    setBusy(false)
  }
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        {status.vault.state === 'read_only' && (
          <Button look="ghost" icon={Eye} onClick={() => goTo('providers')} className="-ml-3">
            {vault.look}
          </Button>
        )}
        <Button look="ghost" icon={Copy} onClick={copy} className="ml-auto">
          {copied ? strings.action.copied : vault.copyDetails}
        </Button>
        <Button icon={RefreshCw} busy={isBusy && vault.trying} onClick={() => void tryAgain()}>
          {vault.tryAgain}
        </Button>
      </div>
      {answer !== undefined && (
        <Note kind="failure" {...(answer.title === undefined ? {} : { title: answer.title })}>
          {answer.text}
        </Note>
      )}
    </div>
  )
}
