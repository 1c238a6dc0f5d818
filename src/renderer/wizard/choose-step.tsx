import { ChevronRight, Plus } from 'lucide-react'
import { useEffect, useRef, type Dispatch, type KeyboardEvent, type ReactNode } from 'react'
import { useProvider, useProviders } from '../state/providers.ts'
import { strings } from '../strings.ts'
import { KeyChip } from '../ui/chip.tsx'
import { DialogBody } from '../ui/dialog.tsx'
import { Icon } from '../ui/icon.tsx'
import { KeyCaps } from '../ui/key-caps.tsx'
import { Mark } from '../ui/mark.tsx'
import { SearchField } from '../ui/search-field.tsx'
import { hostOf } from '../words.ts'
import { choicesOf, type Choice, type WizardAction, type WizardState } from './wizard-state.ts'

const LIST = 'wizard-choices'
const optionId = (choice: Choice): string => `wizard-choice-${choice}`

interface ChooseStepProps {
  state: WizardState
  choices: readonly Choice[]
  dispatch: Dispatch<WizardAction>
}

/** A searchable list; arrows and Enter work from the search field, which keeps the focus. */
export function ChooseStep({ state, choices, dispatch }: ChooseStepProps) {
  const list = useProviders((all) => all.list)
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), [])
  useEffect(() => {
    document.getElementById(optionId(state.choice))?.scrollIntoView({ block: 'nearest' })
  }, [state.choice])

  const move = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    const at = choices.indexOf(state.choice) + step
    const choice = choices[(at + choices.length) % choices.length]
    if (choice !== undefined) dispatch({ type: 'highlight', choice })
  }
  const option = (choice: Choice): OptionProps => ({
    choice,
    isActive: choice === state.choice,
    onHighlight: () => dispatch({ type: 'highlight', choice }),
    onChoose: () => dispatch({ type: 'choose', choice }),
  })
  return (
    <DialogBody className="gap-3">
      <SearchField
        ref={field}
        name={strings.wizard.search}
        placeholder={strings.wizard.search}
        value={state.query}
        onChange={(query) => dispatch({ type: 'search', query, choices: choicesOf(list, query) })}
        onKeyDown={move}
        input={{
          role: 'combobox',
          'aria-expanded': true,
          'aria-controls': LIST,
          'aria-autocomplete': 'list',
          'aria-activedescendant': optionId(state.choice),
        }}
        className="shrink-0"
      />
      <div id={LIST} role="listbox" aria-label={strings.wizard.list} className="-mx-2 flex flex-col">
        {choices.map(
          (choice) => choice !== 'custom' && <ProviderOption key={choice} {...option(choice)} id={choice} />,
        )}
        {choices.length === 1 && (
          <p role="presentation" className="px-2 py-1 text-12 text-text-3">
            {strings.wizard.noHit(state.query)}
          </p>
        )}
        <span role="presentation" className="mx-2 my-2 h-px bg-line" />
        <Option
          {...option('custom')}
          mark={
            <span className="flex size-7 shrink-0 items-center justify-center rounded-6 bg-hover text-text-2">
              <Icon of={Plus} />
            </span>
          }
          name={strings.wizard.custom}
          below={<span className="text-12 text-text-3">{strings.wizard.customText}</span>}
          right={<Icon of={ChevronRight} className="text-text-3" />}
        />
      </div>
      <p className="text-12 text-text-3">{strings.wizard.replaces}</p>
    </DialogBody>
  )
}

interface OptionProps {
  choice: Choice
  isActive: boolean
  onHighlight: () => void
  onChoose: () => void
}

function ProviderOption({ id, ...option }: OptionProps & { id: number }) {
  const provider = useProvider(id)
  if (provider === undefined) return null
  return (
    <Option
      {...option}
      mark={<Mark provider_id={id} size={28} />}
      name={provider.display_name}
      below={<span className="mono truncate text-12 text-text-3">{hostOf(provider.base_url) ?? ''}</span>}
      right={<KeyChip state={provider.key_state} />}
    />
  )
}

interface OptionLook {
  mark: ReactNode
  name: string
  below: ReactNode
  right: ReactNode
}

function Option({ choice, isActive, onHighlight, onChoose, mark, name, below, right }: OptionProps & OptionLook) {
  return (
    // Reached by the search field's active descendant; a pointer chooses directly.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
    <div
      id={optionId(choice)}
      role="option"
      aria-selected={isActive}
      onPointerMove={() => {
        if (!isActive) onHighlight()
      }}
      onClick={onChoose}
      className={`flex h-12 shrink-0 items-center gap-3 rounded-6 px-3 ${isActive ? 'bg-accent-bg' : ''}`}
    >
      {mark}
      <span className="flex min-w-0 grow flex-col">
        <span className="truncate text-13 font-medium">{name}</span>
        {below}
      </span>
      {isActive && <KeyCaps chord="Enter" />}
      {right}
    </div>
  )
}
