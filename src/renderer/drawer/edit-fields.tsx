import { Copy } from 'lucide-react'
import type { Provider } from '../../shared/schemas.ts'
import { useCatalogEntry } from '../providers/catalog-entry.ts'
import { dialectChoices } from '../providers/dialect-choices.ts'
import { KeyPageLink } from '../providers/key-entry.tsx'
import { act } from '../providers/provider-actions.ts'
import { useDesktop } from '../state/status.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { KeyChip } from '../ui/chip.tsx'
import { TextField } from '../ui/field.tsx'
import { KeyField } from '../ui/key-field.tsx'
import { Note } from '../ui/note.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { hostOf } from '../words.ts'
import { originChange, valuesOf, withDialect, type EditDraft, type EditErrors } from './edit-form.ts'

/** What each part of the form shows, and how it changes it. */
interface SectionProps {
  provider: Provider
  draft: EditDraft
  onChange: (draft: Partial<EditDraft>, field?: keyof EditErrors) => void
}

/** Names, address, what it speaks and the header of its key. */
export function AddressFields({ provider, draft, errors, onChange }: SectionProps & { errors: EditErrors }) {
  const { edit } = strings
  const values = valuesOf(provider, draft)
  const offered = useCatalogEntry(provider.id)?.offered_base_url ?? null
  const moved = originChange(provider, draft)
  return (
    <>
      <TextField
        label={edit.displayName}
        hint={provider.is_predefined && values.display_name === '' ? edit.backToCatalog : undefined}
        error={errors.display_name}
        value={values.display_name}
        onChange={(display_name) => onChange({ display_name }, 'display_name')}
      />
      <div className="flex flex-col gap-2">
        <TextField
          label={edit.baseUrl}
          hint={provider.is_predefined && values.base_url === '' ? edit.backToCatalog : undefined}
          error={errors.base_url}
          value={values.base_url}
          onChange={(base_url) => onChange({ base_url }, 'base_url')}
          mono
        />
        {moved !== undefined && (
          <Note kind="question" title={edit.originTitle}>
            {moved.from === null ? (
              edit.originNone
            ) : (
              <>
                {edit.originFor} <span className="mono text-12">{moved.from}</span> {edit.originNowhere}
              </>
            )}
          </Note>
        )}
        {offered !== null && offered !== values.base_url && (
          <Note
            kind="information"
            actions={
              <Button small onClick={() => onChange({ base_url: offered }, 'base_url')}>
                {edit.offeredUse}
              </Button>
            }
          >
            {edit.offered} <span className="mono text-12">{offered}</span>
          </Note>
        )}
      </div>
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <span className="text-12 font-medium">{edit.dialect}</span>
        <Segmented
          small
          name={edit.dialect}
          value={values.dialect}
          choices={dialectChoices}
          onChange={(dialect) => onChange(withDialect(provider, draft, dialect))}
        />
      </div>
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <span className="text-12 font-medium">{edit.auth}</span>
        <Segmented
          small
          name={edit.auth}
          value={values.auth}
          choices={authChoices}
          onChange={(auth) => onChange({ auth })}
        />
      </div>
    </>
  )
}

const authChoices = [
  { value: 'bearer', label: strings.edit.auths.bearer },
  { value: 'x-api-key', label: strings.edit.auths['x-api-key'] },
  { value: 'x-goog-api-key', label: strings.edit.auths['x-goog-api-key'] },
  { value: 'api-key', label: strings.edit.auths['api-key'] },
] as const

/** The state of the stored key, and a field that takes a new one. */
export function KeySection({ provider, draft, error, onChange }: SectionProps & { error: string | undefined }) {
  const isDesktop = useDesktop()
  const { key, edit } = strings
  const host = hostOf(valuesOf(provider, draft).base_url)
  const moved = originChange(provider, draft) !== undefined
  const { value, trimmed } = draft.api_key
  return (
    <KeyField
      value={value}
      onChange={(next, wasTrimmed) =>
        onChange({ api_key: { ...draft.api_key, value: next, trimmed: wasTrimmed } }, 'api_key')
      }
      corner={<KeyChip state={provider.key_state} />}
      placeholder={
        moved && host !== undefined
          ? key.placeholderFor(host)
          : provider.key_state === 'stored'
            ? key.placeholderNew
            : key.placeholder
      }
      hint={
        trimmed ? (
          key.trimmed(value.length)
        ) : provider.key_state === 'unreadable' ? (
          strings.providers.unreadable
        ) : provider.key_state === 'environment' ? (
          edit.fromEnvironment
        ) : provider.key_state === 'none' && provider.key_url !== null ? (
          <KeyPageLink provider={provider} />
        ) : undefined
      }
      error={error}
      beside={
        isDesktop && provider.key_state === 'stored' ? (
          <Button icon={Copy} onClick={() => act('copy_key', provider)}>
            {strings.action.copyKey}
          </Button>
        ) : undefined
      }
    />
  )
}
