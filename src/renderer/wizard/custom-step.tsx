import { useEffect, useRef, type Dispatch } from 'react'
import type { ForeignKey } from '../providers/foreign-key.ts'
import { requestOverlay } from '../state/overlays.ts'
import { useProviders } from '../state/providers.ts'
import { strings } from '../strings.ts'
import { LinkButton, Button } from '../ui/button.tsx'
import { DialogBody } from '../ui/dialog.tsx'
import { TextField } from '../ui/field.tsx'
import { KeyField } from '../ui/key-field.tsx'
import { Note } from '../ui/note.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { vendorOf } from '../words.ts'
import { dialectChoices } from '../providers/dialect-choices.ts'
import { Refusal } from './key-step.tsx'
import { ModelChips } from './model-chips.tsx'
import { requestAddress } from './request-address.ts'
import type { WizardAction, WizardState } from './wizard-state.ts'

interface CustomStepProps {
  state: WizardState
  foreign: ForeignKey | undefined
  dispatch: Dispatch<WizardAction>
  onInstead: () => void
}

/** Name, address, dialect, key and models of a provider of one's own. */
export function CustomStep({ state, foreign, dispatch, onInstead }: CustomStepProps) {
  const { custom, errors } = state
  const { wizard, key } = strings
  const first = useRef<HTMLInputElement>(null)
  const keyField = useRef<HTMLInputElement>(null)
  useEffect(() => first.current?.focus(), [])
  const address = requestAddress(custom.base_url, custom.dialect)
  return (
    <>
      <DialogBody className="gap-4">
        <div className="grid grid-cols-2 gap-4">
          <TextField
            label={wizard.displayName}
            hint={wizard.displayNameHint}
            error={errors.display_name}
            value={custom.display_name}
            onChange={(value) => dispatch({ type: 'type', field: 'display_name', value })}
            input={{ ref: first }}
          />
          <TextField
            label={wizard.name}
            hint={wizard.nameHint}
            error={nameError(errors.name, state.taken)}
            value={custom.name}
            onChange={(value) => dispatch({ type: 'type', field: 'name', value })}
            mono
          />
        </div>
        <TextField
          label={wizard.baseUrl}
          corner={
            <Segmented
              small
              name={wizard.dialect}
              value={custom.dialect}
              choices={dialectChoices}
              onChange={(dialect) => dispatch({ type: 'dialect', dialect })}
            />
          }
          hint={
            address === undefined ? (
              wizard.baseUrlHint
            ) : (
              <>
                {wizard.requestsGoTo} <span className="mono">{address}</span>
              </>
            )
          }
          error={errors.base_url}
          value={custom.base_url}
          onChange={(value) => dispatch({ type: 'type', field: 'base_url', value })}
          mono
        />
        <KeyField
          ref={keyField}
          aside={key.optional}
          placeholder={key.placeholderOptional}
          value={custom.api_key.value}
          onChange={(value, trimmed) => dispatch({ type: 'type_key', value, trimmed })}
          error={errors.api_key}
          hint={custom.api_key.trimmed ? key.trimmed(custom.api_key.value.length) : undefined}
        />
        {foreign !== undefined && (
          <Note
            kind="question"
            title={key.foreignTitle(vendorOf(foreign.provider.display_name))}
            actions={
              <>
                <Button small onClick={onInstead}>
                  {key.saveInstead(foreign.provider.display_name)}
                </Button>
                <Button
                  small
                  look="ghost"
                  onClick={() => {
                    keyField.current?.focus()
                    dispatch({ type: 'keep_key' })
                  }}
                >
                  {key.keepHere}
                </Button>
              </>
            }
          >
            {key.foreignBegins} <span className="mono text-12">{foreign.prefix}</span>.
          </Note>
        )}
        <ModelChips
          models={custom.models}
          text={custom.model_text}
          error={errors.models}
          onText={(text) => dispatch({ type: 'type_models', text })}
          onRemove={(name) => dispatch({ type: 'remove_model', name })}
          onLastToText={() => dispatch({ type: 'last_model_to_text' })}
        />
      </DialogBody>
      <Refusal state={state} />
    </>
  )
}

/** The words of the refusal; where the name is taken, with the way to the one that has it. */
function nameError(error: string | undefined, taken: string | null) {
  if (error === undefined || taken === null) return error
  return (
    <>
      {error}. {strings.wizard.chooseAnother} <EditThatOne name={taken} />.
    </>
  )
}

function EditThatOne({ name }: { name: string }) {
  const id = useProviders((state) => state.list.find((provider) => provider.name === name)?.id)
  const { editThatOne } = strings.wizard
  if (id === undefined) return editThatOne
  return (
    <LinkButton
      className="min-h-0! inline!"
      onClick={() => requestOverlay({ kind: 'edit', provider_id: id, view: 'details' })}
    >
      {editThatOne}
    </LinkButton>
  )
}
