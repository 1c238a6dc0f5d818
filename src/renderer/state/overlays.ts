import { create } from 'zustand'
import type { StartOverResult } from '../../shared/schemas.ts'
import { focusReturnOf, giveFocusBack } from '../ui/focus-return.ts'
import type { z } from 'zod'

/** A backup to restore, as it was chosen; `made` says when, where its file does not. */
export interface BackupSource {
  path: string
  portable: boolean
  made?: string
}

/** What may lie over the page; one at a time. Questions (`confirm`) lie over these. */
export type Overlay =
  | { kind: 'wizard'; duplicateOf?: number }
  | { kind: 'key'; provider_id: number; typed?: string }
  | { kind: 'edit'; provider_id: number; view: 'details' | 'models' }
  | { kind: 'reset'; provider_id: number }
  | { kind: 'test'; provider_id: number }
  | { kind: 'palette' }
  | { kind: 'shortcuts' }
  | { kind: 'token'; token: string; name?: string; connect?: string }
  | { kind: 'tool'; token_id?: number; connect?: string }
  | { kind: 'start_over' }
  | { kind: 'import' }
  | { kind: 'move_key' }
  | { kind: 'rotate'; leaked: boolean }
  | { kind: 'recovery_copy' }
  | { kind: 'restore_key' }
  | { kind: 'back_up' }
  | { kind: 'backup_passphrase'; isChange: boolean }
  | { kind: 'copies' }
  | { kind: 'restore'; copy?: BackupSource }
  | { kind: 'passphrase'; act: 'set' | 'change' | 'remove' }

export type OverlayOf<K extends Overlay['kind']> = Extract<Overlay, { kind: K }>

export type Confirm =
  | { kind: 'discard'; next?: Overlay }
  | { kind: 'remove_key'; provider_id: number; key?: { key_id: string; label: string } }
  | { kind: 'delete_provider'; provider_id: number }
  | { kind: 'new_token' }
  | { kind: 'forget_backup_passphrase' }
  | { kind: 'retain'; years: 1 | 2 }
  | { kind: 'revoke'; token_id: number }

interface Overlays {
  overlay: Overlay | null
  confirm: Confirm | null
  /** Something was typed into the overlay: closing it asks first. */
  dirty: boolean
  /** The overlay closes only by its own button. */
  locked: boolean
  /** What start-over dropped, until each key was entered or the list was closed. */
  reenter: z.infer<typeof StartOverResult> | null
}

export const useOverlays = create<Overlays>()(() => ({
  overlay: null,
  confirm: null,
  dirty: false,
  locked: false,
  reenter: null,
}))

let overlayReturn = focusReturnOf(null)
let confirmReturn = focusReturnOf(null)
/** What lay over the page when the question was asked. */
let confirmOver: Overlay | null = null

/** Opens an overlay in place of the one that is open; focus goes back to where the first was asked for. */
export function openOverlay(overlay: Overlay): void {
  const { overlay: before, confirm } = useOverlays.getState()
  if (before === null) overlayReturn = confirm === null ? focusReturnOf(document.activeElement) : confirmReturn
  useOverlays.setState({ overlay, dirty: false, locked: overlay.kind === 'token' })
}

/** Closes the overlay whatever was typed; `focus` names the card that gets the focus, in place of the opener. */
export function closeOverlay(focus?: { provider_id: number }): void {
  if (focus !== undefined) overlayReturn = { provider_id: focus.provider_id }
  useOverlays.setState({ overlay: null, dirty: false, locked: false })
}

/** Lets go of everything that lies over the page, whatever was typed. */
export function closeAll(): void {
  useOverlays.setState(useOverlays.getInitialState(), true)
}

/** What Esc, the close button and a click beside it do: asks where something was typed. */
export function requestClose(): void {
  const { dirty, locked, overlay } = useOverlays.getState()
  if (overlay === null || locked) return
  if (dirty) ask({ kind: 'discard' })
  else closeOverlay()
}

/** Opens another overlay from within one: asks first where something was typed. */
export function requestOverlay(overlay: Overlay): void {
  if (useOverlays.getState().dirty) ask({ kind: 'discard', next: overlay })
  else openOverlay(overlay)
}

export function setDirty(dirty: boolean): void {
  useOverlays.setState({ dirty })
}

export function setLocked(locked: boolean): void {
  useOverlays.setState({ locked })
}

export function ask(confirm: Confirm): void {
  confirmReturn = focusReturnOf(document.activeElement)
  confirmOver = useOverlays.getState().overlay
  useOverlays.setState({ confirm })
}

export function closeConfirm(): void {
  useOverlays.setState({ confirm: null })
}

/** Called when the overlay, or the question, has left the page. */
export function returnOverlayFocus(): void {
  // Another overlay may have taken its place, and the focus with it.
  if (useOverlays.getState().overlay === null) giveFocusBack(overlayReturn)
}

export function returnConfirmFocus(): void {
  const { overlay } = useOverlays.getState()
  if (overlay === confirmOver) giveFocusBack(confirmReturn)
  // The overlay went with the question. One that the answer opened has the focus already.
  else if (overlay === null) giveFocusBack(overlayReturn)
}

export function isAnythingOpen(): boolean {
  const { overlay, confirm } = useOverlays.getState()
  return overlay !== null || confirm !== null || document.querySelector('[role="menu"][data-state="open"]') !== null
}
