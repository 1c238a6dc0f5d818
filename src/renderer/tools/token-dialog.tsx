import { useState, type FormEvent } from 'react'
import type { Token } from '../../shared/tool-schemas.ts'
import { api, problemOf } from '../api.ts'
import { hasKey } from '../providers/has-key.ts'
import { sayProblem } from '../say-problem.ts'
import { closeConfirm, closeOverlay, openOverlay, requestClose, setDirty, useOverlays } from '../state/overlays.ts'
import { useProviders } from '../state/providers.ts'
import { loadTools, useTool } from '../state/tools.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { Dialog, DialogBody, DialogFooter, DialogHeader, useLast } from '../ui/dialog.tsx'
import { TextField } from '../ui/field.tsx'
import { Note } from '../ui/note.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { inDays, longDate } from '../words.ts'
import { wrongLimits, type LimitDraft } from '../limits/limit-draft.ts'
import { LimitFields } from '../limits/limit-fields.tsx'
import { connectionOf } from '../../shared/connections.ts'
import { ChooseModels } from './choose-models.tsx'
import { chooseButtonOf, MayUse } from './may-use.tsx'
import {
  daysOf,
  draftOf,
  expiries,
  newTokenOf,
  patchOf,
  providerWithoutModel,
  wrongIn,
  type TokenDraft,
} from './token-form.ts'

/** Makes a token, or changes what one may do. */
export function ToolDialog() {
  const open = useOverlays(({ overlay }) => overlay?.kind === 'tool')
  const asked = useLast(useOverlays(({ overlay }) => (overlay?.kind === 'tool' ? overlay : undefined)))
  const token = useTool(asked?.token_id ?? -1)
  const title = asked?.token_id === undefined ? strings.tools.create : strings.tools.editTitle(token?.name ?? '')
  // Of the dialog that is open now: the next one begins with its form.
  const [choosing, setChoosing] = useState<{ within: typeof asked; provider: string }>()
  const provider = choosing?.within === asked ? choosing?.provider : undefined
  const back = (): void => {
    setChoosing(undefined)
    requestAnimationFrame(() => document.getElementById(chooseButtonOf(provider ?? ''))?.focus())
  }
  return (
    <Dialog
      open={open}
      title={title}
      onEscape={() => {
        if (provider === undefined) return false
        back()
        return true
      }}
    >
      <TokenForm
        key={asked?.token_id ?? asked?.connect ?? 'new'}
        token={token}
        connect={asked?.connect}
        title={title}
        choosing={provider}
        onChoose={(chosen) => setChoosing({ within: asked, provider: chosen })}
        onBack={back}
      />
    </Dialog>
  )
}

function TokenForm({
  token,
  connect,
  title,
  choosing,
  onChoose,
  onBack,
}: {
  token: Token | undefined
  connect: string | undefined
  title: string
  /** The provider whose models are being chosen, above the form. */
  choosing: string | undefined
  onChoose: (provider: string) => void
  onBack: () => void
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
      models: tools.modelsNeeded(displayNameOf(providerWithoutModel(draft) ?? '')),
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
    <>
      {choosing !== undefined && <ChooseModels provider={choosing} draft={draft} onChange={change} onBack={onBack} />}
      {/* Stays as it is below the list, scrolled and typed into, and out of reach. */}
      <form
        onSubmit={(event) => void submit(event)}
        noValidate
        className={choosing === undefined ? 'contents' : 'invisible contents'}
      >
        <DialogHeader title={title} />
        <DialogBody>
          <TextField
            label={tools.tool}
            value={draft.name}
            onChange={(name) => change({ name })}
            error={wrong.name}
            input={{ autoFocus: true, placeholder: tools.namePlaceholder, maxLength: 100 }}
          />
          <MayUse draft={draft} onChange={change} error={wrong.providers ?? wrong.models} onChoose={onChoose} />
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
    </>
  )
}

function displayNameOf(name: string): string {
  return useProviders.getState().list.find((one) => one.name === name)?.display_name ?? name
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

function Expires({ draft, onChange }: { draft: TokenDraft; onChange: (part: Partial<TokenDraft>) => void }) {
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
