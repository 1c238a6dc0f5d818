// The wizard's steps as a pure function: what was typed stays in it whichever way the person goes.
import type { KeyTest } from '../../shared/key-test-schemas.ts'
import { NewProvider, type Dialect, type Provider } from '../../shared/schemas.ts'
import type { Problem } from '../api.ts'
import { emptyKey, type KeyDraft } from '../providers/key-draft.ts'
import { keyProblem } from '../providers/key-text.ts'
import { hasKey } from '../providers/has-key.ts'
import { strings } from '../strings.ts'
import { hostOf } from '../words.ts'
import { slugOf } from './slug.ts'

export type Choice = number | 'custom'
export type Step = 'choose' | 'key' | 'custom' | 'done'
export type CustomField = 'display_name' | 'name' | 'base_url' | 'api_key' | 'models'

export interface CustomForm {
  display_name: string
  name: string
  /** From then on the name is no longer made from the display name. */
  is_name_edited: boolean
  base_url: string
  dialect: Dialect
  api_key: KeyDraft
  models: readonly string[]
  /** What stands behind the chips, not yet one. */
  model_text: string
}

export interface WizardState {
  step: Step
  query: string
  choice: Choice
  provider_id: number | null
  key: KeyDraft
  custom: CustomForm
  errors: Partial<Record<CustomField, string>>
  /** The name that was refused as taken. */
  taken: string | null
  refusal: Problem | null
  /** What is being done; null while nothing is. */
  busy: 'testing' | 'saving' | null
  /** The last answer of the provider, and what it was about. */
  tested: { subject: string; answer: KeyTest } | null
  done_id: number | null
}

export const emptyCustom: CustomForm = {
  display_name: '',
  name: '',
  is_name_edited: false,
  base_url: '',
  dialect: 'openai',
  api_key: emptyKey,
  models: [],
  model_text: '',
}

export type WizardAction =
  | { type: 'search'; query: string; choices: readonly Choice[] }
  | { type: 'highlight'; choice: Choice }
  | { type: 'choose'; choice: Choice }
  | { type: 'back' }
  | { type: 'type_key'; value: string; trimmed: boolean }
  | { type: 'keep_key' }
  | { type: 'type'; field: 'display_name' | 'name' | 'base_url'; value: string }
  | { type: 'dialect'; dialect: Dialect }
  | { type: 'type_models'; text: string }
  | { type: 'remove_model'; name: string }
  | { type: 'last_model_to_text' }
  | { type: 'busy'; with: 'testing' | 'saving' }
  | { type: 'tested'; subject: string; answer: KeyTest }
  | { type: 'field_errors'; errors: WizardState['errors'] }
  | { type: 'refused'; problem: Problem }
  | { type: 'saved'; id: number }
  | { type: 'again'; choice: Choice }

export function startWizard(choice: Choice, copyOf?: Provider): WizardState {
  return {
    step: copyOf === undefined ? 'choose' : 'custom',
    query: '',
    choice: copyOf === undefined ? choice : 'custom',
    provider_id: null,
    key: emptyKey,
    custom: copyOf === undefined ? emptyCustom : duplicateOf(copyOf),
    errors: {},
    taken: null,
    refusal: null,
    busy: null,
    tested: null,
    done_id: null,
  }
}

export function wizardReducer(state: WizardState, action: WizardAction): WizardState {
  switch (action.type) {
    case 'search': {
      const choice = isAddress(action.query) ? 'custom' : (action.choices[0] ?? 'custom')
      return { ...state, query: action.query, choice }
    }
    case 'highlight':
      return { ...state, choice: action.choice }
    case 'choose':
      return choose({ ...state, choice: action.choice, refusal: null })
    case 'back':
      return { ...state, step: 'choose', refusal: null }
    case 'type_key':
      return typeKey(state, action.value, action.trimmed)
    case 'keep_key':
      return state.step === 'custom'
        ? withCustom(state, { api_key: { ...state.custom.api_key, kept: state.custom.api_key.value } })
        : { ...state, key: { ...state.key, kept: state.key.value } }
    case 'type':
      return typeField(state, action.field, action.value)
    case 'dialect':
      return withCustom(state, { dialect: action.dialect })
    case 'type_models':
      return typeModels(state, action.text)
    case 'remove_model':
      return withCustom(state, { models: state.custom.models.filter((name) => name !== action.name) }, 'models')
    case 'last_model_to_text':
      return withCustom(
        state,
        { models: state.custom.models.slice(0, -1), model_text: state.custom.models.at(-1) ?? '' },
        'models',
      )
    case 'busy':
      return { ...state, busy: action.with, refusal: null }
    case 'tested':
      return { ...state, busy: null, tested: { subject: action.subject, answer: action.answer } }
    case 'field_errors':
      return { ...state, busy: null, errors: action.errors }
    case 'refused':
      return refuse({ ...state, busy: null }, action.problem)
    case 'saved': {
      const answered = testAnswer(state)
      return {
        ...state,
        busy: null,
        step: 'done',
        done_id: action.id,
        // An answer about another key says nothing of this one; what it was about has a key in it, and goes.
        tested: answered === undefined ? null : { subject: '', answer: answered },
      }
    }
    case 'again':
      return startWizard(action.choice)
  }
}

/** What the choose step lists: predefined providers that match, those without a key first, Custom last and always. */
export function choicesOf(list: readonly Provider[], query: string): Choice[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const found = list.filter((provider) => {
    const text = `${provider.display_name}\n${provider.name}\n${hostOf(provider.base_url) ?? ''}`.toLowerCase()
    return provider.is_predefined && words.every((word) => text.includes(word))
  })
  const ordered = [...found.filter((provider) => !hasKey(provider)), ...found.filter(hasKey)]
  return [...ordered.map(({ id }) => id), 'custom']
}

/** Something a person would not want to type again. */
export function isTyped({ step, key, custom }: WizardState): boolean {
  if (step === 'done') return false
  return key.value !== '' || custom !== emptyCustom
}

/** What a test of the step's key would be about; what was answered holds for that and nothing else. */
export function testSubject({ step, provider_id, key, custom }: WizardState): string {
  const { base_url, dialect, api_key } = custom
  return JSON.stringify(step === 'custom' ? [base_url.trim(), dialect, api_key.value] : [provider_id, key.value])
}

/** The provider's answer about exactly what stands in the step now. */
export function testAnswer(state: WizardState): KeyTest | undefined {
  return state.tested?.subject === testSubject(state) ? state.tested.answer : undefined
}

/**
 * What the primary button of the step does with its key. A key that was asked about and kept is not shown to the company
 * it may not be meant for, and one that was tested in vain is saved all the same if the person says so.
 */
export function savingOf(state: WizardState, address: string | null): 'save' | 'test' | 'untested' | 'anyway' {
  const draft = state.step === 'custom' ? state.custom.api_key : state.key
  const answer = testAnswer(state)
  if (address === null || (state.step === 'custom' && draft.value === '') || answer?.authenticated === true)
    return 'save'
  if (draft.value !== '' && draft.kept === draft.value) return 'untested'
  return answer === undefined ? 'test' : 'anyway'
}

/** The models of the form: chips, and the text behind them. */
export const modelsOf = ({ models, model_text }: CustomForm): string[] => [
  ...new Set([...models, ...splitModels(model_text)]),
]

/** Checks the form by the rules of REST. */
export function checkCustom(form: CustomForm): { provider: NewProvider } | { errors: WizardState['errors'] } {
  const models = modelsOf(form)
  const key = form.api_key.value
  const parsed = NewProvider.safeParse({
    name: form.name,
    display_name: form.display_name,
    base_url: form.base_url,
    dialect: form.dialect,
    ...(key === '' ? {} : { api_key: key }),
    ...(models.length === 0 ? {} : { models }),
  })
  const issues = parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }))
  const several = key === '' ? undefined : keyProblem(key)
  const errors = { ...fieldErrors(issues), ...(several === undefined ? {} : { api_key: several }) }
  return parsed.success && several === undefined ? { provider: parsed.data } : { errors }
}

/** Puts refused fields by name; a path such as `models.2` belongs to its field. The first sentence of each stays. */
export function fieldErrors(issues: readonly { path: string; message: string }[]): WizardState['errors'] {
  const errors: WizardState['errors'] = {}
  for (const { path, message } of issues) {
    const field = customFields.find((name) => path === name || path.startsWith(`${name}.`))
    if (field !== undefined) errors[field] ??= message
  }
  return errors
}

/** In the order they stand in. */
export const customFields: readonly CustomField[] = ['display_name', 'name', 'base_url', 'api_key', 'models']

function choose(state: WizardState): WizardState {
  const { choice, query, custom } = state
  if (choice !== 'custom') return { ...state, step: 'key', provider_id: choice }
  const base_url = isAddress(query) && custom.base_url === '' ? query.trim() : custom.base_url
  return { ...state, step: 'custom', custom: base_url === custom.base_url ? custom : { ...custom, base_url } }
}

function typeKey(state: WizardState, value: string, trimmed: boolean): WizardState {
  if (state.step === 'custom') {
    return withCustom(state, { api_key: { ...state.custom.api_key, value, trimmed } }, 'api_key')
  }
  return { ...state, key: { ...state.key, value, trimmed }, errors: without(state.errors, 'api_key') }
}

function typeField(state: WizardState, field: 'display_name' | 'name' | 'base_url', value: string): WizardState {
  if (field === 'name') return withCustom(state, { name: value, is_name_edited: value !== '' }, field)
  if (field === 'base_url' || state.custom.is_name_edited) return withCustom(state, { [field]: value }, field)
  const made = withCustom(state, { display_name: value, name: slugOf(value) }, field)
  return { ...made, errors: without(made.errors, 'name') }
}

function typeModels(state: WizardState, text: string): WizardState {
  // A comma or a line's end closes a chip; what follows the last one is still being typed.
  const at = Math.max(text.lastIndexOf(','), text.lastIndexOf('\n'))
  if (at < 0) return withCustom(state, { model_text: text }, 'models')
  const models = [...new Set([...state.custom.models, ...splitModels(text.slice(0, at))])]
  return withCustom(state, { models, model_text: text.slice(at + 1).trimStart() }, 'models')
}

const splitModels = (text: string): string[] =>
  text
    .split(/[,\n]/)
    .map((name) => name.trim())
    .filter((name) => name !== '')

function refuse(state: WizardState, problem: Problem): WizardState {
  if (problem.code === 'provider_exists') {
    return { ...state, errors: { ...state.errors, name: problem.detail }, taken: state.custom.name }
  }
  const errors = fieldErrors(problem.errors ?? [])
  return Object.keys(errors).length > 0 ? { ...state, errors } : { ...state, refusal: problem }
}

/** Changes the form; the error of the field that changed leaves. */
function withCustom(state: WizardState, change: Partial<CustomForm>, field?: CustomField): WizardState {
  const errors = field === undefined ? state.errors : without(state.errors, field)
  return { ...state, custom: { ...state.custom, ...change }, errors, taken: field === 'name' ? null : state.taken }
}

function without(errors: WizardState['errors'], field: CustomField): WizardState['errors'] {
  const { [field]: _, ...rest } = errors
  return rest
}

const isAddress = (query: string): boolean => /^\s*https?:\/\/\S/i.test(query)

function duplicateOf(provider: Provider): CustomForm {
  const display_name = strings.wizard.copyOf(provider.display_name)
  return {
    ...emptyCustom,
    display_name,
    name: slugOf(display_name),
    base_url: provider.base_url ?? '',
    dialect: provider.dialect,
    models: provider.models.map(({ name }) => name),
  }
}
