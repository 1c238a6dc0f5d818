import { useEffect, useState } from 'react'
import type { Provider } from '../../shared/schemas.ts'
import { api, problemOf } from '../api.ts'
import { addModel } from '../providers/save-provider.ts'
import { sayProblem } from '../say-problem.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { Checkbox } from '../ui/checkbox.tsx'
import { Note } from '../ui/note.tsx'

interface Offered {
  name: string
  display_name: string
}

/** What the provider offers to its key and is not listed yet, to pick from. */
export function FetchModels({ provider, onDone }: { provider: Provider; onDone: () => void }) {
  const [offered, setOffered] = useState<readonly Offered[]>()
  const [problem, setProblem] = useState<string>()
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set())
  const [added, setAdded] = useState<number>()
  const { models: words, action } = strings
  const { id, display_name } = provider
  useEffect(() => {
    let isShown = true
    const fetch = async (): Promise<void> => {
      try {
        const { models, test } = await api.listUpstreamModels({ provider_id: id })
        if (!isShown) return
        if (models === null) setProblem(sayProblem({ detail: test.detail }))
        else setOffered(models)
      } catch (cause) {
        if (isShown) setProblem(sayProblem(problemOf(cause)))
      }
    }
    void fetch()
    return () => {
      isShown = false
    }
  }, [id])
  const listed = new Set(provider.models.map(({ name }) => name))
  const news = offered?.filter(({ name }) => !listed.has(name)) ?? []
  const chosen = news.filter(({ name }) => ticked.has(name))

  const tick = (name: string, on: boolean): void => {
    const next = new Set(ticked)
    if (on) next.add(name)
    else next.delete(name)
    setTicked(next)
  }
  const add = async (): Promise<void> => {
    setProblem(undefined)
    try {
      for (const [at, { name, display_name: shown }] of chosen.entries()) {
        setAdded(at)
        await addModel({ provider_id: id, name, display_name: shown })
      }
      onDone()
    } catch (cause) {
      setProblem(sayProblem(problemOf(cause)))
    }
    setAdded(undefined)
  }
  return (
    <div role="group" aria-label={words.fetchFrom(display_name)} className="flex shrink-0 flex-col gap-2 bg-inset p-3">
      {problem !== undefined && <Note kind="failure">{problem}</Note>}
      {offered === undefined && problem === undefined && (
        <p role="status" className="text-12 text-text-2">
          {words.fetching(display_name)}
        </p>
      )}
      {offered !== undefined && news.length === 0 && (
        <p role="status" className="text-12 text-text-2">
          {words.nothingNew(offered.length)}
        </p>
      )}
      {news.length > 0 && (
        <>
          <Checkbox
            checked={chosen.length === news.length}
            onChange={(all) => setTicked(new Set(all ? news.map(({ name }) => name) : []))}
            className="px-2"
          >
            <span className="text-12 font-medium">{words.allNew(news.length)}</span>
          </Checkbox>
          <div className="flex max-h-60 flex-col overflow-y-auto rounded-6 border border-line bg-surface py-1">
            {news.map(({ name }) => (
              <Checkbox
                key={name}
                checked={ticked.has(name)}
                onChange={(on) => tick(name, on)}
                className="min-h-7 shrink-0 px-2"
              >
                <span className="mono truncate text-12" title={name}>
                  {name}
                </span>
              </Checkbox>
            ))}
          </div>
        </>
      )}
      <div className="flex justify-end gap-2">
        <Button small onClick={onDone}>
          {action.close}
        </Button>
        {news.length > 0 && (
          <Button
            small
            look="primary"
            why={chosen.length === 0 ? words.tickFirst : undefined}
            busy={added !== undefined && words.adding(added + 1, chosen.length)}
            onClick={() => void add()}
          >
            {words.addNumber(chosen.length)}
          </Button>
        )}
      </div>
    </div>
  )
}
