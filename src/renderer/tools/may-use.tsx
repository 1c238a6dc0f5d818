import { useId } from 'react'
import type { Provider } from '../../shared/schemas.ts'
import { hasKey } from '../providers/has-key.ts'
import { useProviders } from '../state/providers.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { Checkbox } from '../ui/checkbox.tsx'
import { FieldError } from '../ui/field.tsx'
import { Mark } from '../ui/mark.tsx'
import { offeredModels } from './offered-models.ts'
import type { TokenDraft } from './token-form.ts'

interface MayUseProps {
  draft: TokenDraft
  onChange: (part: Partial<TokenDraft>) => void
  error: string | undefined
  /** Opens the models of a provider to choose from. */
  onChoose: (provider: string) => void
}

/** The button that opens the models of a provider: it has the focus again once they are closed. */
export const chooseButtonOf = (provider: string): string => `choose-models-${provider}`

/** The providers a tool may use, and of each how many of its models. */
export function MayUse({ draft, onChange, error, onChoose }: MayUseProps) {
  const list = useProviders((state) => state.list)
  const id = useId()
  const { tools } = strings
  const offered = list.filter((one) => hasKey(one) || draft.providers?.has(one.name) === true)
  const others = list.filter((one) => !offered.includes(one)).map((one) => one.display_name)
  const tick = (name: string, on: boolean): void => {
    const next = new Set(draft.providers ?? offered.map((one) => one.name))
    if (on) next.add(name)
    else next.delete(name)
    onChange({ providers: next })
  }
  return (
    <fieldset className="flex min-w-0 flex-col gap-1.5" aria-describedby={error === undefined ? undefined : id}>
      <legend className="mb-1.5 text-12 font-medium">{tools.mayUse}</legend>
      <div
        className="flex max-h-52 flex-col overflow-y-auto rounded-8 border border-line"
        data-invalid={error !== undefined || undefined}
      >
        <Checkbox
          checked={draft.providers === null}
          onChange={(all) => onChange({ providers: all ? null : new Set(), models: new Map() })}
          className="h-10 shrink-0 px-3"
        >
          <span className="truncate text-13">{tools.allAndNew}</span>
        </Checkbox>
        {offered.map((one) => (
          <div key={one.id} className="flex h-10 shrink-0 items-center border-t border-line pr-1.5">
            <Checkbox
              checked={draft.providers === null || draft.providers.has(one.name)}
              onChange={(on) => tick(one.name, on)}
              className="h-full grow pl-3"
            >
              <Mark provider_id={one.id} size={20} />
              <span className="truncate text-13" title={one.display_name}>
                {one.display_name}
              </span>
            </Checkbox>
            {draft.providers?.has(one.name) === true && (
              <Models provider={one} chosen={draft.models.get(one.name)} onChoose={() => onChoose(one.name)} />
            )}
          </div>
        ))}
      </div>
      {error !== undefined && (
        <div id={id} role="alert">
          <FieldError>{error}</FieldError>
        </div>
      )}
      {others.length > 0 && <p className="text-12 text-text-3">{tools.notOffered(others)}</p>}
    </fieldset>
  )
}

interface ModelsProps {
  provider: Provider
  chosen: ReadonlySet<string> | undefined
  onChoose: () => void
}

function Models({ provider, chosen, onChoose }: ModelsProps) {
  const { tools } = strings
  const id = useId()
  return (
    <>
      <span id={id} className="tabular shrink-0 px-2 text-12 text-text-2">
        {chosen === undefined
          ? tools.allModels
          : tools.someModels(chosen.size, offeredModels(provider.models, chosen).length)}
      </span>
      <Button
        small
        look="ghost"
        id={chooseButtonOf(provider.name)}
        aria-label={tools.chooseOf(provider.display_name)}
        aria-describedby={id}
        onClick={onChoose}
      >
        {tools.choose}
      </Button>
    </>
  )
}
