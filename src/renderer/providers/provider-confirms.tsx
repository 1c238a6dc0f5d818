import { closeConfirm, closeOverlay, openOverlay, useOverlays, type Confirm } from '../state/overlays.ts'
import { useProvider } from '../state/providers.ts'
import { openEdit, setActive } from '../state/window.ts'
import { strings } from '../strings.ts'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { useLast } from '../ui/dialog.tsx'
import { neighbourOf } from '../ui/focus-return.ts'
import { hostOf } from '../words.ts'
import { deleteProvider, removeKey } from './save-provider.ts'

function useConfirm<K extends Confirm['kind']>(
  kind: K,
): { open: boolean; asked: Extract<Confirm, { kind: K }> | undefined } {
  const confirm = useOverlays((state) => state.confirm)
  const asked = confirm?.kind === kind ? (confirm as Extract<Confirm, { kind: K }>) : undefined
  return { open: asked !== undefined, asked: useLast(asked) }
}

/** "Discard what you typed?", before an overlay closes over it. */
export function DiscardConfirm() {
  const { open, asked } = useConfirm('discard')
  const { confirm, action } = strings
  const leave = (): void => {
    const next = asked?.next
    closeConfirm()
    if (next === undefined) closeOverlay()
    else if (next.kind === 'edit') openEdit(next.provider_id, next.view)
    else openOverlay(next)
  }
  return (
    <ConfirmDialog
      open={open}
      title={confirm.discardTitle}
      verb={action.discard}
      cancel={action.keepEditing}
      act={leave}
    >
      {confirm.discardText}
    </ConfirmDialog>
  )
}

export function RemoveKeyConfirm() {
  const { open, asked } = useConfirm('remove_key')
  const provider = useProvider(asked?.provider_id ?? -1)
  const { confirm, action } = strings
  const page = hostOf(provider?.key_url ?? null)
  return (
    <ConfirmDialog
      open={open}
      title={
        asked?.key === undefined
          ? confirm.removeKeyTitle(provider?.display_name ?? '')
          : confirm.removeOneTitle(asked.key.label, provider?.display_name ?? '')
      }
      verb={action.removeKey}
      act={async () => {
        if (provider !== undefined) await removeKey(provider.id, asked?.key?.key_id)
      }}
    >
      {confirm.removeKeyText(page)}
    </ConfirmDialog>
  )
}

export function DeleteProviderConfirm() {
  const { open, asked } = useConfirm('delete_provider')
  const provider = useLast(useProvider(asked?.provider_id ?? -1))
  const { confirm, action } = strings
  return (
    <ConfirmDialog
      open={open}
      title={confirm.deleteTitle(provider?.display_name ?? '')}
      verb={action.deleteProvider}
      act={async () => {
        if (provider === undefined) return
        const neighbour = neighbourOf(provider.id)
        await deleteProvider(provider.id)
        if (neighbour !== undefined) setActive(neighbour)
      }}
      onDone={() => closeOverlay()}
    >
      {confirm.deleteText(provider?.models.length ?? 0, provider?.has_api_key ?? false)}
    </ConfirmDialog>
  )
}
