import { Activity, Plus } from 'lucide-react'
import { useState } from 'react'
import type { Provider } from '../../shared/schemas.ts'
import { api, problemOf } from '../api.ts'
import { sayProblem } from '../say-problem.ts'
import { showPageProblem } from '../state/page-problem.ts'
import { useWriteBlock } from '../state/status.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { formatNumber } from '../words.ts'
import { EnterKey } from './enter-key.tsx'
import { KeyRow } from './key-row.tsx'
import { useKeys } from './use-keys.ts'

/** What a provider said to a key, by the key's id; `null` while it is asked. */
export type Answers = Readonly<Record<string, string | null>>

const choices = [
  { value: 'in_order', label: strings.keys.choices.in_order },
  { value: 'round_robin', label: strings.keys.choices.round_robin },
] as const

/** The keys of a provider in the order in which they are tried. Each change is made at once. */
export function KeysSection({ provider }: { provider: Provider }) {
  const { keys: found, reload } = useKeys(provider.id)
  const [answers, setAnswers] = useState<Answers>({})
  const [isAdding, setAdding] = useState(false)
  const block = useWriteBlock()
  const { keys: words } = strings
  if (found === undefined || found.list.length === 0) return null
  const { list: keys, choice } = found

  const run = async (act: () => Promise<unknown>): Promise<void> => {
    try {
      await act()
    } catch (cause) {
      showPageProblem(sayProblem(problemOf(cause)))
    }
    await reload()
  }
  const test = (id: string): Promise<void> =>
    run(async () => {
      setAnswers((before) => ({ ...before, [id]: null }))
      const answer = await api.testProvider({ provider_id: provider.id, key_id: id }).catch((cause: unknown) => {
        setAnswers(({ [id]: _asked, ...others }) => others)
        throw cause
      })
      setAnswers((before) => ({ ...before, [id]: sayProblem({ detail: answer.detail }) }))
    })
  const testable = keys.filter(({ state, id }) => state !== 'unreadable' && id !== null)
  return (
    <section aria-label={words.title} className="flex flex-col gap-2.5 border-b border-line px-5 pt-2.5 pb-5">
      <div className="flex h-7 items-center gap-2">
        <h3 className="grow text-13 font-semibold">
          {words.title} <span className="tabular ml-1 font-normal text-text-3">{formatNumber(keys.length)}</span>
        </h3>
        {testable.length > 1 && (
          <Button
            small
            look="ghost"
            icon={Activity}
            why={block}
            onClick={() => testable.forEach(({ id }) => void test(id ?? 'first'))}
          >
            {words.testAll}
          </Button>
        )}
        {!isAdding && (
          <Button small icon={Plus} why={block} onClick={() => setAdding(true)}>
            {words.add}
          </Button>
        )}
      </div>
      <p className="text-12 text-text-3">{choice === 'in_order' ? words.inOrder : words.inTurn}</p>
      <ul className="overflow-hidden rounded-8 border border-line">
        {keys.map((key) => (
          <KeyRow
            key={key.id ?? 'first'}
            provider={provider}
            of={key}
            last={key.position === keys.length}
            answer={answers[key.id ?? 'first']}
            onTest={() => void test(key.id ?? 'first')}
            onChange={(change) =>
              void run(() => api.updateKey({ provider_id: provider.id, key_id: key.id ?? 'first', ...change }))
            }
            onReplaced={reload}
          />
        ))}
      </ul>
      {keys.length > 1 && (
        <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
          <span className="text-12 font-medium">{words.first}</span>
          <Segmented
            small
            name={words.first}
            value={choice}
            choices={choices}
            why={block}
            onChange={(choice) => void run(() => api.setKeyChoice({ provider_id: provider.id, choice }))}
          />
        </div>
      )}
      {isAdding && (
        <EnterKey
          provider={provider}
          onDone={() => {
            setAdding(false)
            void reload()
          }}
        />
      )}
    </section>
  )
}
