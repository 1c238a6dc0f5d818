import { CircleAlert, CircleCheck, LoaderCircle, TriangleAlert } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { KeyTest } from '../../shared/key-test-schemas.ts'
import type { Provider } from '../../shared/schemas.ts'
import { api, problemOf } from '../api.ts'
import { sayProblem } from '../say-problem.ts'
import { openOverlay, requestClose, useOverlays } from '../state/overlays.ts'
import { useProvider } from '../state/providers.ts'
import { openEdit } from '../state/window.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogBody, DialogFooter, DialogHeader, useLast } from '../ui/dialog.tsx'
import { Icon } from '../ui/icon.tsx'
import { Note } from '../ui/note.tsx'

const looks: Record<KeyTest['verdict'], { icon: typeof CircleCheck; color: string }> = {
  valid: { icon: CircleCheck, color: 'text-ok' },
  refused: { icon: CircleAlert, color: 'text-bad' },
  limited: { icon: TriangleAlert, color: 'text-warn' },
  unclear: { icon: TriangleAlert, color: 'text-warn' },
  unreachable: { icon: CircleAlert, color: 'text-bad' },
}

/** Asks the provider whether the stored key works, and shows exactly what was asked and answered. */
export function TestDialog() {
  const asked = useOverlays(({ overlay }) => (overlay?.kind === 'test' ? overlay : undefined))
  const id = useLast(asked)?.provider_id ?? -1
  const provider = useProvider(id)
  const title = strings.test.title(provider?.display_name ?? '')
  return (
    <Dialog open={asked !== undefined && provider !== undefined} title={title}>
      {provider !== undefined && <Test key={id} provider={provider} title={title} />}
    </Dialog>
  )
}

function Test({ provider, title }: { provider: Provider; title: string }) {
  const { answer, problem, again } = useTest(provider.id)
  const { test, action } = strings
  const isAsking = answer === undefined && problem === undefined
  const isElsewhere = typeof answer?.suggested_base_url === 'string'
  return (
    <>
      <DialogHeader title={title} />
      <DialogBody className="gap-3">
        <div role="status" className="flex min-h-6 flex-col justify-center">
          {problem !== undefined ? (
            <Note kind="failure">{problem}</Note>
          ) : answer === undefined ? (
            <p className="flex items-center gap-2 text-13 text-text-2">
              <Icon of={LoaderCircle} className="animate-spin text-text-3" />
              {test.asking(provider.display_name)}
            </p>
          ) : (
            <p className="flex gap-2 text-13 wrap-anywhere select-text">
              <Icon of={looks[answer.verdict].icon} className={`mt-0.5 ${looks[answer.verdict].color}`} />
              {sayProblem({ detail: answer.detail })}
            </p>
          )}
        </div>
        {answer !== undefined && <Facts answer={answer} />}
      </DialogBody>
      <DialogFooter
        left={
          isElsewhere ? (
            <Button onClick={() => openEdit(provider.id)}>{test.changeAddress}</Button>
          ) : answer?.verdict === 'refused' ? (
            <Button onClick={() => openOverlay({ kind: 'key', provider_id: provider.id })}>{action.replaceKey}</Button>
          ) : undefined
        }
      >
        <Button onClick={again} busy={isAsking && test.again}>
          {test.again}
        </Button>
        <Button look="primary" onClick={requestClose}>
          {action.done}
        </Button>
      </DialogFooter>
    </>
  )
}

function Facts({ answer }: { answer: KeyTest }) {
  const { test } = strings
  const { method, url, status, latency_ms, body, verdict, suggested_base_url } = answer
  return (
    <dl className="flex flex-col rounded-8 border border-line">
      <Fact name={test.asked}>{`${method} ${url}`}</Fact>
      <Fact name={test.answered}>{status === null ? test.nothing : test.status(status, latency_ms)}</Fact>
      {verdict !== 'valid' && body !== null && body !== '' && <Fact name={test.body}>{body}</Fact>}
      {suggested_base_url !== null && <Fact name={test.suggested}>{suggested_base_url}</Fact>}
    </dl>
  )
}

function Fact({ name, children }: { name: string; children: string }) {
  return (
    <div className="grid grid-cols-[110px_1fr] gap-x-3 border-line px-3 py-2 not-first:border-t">
      <dt className="text-12 text-text-3">{name}</dt>
      <dd className="mono max-h-32 overflow-y-auto text-12 wrap-anywhere whitespace-pre-wrap text-text select-text">
        {children}
      </dd>
    </div>
  )
}

interface Result {
  answer?: KeyTest
  problem?: string
}

/** Asks when shown, and each time it is told to. */
function useTest(provider_id: number): Result & { again: () => void } {
  const [result, setResult] = useState<Result>({})
  useEffect(() => askProvider(provider_id, setResult), [provider_id])
  return {
    ...result,
    again: () => {
      setResult({})
      askProvider(provider_id, setResult)
    },
  }
}

/** Shows the answer, unless the function that it returns was called before. */
function askProvider(provider_id: number, show: (result: Result) => void): () => void {
  let isWanted = true
  api.testProvider({ provider_id }).then(
    (answer) => isWanted && show({ answer }),
    (cause: unknown) => isWanted && show({ problem: sayProblem(problemOf(cause)) }),
  )
  return () => {
    isWanted = false
  }
}
