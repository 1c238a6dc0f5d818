import type { Session } from 'electron'
import { only } from './only.ts'
import { record } from './record.ts'

type Own = Pick<Session, 'setPermissionRequestHandler' | 'setPermissionCheckHandler' | 'setDevicePermissionHandler'> & {
  on(event: string, listener: (...args: never[]) => void): void
}

/** Keeps the handlers, for tests to call; what the check handler says is put to Chromium as well. */
export const session = only<Own>('session', {
  setPermissionRequestHandler: (handler) => void (record.sessionHandlers.setPermissionRequestHandler = handler),
  setPermissionCheckHandler: (handler) => void (record.sessionHandlers.setPermissionCheckHandler = handler),
  setDevicePermissionHandler: (handler) => void (record.sessionHandlers.setDevicePermissionHandler = handler),
  on: () => undefined,
})

/** Chromium's names of permissions, and Electron's. */
const PERMISSIONS = {
  'clipboard-read': 'clipboard-read',
  'clipboard-write': 'clipboard-sanitized-write',
  notifications: 'notifications',
  geolocation: 'geolocation',
  camera: 'media',
  microphone: 'media',
}

/** What the app's check handler answers for each, in Chromium's words. Without a handler Electron grants all. */
export function permissions(): { name: string; setting: 'granted' | 'denied' }[] {
  const check = record.sessionHandlers.setPermissionCheckHandler as
    | ((contents: null, permission: string) => boolean)
    | undefined
  return Object.entries(PERMISSIONS).map(([name, electronName]) => ({
    name,
    setting: check === undefined || check(null, electronName) ? 'granted' : 'denied',
  }))
}
