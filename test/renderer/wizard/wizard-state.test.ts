import type { KeyTest } from '../../../src/shared/key-test-schemas.ts'
import { describe, expect, it } from 'vitest'
import {
  checkCustom,
  choicesOf,
  emptyCustom,
  fieldErrors,
  isTyped,
  modelsOf,
  startWizard,
  wizardReducer,
  type WizardAction,
  type WizardState,
  savingOf,
  testSubject,
} from '../../../src/renderer/wizard/wizard-state.ts'
import { someModel, someProvider } from '../some-provider.ts'

const openai = someProvider({ id: 1, display_name: 'OpenAI', key_state: 'stored' })
const xai = someProvider({ id: 2, name: 'xai', display_name: 'xAI (Grok)', base_url: 'https://api.x.ai/v1' })
const own = someProvider({ id: 3, name: 'acme', display_name: 'Acme', is_predefined: false })
const list = [openai, xai, own]

const run = (state: WizardState, ...actions: WizardAction[]): WizardState => actions.reduce(wizardReducer, state)
const type = (field: 'display_name' | 'name' | 'base_url', value: string): WizardAction => ({
  type: 'type',
  field,
  value,
})
const atCustom = run(startWizard('custom'), { type: 'choose', choice: 'custom' })

describe('the choose step', () => {
  it('lists predefined providers without a key first, and Custom always last', () => {
    expect(choicesOf(list, '')).toEqual([2, 1, 'custom'])
    expect(choicesOf(list, 'grok')).toEqual([2, 'custom'])
    expect(choicesOf(list, 'nothing like it')).toEqual(['custom'])
  })

  it('highlights the first that matches', () => {
    const state = run(startWizard(2), { type: 'search', query: 'open', choices: choicesOf(list, 'open') })
    expect(state.choice).toBe(1)
  })

  it('takes an address that is typed into the search to Custom', () => {
    const query = 'http://127.0.0.1:11434/v1'
    const state = run(startWizard(2), { type: 'search', query, choices: choicesOf(list, query) })
    expect(state.choice).toBe('custom')
    expect(run(state, { type: 'choose', choice: 'custom' }).custom.base_url).toBe(query)
  })
})

describe('going back and forth', () => {
  it('keeps the key', () => {
    const typed = run(
      startWizard(2),
      { type: 'choose', choice: 2 },
      { type: 'type_key', value: 'xai-1', trimmed: true },
    )
    const back = run(typed, { type: 'back' })
    expect(back.step).toBe('choose')
    expect(run(back, { type: 'choose', choice: 2 }).key).toMatchObject({ value: 'xai-1', trimmed: true })
  })

  it('keeps the form', () => {
    const typed = run(atCustom, type('display_name', 'Ollama'), type('base_url', 'http://localhost:1/v1'))
    const again = run(typed, { type: 'back' }, { type: 'choose', choice: 'custom' })
    expect(again.custom).toEqual(typed.custom)
  })

  it('asks before it closes only where something was typed', () => {
    expect(isTyped(run(startWizard(2), { type: 'choose', choice: 2 }))).toBe(false)
    expect(isTyped(run(startWizard(2), { type: 'search', query: 'x', choices: [2] }))).toBe(false)
    expect(isTyped(run(atCustom, type('name', 'x')))).toBe(true)
    expect(isTyped(run(atCustom, { type: 'type_key', value: 'k', trimmed: false }))).toBe(true)
    expect(isTyped(run(atCustom, type('name', 'x'), { type: 'saved', id: 1 }))).toBe(false)
  })
})

describe('the name', () => {
  it('follows the display name until it is edited by hand', () => {
    const made = run(atCustom, type('display_name', 'My Ollama'))
    expect(made.custom.name).toBe('my-ollama')
    const edited = run(made, type('name', 'mine'), type('display_name', 'My other Ollama'))
    expect(edited.custom.name).toBe('mine')
  })

  it('follows again once it is emptied', () => {
    const state = run(atCustom, type('name', 'mine'), type('name', ''), type('display_name', 'Other'))
    expect(state.custom.name).toBe('other')
  })
})

describe('the models', () => {
  it('become chips at commas, without blanks and repeats', () => {
    const state = run(atCustom, { type: 'type_models', text: ' a, b,, a ,c' })
    expect(state.custom.models).toEqual(['a', 'b'])
    expect(state.custom.model_text).toBe('c')
    expect(modelsOf(state.custom)).toEqual(['a', 'b', 'c'])
  })

  it('come back to text one by one', () => {
    const state = run(atCustom, { type: 'type_models', text: 'a,b,' }, { type: 'last_model_to_text' })
    expect(state.custom).toMatchObject({ models: ['a'], model_text: 'b' })
  })

  it('take a pasted list of lines', () => {
    expect(run(atCustom, { type: 'type_models', text: 'a\nb\nc' }).custom).toMatchObject({ models: ['a', 'b'] })
  })
})

describe('checkCustom', () => {
  it('speaks the words of the API at each field', () => {
    expect(checkCustom(emptyCustom)).toEqual({
      errors: {
        display_name: 'Write a display name.',
        name: 'Write 1 to 100 of a–z, 0–9, dot, underscore and hyphen, beginning with a letter or digit.',
        base_url: 'Write an absolute http or https address, for example https://api.example.com/v1.',
      },
    })
  })

  it('gives what is sent, without what was left empty', () => {
    const form = run(atCustom, type('display_name', ' Ollama '), type('base_url', 'http://localhost:11434/v1')).custom
    expect(checkCustom(form)).toEqual({
      provider: { name: 'ollama', display_name: 'Ollama', base_url: 'http://localhost:11434/v1', dialect: 'openai' },
    })
  })

  it('puts a wrong model at the models', () => {
    expect(fieldErrors([{ path: 'models.1', message: 'Too long.' }])).toEqual({ models: 'Too long.' })
  })
})

describe('a refusal', () => {
  const problem = { code: 'provider_exists', detail: "Provider with name 'acme' already exists" } as const
  const typed = run(atCustom, type('display_name', 'Acme'), { type: 'busy', with: 'saving' })

  it('of a taken name stands at the name, and leaves when it changes', () => {
    const refused = run(typed, { type: 'refused', problem })
    expect(refused).toMatchObject({ taken: 'acme', busy: null, refusal: null, errors: { name: problem.detail } })
    expect(run(refused, type('name', 'acme-2'))).toMatchObject({ taken: null, errors: {} })
    expect(run(refused, type('display_name', 'Acme two')).errors).toEqual({})
  })

  it('of a field stands at the field', () => {
    const errors = [{ path: 'base_url', message: 'Leave out user name, query and fragment.' }]
    const refused = run(typed, { type: 'refused', problem: { code: 'invalid_input', detail: 'x', errors } })
    expect(refused.errors).toEqual({ base_url: 'Leave out user name, query and fragment.' })
  })

  it('of the whole stands by itself and loses nothing', () => {
    const full = { code: 'disk_full', detail: 'The disk is full, so nothing was saved' } as const
    const refused = run(typed, { type: 'refused', problem: full })
    expect(refused).toMatchObject({ step: 'custom', refusal: full, custom: typed.custom })
  })
})

it('answers the question about a foreign key for the text it was asked about', () => {
  const asked = run(startWizard(2), { type: 'choose', choice: 2 }, { type: 'type_key', value: 'sk-1', trimmed: false })
  expect(run(asked, { type: 'keep_key' }).key.kept).toBe('sk-1')
})

it('duplicates a provider without its key', () => {
  const copied = startWizard('custom', { ...own, base_url: 'https://a.example/v1', models: [someModel({ name: 'm' })] })
  expect(copied.step).toBe('custom')
  expect(copied.custom).toMatchObject({
    display_name: 'Acme copy',
    name: 'acme-copy',
    base_url: 'https://a.example/v1',
    models: ['m'],
    api_key: { value: '' },
  })
})

describe('the primary button', () => {
  const answer = { verdict: 'refused', authenticated: false } as KeyTest
  const typed = run(startWizard(2), { type: 'choose', choice: 2 }, { type: 'type_key', value: 'sk-1', trimmed: false })
  const address = 'https://one.example'

  it('tests before it saves, and only where there is a key and an address', () => {
    expect(savingOf(typed, address)).toBe('test')
    expect(savingOf(typed, null)).toBe('save')
    expect(savingOf(atCustom, address)).toBe('save')
  })

  it('shows a key that was asked about to nobody', () => {
    expect(savingOf(run(typed, { type: 'keep_key' }), address)).toBe('untested')
  })

  it('saves what was tested in vain, until something else is typed', () => {
    const tested = run(typed, { type: 'tested', subject: testSubject(typed), answer })
    expect(savingOf(tested, address)).toBe('anyway')
    const other = run(tested, { type: 'type_key', value: 'sk-2', trimmed: false })
    expect(savingOf(other, address)).toBe('test')
    expect(run(other, { type: 'saved', id: 2 }).tested).toBeNull()
  })

  it('only saves what was tested with success, and says so at the end', () => {
    const yes = { ...answer, verdict: 'valid', authenticated: true } as KeyTest
    const tested = run(typed, { type: 'tested', subject: testSubject(typed), answer: yes })
    expect(savingOf(tested, address)).toBe('save')
    expect(run(tested, { type: 'saved', id: 2 }).tested).toEqual({ subject: '', answer: yes })
  })
})
