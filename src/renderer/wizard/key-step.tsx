import type { Dispatch } from 'react'
import type { Provider } from '../../shared/schemas.ts'
import type { ForeignKey } from '../providers/foreign-key.ts'
import { KeyEntry } from '../providers/key-entry.tsx'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { DialogBody } from '../ui/dialog.tsx'
import { Mark } from '../ui/mark.tsx'
import { Note } from '../ui/note.tsx'
import { hostOf } from '../words.ts'
import { testAnswer, type WizardAction, type WizardState } from './wizard-state.ts'
import { sayProblem } from '../say-problem.ts'

interface KeyStepProps {
  state: WizardState
  provider: Provider
  foreign: ForeignKey | undefined
  dispatch: Dispatch<WizardAction>
  onInstead: () => void
}

/** The key of a predefined provider. */
export function KeyStep({ state, provider, foreign, dispatch, onInstead }: KeyStepProps) {
  return (
    <>
      <DialogBody>
        <div className="flex items-center gap-3">
          <Mark provider_id={provider.id} size={36} />
          <div className="flex min-w-0 grow flex-col">
            <span className="truncate text-13 font-semibold">{provider.display_name}</span>
            <span className="mono truncate text-12 text-text-3">{hostOf(provider.base_url) ?? ''}</span>
          </div>
          <Button small look="ghost" aria-label={strings.wizard.change} onClick={() => dispatch({ type: 'back' })}>
            {strings.action.change}
          </Button>
        </div>
        <KeyEntry
          provider={provider}
          draft={state.key}
          error={state.errors.api_key}
          foreign={foreign}
          onType={(value, trimmed) => dispatch({ type: 'type_key', value, trimmed })}
          onKeep={() => dispatch({ type: 'keep_key' })}
          onInstead={onInstead}
        />
      </DialogBody>
      <Refusal state={state} />
    </>
  )
}

/** A refusal of the server as a whole, or of the provider, above the footer; what was typed stays. */
export function Refusal({ state }: { state: WizardState }) {
  if (state.refusal === null) return <InVain state={state} />
  return (
    <div className="shrink-0 px-5 pb-4">
      <Note kind="failure">{sayProblem(state.refusal)}</Note>
    </div>
  )
}

/** A test that did not end with a yes: what was asked, and what came of it. */
function InVain({ state }: { state: WizardState }) {
  const answer = testAnswer(state)
  if (answer === undefined || answer.authenticated === true) return null
  return (
    <div className="shrink-0 px-5 pb-4">
      <Note kind={answer.verdict === 'refused' ? 'failure' : 'question'}>
        <span className="wrap-anywhere">{sayProblem({ detail: answer.detail })}</span>{' '}
        <span className="mono text-12 wrap-anywhere">{`${answer.method} ${answer.url}`}</span>
      </Note>
    </div>
  )
}
