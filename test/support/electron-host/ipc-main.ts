import type { IpcMain, IpcMainInvokeEvent } from 'electron'
import { only } from './only.ts'

const handlers = new Map<string, Parameters<IpcMain['handle']>[1]>()

export const ipcMain = only<Pick<IpcMain, 'handle'>>('ipcMain', {
  handle(channel, handler) {
    if (handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`)
    handlers.set(channel, handler)
  },
})

/** Runs the handler of a channel; what it throws reaches the page as Electron words it. */
export async function invoke(channel: string, event: IpcMainInvokeEvent, args: unknown[]): Promise<unknown> {
  const handler = handlers.get(channel)
  if (handler === undefined)
    throw new Error(`Error invoking remote method '${channel}': Error: No handler registered for '${channel}'`)
  try {
    return (await handler(event, ...args)) as unknown
  } catch (error) {
    throw new Error(`Error invoking remote method '${channel}': ${String(error)}`, { cause: error })
  }
}
