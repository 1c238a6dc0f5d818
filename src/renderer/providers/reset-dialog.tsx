import { useState, type FormEvent } from 'react'
import { originOf } from '../../shared/origin.ts'
import type { CatalogEntry, Provider } from '../../shared/schemas.ts'
import { api, problemOf } from '../api.ts'
import { closeOverlay, requestClose, useOverlays } from '../state/overlays.ts'
import { showProvider, useProvider } from '../state/providers.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogBody, DialogFooter, DialogHeader, useLast } from '../ui/dialog.tsx'
import { KeyField } from '../ui/key-field.tsx'
import { Note } from '../ui/note.tsx'
import { hostOf } from '../words.ts'
import { loadCatalogEntry, useCatalogEntry } from './catalog-entry.ts'
import { keyProblem } from './key-text.ts'
import { sayProblem } from '../say-problem.ts'

/** Shows what would go back to the catalog, and asks for the key where that leads to another host. */
export function ResetDialog() {
  const asked = useOverlays(({ overlay }) => (overlay?.kind === 'reset' ? overlay : undefined))
  const id = useLast(asked)?.provider_id ?? -1
  const provider = useProvider(id)
  const entry = useCatalogEntry(id)
  const title = strings.reset.title(provider?.display_name ?? '')
  return (
    <Dialog open={asked !== undefined && provider !== undefined && entry !== undefined} title={title}>
      {provider !== undefined && entry !== undefined && <ResetForm provider={provider} entry={entry} title={title} />}
    </Dialog>
  )
}

function ResetForm({ provider, entry, title }: { provider: Provider; entry: CatalogEntry; title: string }) {
  const [key, setKey] = useState('')
  const [error, setError] = useState<string>()
  const [refusal, setRefusal] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  const { reset } = strings
  const needsKey = provider.key_state !== 'none' && originOf(provider.base_url) !== originOf(entry.base_url)
  const host = hostOf(entry.base_url) ?? ''

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const problem = !needsKey ? undefined : key === '' ? strings.key.neededFor(host) : keyProblem(key)
    setError(problem)
    if (problem !== undefined || isBusy) return
    setBusy(true)
    try {
      showProvider(await api.resetProvider({ provider_id: provider.id, ...(needsKey ? { api_key: key } : {}) }))
      closeOverlay()
      void loadCatalogEntry(provider.id)
    } catch (cause) {
      setRefusal(sayProblem(problemOf(cause)))
      setBusy(false)
    }
  }
  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="contents">
      <DialogHeader title={title} />
      <DialogBody className="gap-4">
        <p className="text-13 text-text-2">
          {entry.differs.length === 0 ? reset.nothing : needsKey ? reset.textNewKey : reset.text}
        </p>
        <dl className="flex flex-col rounded-8 border border-line">
          {entry.differs.map((field) => (
            <div key={field} className="grid grid-cols-[110px_1fr] gap-x-3 border-line px-3 py-2 not-first:border-t">
              <dt className="row-span-2 text-12 text-text-3">{reset.fields[field]}</dt>
              <dd className="mono truncate text-12 text-text-3 line-through" title={say(provider[field])}>
                {say(provider[field])}
              </dd>
              <dd className="mono truncate text-12 text-text" title={say(entry[field])}>
                {say(entry[field])}
              </dd>
            </div>
          ))}
        </dl>
        {needsKey && (
          <>
            <Note kind="question">{reset.originText(host)}</Note>
            <KeyField
              autoFocus
              value={key}
              placeholder={strings.key.placeholderFor(host)}
              onChange={(value) => {
                setKey(value)
                setError(undefined)
              }}
              error={error}
            />
          </>
        )}
        {refusal !== undefined && <Note kind="failure">{refusal}</Note>}
      </DialogBody>
      <DialogFooter>
        <Button onClick={requestClose}>{strings.action.cancel}</Button>
        <Button type="submit" look="primary" busy={isBusy && reset.busy}>
          {reset.action}
        </Button>
      </DialogFooter>
    </form>
  )
}

const say = (value: string | null): string => value ?? strings.reset.noAddress
