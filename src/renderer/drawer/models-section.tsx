import { ChevronRight, List } from 'lucide-react'
import { useState } from 'react'
import { useProvider } from '../state/providers.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Icon } from '../ui/icon.tsx'
import { SearchField } from '../ui/search-field.tsx'
import { formatNumber } from '../words.ts'
import { AddModel } from './add-model.tsx'
import { ModelGrid } from './model-grid.tsx'
import { searchModels } from './search-models.ts'

/** From this many on the list gets the whole drawer. */
export const WHOLE_DRAWER_FROM = 50

/** The models among the details: the list itself while it is short, else the way to it. */
export function ModelsSection({ id, onModels }: { id: number; onModels: () => void }) {
  const models = useProvider(id)?.models ?? []
  const [query, setQuery] = useState('')
  const { models: words } = strings
  const isLong = models.length >= WHOLE_DRAWER_FROM
  const shown = searchModels(models, query)
  return (
    <section aria-label={words.title} className="flex flex-col gap-2.5 px-5 pt-2.5 pb-5">
      <div className="flex h-7 items-center gap-2">
        <h3 className="grow text-13 font-semibold">
          {words.title} <span className="tabular ml-1 font-normal text-text-3">{formatNumber(models.length)}</span>
        </h3>
        {!isLong && models.length > 0 && (
          <SearchField
            small
            name={words.search}
            placeholder={words.search}
            value={query}
            onChange={setQuery}
            className="w-40"
          />
        )}
      </div>
      {isLong ? (
        <Button icon={List} onClick={onModels} className="justify-start">
          {words.showAll(models.length)}
          <Icon of={ChevronRight} className="ml-auto text-text-3" />
        </Button>
      ) : (
        <div className="overflow-hidden rounded-8 border border-line">
          <AddModel id={id} />
          {shown.length > 0 ? (
            <ModelGrid id={id} models={shown} query={query} />
          ) : (
            <div className="border-t border-line">
              <EmptyState
                title={query === '' ? words.noneTitle : words.noHitTitle(query)}
                text={query === '' ? words.noneText : words.noHitText}
              />
            </div>
          )}
        </div>
      )}
    </section>
  )
}
