import type { IpcMain, IpcMainInvokeEvent } from 'electron'
import { dispatch, type OnInternalError } from '../core/dispatch.ts'
import type { Reply } from '../shared/client.ts'
import type { Api } from '../shared/contract.ts'
import { appError } from '../shared/errors.ts'

/** The one channel between window and core; the preload names it too. */
export const CHANNEL = 'latchkey'

/** Answers the window's operations. Only a page of `origin`, in the window's own top frame, is answered. */
export function serveIpc(
  ipc: Pick<IpcMain, 'handle'>,
  api: Api,
  origin: string,
  onInternalError: OnInternalError,
): void {
  ipc.handle(CHANNEL, (event, operation: unknown, input: unknown): Promise<Reply> | Reply => {
    // First and synchronous: one await later the frame may have navigated away.
    if (!isOwnPage(event, origin)) return refusal()
    return dispatch(api, 'window', typeof operation === 'string' ? operation : '', input, onInternalError)
  })
}

/** True where the message comes from the top frame of a page of `origin` that still stands in its window. */
function isOwnPage({ senderFrame: frame }: IpcMainInvokeEvent, origin: string): boolean {
  if (frame === null || frame.isDestroyed() || frame.detached) return false
  return frame.parent === null && frame.origin === origin
}

function refusal(): Reply {
  return { ok: false, error: appError('not_allowed', { what: 'Only the window of Latchkey may ask' }).body }
}
