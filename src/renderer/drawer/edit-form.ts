// What the drawer's form holds: only what was touched, so that changes made elsewhere show in the other fields.
import { originOf } from '../../shared/origin.ts'
import { BaseUrl, defaultAuth, ProviderPatch, type Auth, type Dialect, type Provider } from '../../shared/schemas.ts'
import type { LimitDraft } from '../limits/limit-draft.ts'
import type { KeyDraft } from '../providers/key-draft.ts'
import { keyProblem } from '../providers/key-text.ts'
import { strings } from '../strings.ts'
import { hostOf } from '../words.ts'

export interface EditDraft {
  /** As typed, once a limit was. */
  limits?: LimitDraft
  display_name?: string
  base_url?: string
  dialect?: Dialect
  auth?: Auth
  api_key: KeyDraft
}

export type EditField = 'display_name' | 'base_url' | 'api_key'
export type EditErrors = Partial<Record<EditField, string>>

/** In the order they stand in. */
export const editFields: readonly EditField[] = ['display_name', 'base_url', 'api_key']

export interface EditValues {
  display_name: string
  base_url: string
  dialect: Dialect
  auth: Auth
}

/** What the fields show: what was touched, else what is stored. */
export function valuesOf(provider: Provider, draft: EditDraft): EditValues {
  return {
    display_name: draft.display_name ?? provider.display_name,
    base_url: draft.base_url ?? provider.base_url ?? '',
    dialect: draft.dialect ?? provider.dialect,
    auth: draft.auth ?? provider.auth,
  }
}

/** Chooses a dialect; the key's header goes along unless it was chosen otherwise. */
export function withDialect(provider: Provider, draft: EditDraft, dialect: Dialect): EditDraft {
  const { dialect: before, auth } = valuesOf(provider, draft)
  return { ...draft, dialect, auth: auth === defaultAuth(before) ? defaultAuth(dialect) : auth }
}

/** The fields that differ from what is stored; nothing else is sent. */
export function patchOf(provider: Provider, draft: EditDraft): ProviderPatch {
  const values = valuesOf(provider, draft)
  const display_name = values.display_name.trim()
  const base_url = values.base_url.trim()
  return {
    provider_id: provider.id,
    ...(display_name === provider.display_name ? {} : { display_name }),
    ...(base_url === (provider.base_url ?? '') ? {} : { base_url }),
    ...(values.dialect === provider.dialect ? {} : { dialect: values.dialect }),
    ...(values.auth === provider.auth ? {} : { auth: values.auth }),
    ...(draft.api_key.value === '' ? {} : { api_key: draft.api_key.value }),
  }
}

/** True once saving would change something. */
export const isChanged = (patch: ProviderPatch): boolean => Object.keys(patch).length > 1

/** The origin the stored key was entered for, where the address as typed leads to another. */
export function originChange(provider: Provider, draft: EditDraft): { from: string | null } | undefined {
  const holdsKey = provider.key_state === 'stored' || provider.key_state === 'unreadable'
  if (!holdsKey || draft.base_url === undefined) return undefined
  const typed = draft.base_url.trim()
  // Half an address is no new origin yet; an empty one is.
  if (typed !== '' && !BaseUrl.safeParse(typed).success) return undefined
  const from = originOf(provider.base_url)
  return originOf(typed === '' ? null : typed) === from ? undefined : { from }
}

/** Checks the form by the rules of REST; no fields in the answer where it may be sent. */
export function checkEdit(provider: Provider, draft: EditDraft): EditErrors {
  const patch = patchOf(provider, draft)
  const parsed = ProviderPatch.safeParse(patch)
  const errors: EditErrors = {}
  for (const { path, message } of parsed.error?.issues ?? []) {
    const field = editFields.find((name) => name === path[0])
    if (field !== undefined) errors[field] ??= message
  }
  if (patch.display_name === '' && !provider.is_predefined) errors.display_name = strings.edit.nameNeeded
  if (patch.api_key !== undefined) {
    const problem = keyProblem(patch.api_key)
    if (problem !== undefined) errors.api_key = problem
  } else if (originChange(provider, draft) !== undefined && patch.base_url !== '') {
    const host = hostOf(patch.base_url ?? null)
    errors.api_key = host === undefined ? strings.key.needed : strings.key.neededFor(host)
  }
  return errors
}
