import { ArrowLeft, Check } from 'lucide-react'
import { useEffect, useMemo, useReducer, useRef, type FormEvent } from 'react'
import type { KeyTest } from '../../shared/key-test-schemas.ts'
import type { NewProvider, Provider } from '../../shared/schemas.ts'
import { api, problemOf } from '../api.ts'
import { hasKey } from '../providers/has-key.ts'
import { useForeignKey } from '../providers/key-entry.tsx'
import { keyProblem } from '../providers/key-text.ts'
import { saveToLabel } from '../providers/provider-actions.ts'
import { addProviderToVault, saveProvider } from '../providers/save-provider.ts'
import { closeOverlay, requestClose, requestOverlay, setDirty, useOverlays } from '../state/overlays.ts'
import { findProvider, useProvider, useProviders } from '../state/providers.ts'
import { useDesktop } from '../state/status.ts'
import { openEdit, setActive, setFilter, setQuery, goTo } from '../state/window.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogFooter, DialogHeader, useLast } from '../ui/dialog.tsx'
import { Icon } from '../ui/icon.tsx'
import { ChooseStep } from './choose-step.tsx'
import { CustomStep } from './custom-step.tsx'
import { DoneStep } from './done-step.tsx'
import { KeyStep } from './key-step.tsx'
import {
  checkCustom,
  choicesOf,
  customFields,
  isTyped,
  savingOf,
  startWizard,
  testSubject,
  wizardReducer,
  type WizardState,
} from './wizard-state.ts'

/** "Add provider": choose, key or address, done. One size in every step. */
export function WizardDialog() {
  const overlay = useOverlays((state) => state.overlay)
  const asked = overlay?.kind === 'wizard' ? overlay : undefined
  const shown = useLast(asked)
  return (
    <Dialog open={asked !== undefined} title={strings.wizard.title} wide steady>
      {shown !== undefined && <Wizard duplicateOf={shown.duplicateOf} />}
    </Dialog>
  )
}

function Wizard({ duplicateOf }: { duplicateOf: number | undefined }) {
  const list = useProviders((state) => state.list)
  const isDesktop = useDesktop()
  const [state, dispatch] = useReducer(wizardReducer, undefined, () => {
    const copied = duplicateOf === undefined ? undefined : findProvider(duplicateOf)
    return startWizard(choicesOf(list, '')[0] ?? 'custom', copied)
  })
  const choices = useMemo(() => choicesOf(list, state.query), [list, state.query])
  const provider = useProvider(state.provider_id ?? -1)
  const draft = state.step === 'custom' ? state.custom.api_key : state.key
  const foreign = useForeignKey(draft, (state.step === 'custom' ? undefined : provider) ?? null)
  const form = useRef<HTMLFormElement>(null)
  const isDirty = isTyped(state)
  useEffect(() => setDirty(isDirty), [isDirty])
  useEffect(() => {
    const first = customFields.find((field) => state.errors[field] !== undefined)
    if (first !== undefined && state.busy === null) form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus()
  }, [state.errors, state.busy])

  /** Saves, where there is one to ask once the provider has said yes to the key. */
  const run = async (save: () => Promise<{ id: number }>, test?: () => Promise<KeyTest>): Promise<void> => {
    try {
      if (test !== undefined) {
        dispatch({ type: 'busy', with: 'testing' })
        const answer = await test()
        dispatch({ type: 'tested', subject: testSubject(state), answer })
        if (answer.authenticated !== true) return
      }
      dispatch({ type: 'busy', with: 'saving' })
      dispatch({ type: 'saved', id: (await save()).id })
    } catch (cause) {
      dispatch({ type: 'refused', problem: problemOf(cause) })
    }
  }
  const saveKey = (provider_id: number): void => {
    const api_key = draft.value
    const problem = api_key === '' ? strings.key.needed : keyProblem(api_key)
    const isTested = provider?.id === provider_id && savingOf(state, provider.base_url) === 'test'
    const test = isTested ? () => api.testProvider({ provider_id, api_key }) : undefined
    if (problem === undefined) void run(() => saveProvider({ provider_id, api_key }), test)
    else dispatch({ type: 'field_errors', errors: { api_key: problem } })
  }
  const saveCustom = (): void => {
    const checked = checkCustom(state.custom)
    if ('errors' in checked) dispatch({ type: 'field_errors', errors: checked.errors })
    else void run(() => addProviderToVault(checked.provider), testOf(state, checked.provider))
  }
  /** To the other provider's step with the key, where it is seen before it is saved. */
  const moveKey = (): void => {
    if (foreign === undefined) return
    const { value, trimmed } = draft
    if (state.step === 'custom') dispatch({ type: 'type_key', value: '', trimmed: false })
    dispatch({ type: 'choose', choice: foreign.provider.id })
    dispatch({ type: 'type_key', value, trimmed })
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (state.busy !== null) return
    if (state.step === 'choose') dispatch({ type: 'choose', choice: state.choice })
    else if (state.step === 'done') finish(state.done_id)
    else if (foreign !== undefined) {
      // A key that the other provider has is not overwritten unseen: the step moves there first.
      if (hasKey(foreign.provider)) moveKey()
      else saveKey(foreign.provider.id)
    } else if (state.step === 'custom') saveCustom()
    else if (provider !== undefined) saveKey(provider.id)
  }

  return (
    <form ref={form} onSubmit={submit} noValidate className="contents">
      <DialogHeader title={strings.wizard.title}>
        <Steps step={state.step} />
      </DialogHeader>
      {state.step === 'choose' && <ChooseStep state={state} choices={choices} dispatch={dispatch} />}
      {state.step === 'key' && provider !== undefined && (
        <KeyStep
          key={provider.id}
          state={state}
          provider={provider}
          foreign={foreign}
          dispatch={dispatch}
          onInstead={moveKey}
        />
      )}
      {state.step === 'custom' && (
        <CustomStep state={state} foreign={foreign} dispatch={dispatch} onInstead={moveKey} />
      )}
      {state.step === 'done' && state.done_id !== null && (
        <DoneStep
          id={state.done_id}
          answer={state.tested?.answer}
          onConnect={() => {
            closeOverlay()
            goTo('tools')
          }}
          onModels={() => {
            finish(state.done_id)
            if (state.done_id !== null) openEdit(state.done_id, 'models')
          }}
          onListener={() => {
            finish(state.done_id)
            goTo('settings', 'listener')
          }}
          onAgain={() => dispatch({ type: 'again', choice: choicesOf(list, '')[0] ?? 'custom' })}
        />
      )}
      <DialogFooter
        left={
          state.step === 'choose' ? (
            isDesktop && (
              <Button look="ghost" onClick={() => requestOverlay({ kind: 'import' })} className="-ml-3">
                {strings.import.open}
              </Button>
            )
          ) : state.step === 'done' ? undefined : (
            <Button look="ghost" icon={ArrowLeft} onClick={() => dispatch({ type: 'back' })} className="-ml-3">
              {strings.action.back}
            </Button>
          )
        }
      >
        {state.step !== 'done' && <Button onClick={requestClose}>{strings.action.cancel}</Button>}
        <Button type="submit" look="primary" busy={state.busy !== null && strings.wizard.busy[state.busy]}>
          {primaryLabel(state, provider, foreign?.provider)}
        </Button>
      </DialogFooter>
    </form>
  )
}

/** How a new provider is asked before it is saved; not at all where there is nothing to ask about. */
function testOf(state: WizardState, { base_url, dialect, api_key }: NewProvider): (() => Promise<KeyTest>) | undefined {
  if (base_url === undefined || api_key === undefined || savingOf(state, base_url) !== 'test') return undefined
  return () => api.testNewProvider({ base_url, api_key, ...(dialect === undefined ? {} : { dialect }) })
}

function primaryLabel(state: WizardState, provider: Provider | undefined, foreign: Provider | undefined): string {
  const { step, custom } = state
  if (step === 'choose') return strings.action.continue
  if (step === 'done') return strings.action.done
  if (foreign !== undefined) return saveToLabel(foreign)
  return strings.wizard.saving[savingOf(state, step === 'custom' ? custom.base_url : (provider?.base_url ?? null))]
}

/** Closes on the new card, wherever the wizard was opened. */
function finish(id: number | null): void {
  goTo('providers')
  setQuery('')
  setFilter('all')
  if (id !== null) setActive(id)
  closeOverlay(id === null ? undefined : { provider_id: id })
}

function Steps({ step }: { step: WizardState['step'] }) {
  const { wizard } = strings
  const at = { choose: 0, key: 1, custom: 1, done: 2 }[step]
  return (
    <ol aria-label={wizard.steps} className="flex items-center gap-1.5 text-12 text-text-3">
      {[wizard.stepProvider, wizard.stepKey, wizard.stepDone].map((label, index) => (
        <li
          key={label}
          aria-current={index === at ? 'step' : undefined}
          className={`flex items-center gap-1.5 ${index === at ? 'font-semibold text-text' : ''}`}
        >
          {index > 0 && <span aria-hidden className="h-px w-4 bg-line-2" />}
          {index < at && <Icon of={Check} size={12} className="text-text-2" />}
          <span className={index < at ? 'text-text-2' : ''}>{label}</span>
        </li>
      ))}
    </ol>
  )
}
