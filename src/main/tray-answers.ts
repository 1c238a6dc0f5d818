import { execFile } from 'node:child_process'

/**
 * Whether an icon in the tray would be seen. On Linux a tray is a program like any other, and where none runs a
 * window that closed to the tray could not be found again; it is known by its name on the session bus
 * (https://www.freedesktop.org/wiki/Specifications/StatusNotifierItem/).
 */
export async function trayAnswers(platform: NodeJS.Platform = process.platform): Promise<boolean> {
  if (platform !== 'linux') return true
  const question = ['/', 'org.freedesktop.DBus.NameHasOwner', 'string:org.kde.StatusNotifierWatcher']
  const args = ['--session', '--print-reply=literal', '--dest=org.freedesktop.DBus', ...question]
  return new Promise((resolve) => {
    execFile('dbus-send', args, { timeout: 1000 }, (error, answer) =>
      resolve(error === null && /\btrue\b/.test(answer)),
    )
  })
}
