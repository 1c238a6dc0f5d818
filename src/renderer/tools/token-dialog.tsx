import { useId, useState, type FormEvent } from 'react'
import type { Token } from '../../shared/tool-schemas.ts'
import { api, problemOf } from '../api.ts'
import { hasKey } from '../providers/has-key.ts'
import { sayProblem } from '../say-problem.ts'
import { closeConfirm, closeOverlay, openOverlay, requestClose, setDirty, useOverlays } from '../state/overlays.ts'
import { useProviders } from '../state/providers.ts'
import { loadTools, useTool } from '../state/tools.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { Checkbox } from '../ui/checkbox.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { Dialog, DialogBody, DialogFooter, DialogHeader, useLast } from '../ui/dialog.tsx'
import { FieldError, TextField } from '../ui/field.tsx'
import { Mark } from '../ui/mark.tsx'
import { Note } from '../ui/note.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { inDays, longDate } from '../words.ts'
import { wrongLimits, type LimitDraft } from '../limits/limit-draft.ts'
import { LimitFields } from '../limits/limit-fields.tsx'
import { connectionOf } from '../../shared/connections.ts'
import { daysOf, draftOf, expiries, newTokenOf, patchOf, wrongIn, type TokenDraft } from './token-form.ts'

/** Makes a token, or changes what one may do. */
export function ToolDialog() {
  const open = useOverlays(({ overlay }) => overlay?.kind === 'tool')
  const asked = useLast(useOverlays(({ overlay }) => (overlay?.kind === 'tool' ? overlay : undefined)))
  const token = useTool(asked?.token_id ?? -1)
  const title = asked?.token_id === undefined ? strings.tools.create : strings.tools.editTitle(token?.name ?? '')
  return (
    <Dialog open={open} title={title}>
      <TokenForm
        key={asked?.token_id ?? asked?.connect ?? 'new'}
        token={token}
        connect={asked?.connect}
        title={title}
      />
    </Dialog>
  )
}

function TokenForm({
  token,
  connect,
  title,
}: {
  token: Token | undefined
  connect: string | undefined
  title: string
}) {
  const [draft, setDraft] = useState(() => freshDraft(token, connect))
  const [wrong, setWrong] = useState<Partial<Record<keyof TokenDraft, string>>>({})
  const [wrongLimit, setWrongLimits] = useState<Partial<LimitDraft>>({})
  const [refusal, setRefusal] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  const { tools, action } = strings

  const change = (part: Partial<TokenDraft>): void => {
    setDraft({ ...draft, ...part })
    setWrong({})
    setWrongLimits({})
    setRefusal(undefined)
    setDirty(true)
  }
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault()
    const form = event.currentTarget
    const found = wrongIn(draft, {
      name: tools.nameNeeded,
      providers: tools.providersNeeded,
    })
    const limits = wrongLimits(draft.limits)
    setWrong(found)
    setWrongLimits(limits)
    if (Object.keys({ ...found, ...limits }).length > 0) {
      requestAnimationFrame(() => form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus())
      return
    }
    if (isBusy) return
    setBusy(true)
    try {
      if (token !== undefined) {
        await api.updateToken(patchOf(token.id, draft))
        await loadTools()
        return closeOverlay()
      }
      const made = await api.createToken(newTokenOf(draft))
      await loadTools()
      openOverlay({ kind: 'token', token: made.token, name: made.name, ...(connect === undefined ? {} : { connect }) })
    } catch (cause) {
      const problem = problemOf(cause)
      if (problem.code === 'token_exists') setWrong({ name: sayProblem(problem) })
      else setRefusal(sayProblem(problem))
      setBusy(false)
    }
  }
  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="contents">
      <DialogHeader title={title} />
      <DialogBody>
        <TextField
          label={tools.tool}
          value={draft.name}
          onChange={(name) => change({ name })}
          error={wrong.name}
          input={{ autoFocus: true, placeholder: tools.namePlaceholder, maxLength: 100 }}
        />
        <MayUse draft={draft} onChange={change} error={wrong.providers} models={token?.models?.length ?? 0} />
        {token === undefined && <Expires draft={draft} onChange={change} />}
        {token?.kind !== 'admin' && (
          <LimitFields
            draft={draft.limits}
            onChange={(part) => change({ limits: { ...draft.limits, ...part } })}
            wrong={wrongLimit}
          />
        )}
        {refusal !== undefined && <Note kind="failure">{refusal}</Note>}
      </DialogBody>
      <DialogFooter>
        <span className="mr-auto text-12 text-text-3">{strings.limits.told}</span>
        <Button onClick={requestClose}>{action.cancel}</Button>
        <Button type="submit" look="primary" busy={isBusy && (token === undefined ? tools.creating : action.saving)}>
          {token === undefined ? tools.create : action.save}
        </Button>
      </DialogFooter>
    </form>
  )
}

/** For a tool that was chosen: its name, and its provider where that can be used. */
function freshDraft(token: Token | undefined, connect: string | undefined): TokenDraft {
  const connection = connectionOf(connect)
  if (connection === undefined) return draftOf(token)
  const list = useProviders.getState().list
  const usable = list.filter((one) => one.name === connection.provider && hasKey(one))
  return draftOf(
    token,
    connection.token_name,
    usable.map((one) => one.name),
  )
}

interface PartProps {
  draft: TokenDraft
  onChange: (part: Partial<TokenDraft>) => void
}

function MayUse({ draft, onChange, error, models }: PartProps & { error: string | undefined; models: number }) {
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
          onChange={(all) => onChange({ providers: all ? null : new Set() })}
          className="h-10 shrink-0 px-3"
        >
          <span className="truncate text-13">{tools.allAndNew}</span>
        </Checkbox>
        {offered.map((one) => (
          <Checkbox
            key={one.id}
            checked={draft.providers === null || draft.providers.has(one.name)}
            onChange={(on) => tick(one.name, on)}
            className="h-10 shrink-0 border-t border-line px-3"
          >
            <Mark provider_id={one.id} size={20} />
            <span className="truncate text-13" title={one.display_name}>
              {one.display_name}
            </span>
          </Checkbox>
        ))}
      </div>
      {error !== undefined && (
        <div id={id} role="alert">
          <FieldError>{error}</FieldError>
        </div>
      )}
      {others.length > 0 && <p className="text-12 text-text-3">{tools.notOffered(others)}</p>}
      {models > 0 && <p className="text-12 text-text-3">{tools.modelsStay(models)}</p>}
    </fieldset>
  )
}

function Expires({ draft, onChange }: PartProps) {
  const { tools } = strings
  const { expires } = draft
  return (
    <div className="flex flex-col gap-1.5">
      <span aria-hidden className="text-12 font-medium">
        {tools.expires}
      </span>
      <div className="flex flex-wrap items-center gap-3">
        <Segmented
          name={tools.expires}
          value={expires}
          choices={expiries.map((value) => ({
            value,
            label: value === 'never' ? tools.never : tools.days(daysOf(value)),
          }))}
          onChange={(next) => onChange({ expires: next })}
        />
        {expires !== 'never' && <span className="text-12 text-text-3">{longDate(inDays(daysOf(expires)))}</span>}
      </div>
    </div>
  )
}

/** Asks before a tool is shut out. */
export function RevokeConfirm() {
  const confirm = useOverlays((state) => state.confirm)
  const asked = useLast(confirm?.kind === 'revoke' ? confirm : undefined)
  const token = useLast(useTool(asked?.token_id ?? -1))
  const { tools } = strings
  return (
    <ConfirmDialog
      open={confirm?.kind === 'revoke'}
      title={tools.revokeTitle(token?.name ?? '')}
      verb={tools.revoke}
      act={async () => {
        if (asked === undefined) return closeConfirm()
        await api.revokeToken({ token_id: asked.token_id })
        await loadTools()
      }}
    >
      {tools.revokeText}
    </ConfirmDialog>
  )
}
