import { dirname, join } from 'node:path'

/** What this machine has for a desktop window. */
export interface Machine {
  platform: NodeJS.Platform
  isRoot: boolean
  hasDisplay: boolean
  /** Electron's binary, or why there is none. */
  electron: { path: string } | { missing: string }
  /** Whether the kernel lets an ordinary program make the namespaces that Chromium's sandbox is made of. */
  userNamespaces: boolean
  /** Whether the helper beside the binary is set up to make them as root. */
  sandboxHelper: boolean
}

/** How `npm start` starts, and what it says first. */
export type StartPlan =
  | { window: 'desktop'; program: string; switches: string[]; says: string[] }
  | { window: 'browser'; says: string[] }

const INSTEAD = 'so Latchkey opens in the browser instead'

/** Chooses the desktop window where it can run, and the browser window where it cannot, with the reason. */
export function planStart({
  platform,
  isRoot,
  hasDisplay,
  electron,
  userNamespaces,
  sandboxHelper,
}: Machine): StartPlan {
  if (!hasDisplay) {
    return { window: 'browser', says: [`There is no display (DISPLAY and WAYLAND_DISPLAY are not set), ${INSTEAD}.`] }
  }
  if ('missing' in electron) {
    return { window: 'browser', says: [`Electron, which draws the desktop window, ${electron.missing}, ${INSTEAD}.`] }
  }
  const program = electron.path
  if (isRoot && platform === 'linux') {
    return {
      window: 'desktop',
      program,
      switches: ['--no-sandbox'],
      says: ['Running as root, for whom Chromium has no sandbox: the window starts with --no-sandbox.'],
    }
  }
  if (platform === 'linux' && !userNamespaces && !sandboxHelper) {
    const helper = join(dirname(program), 'chrome-sandbox')
    return {
      window: 'browser',
      says: [
        `This system forbids the sandbox that the desktop window runs in (unprivileged user namespaces), ${INSTEAD}.`,
        `To allow it: sudo chown root:root '${helper}' && sudo chmod 4755 '${helper}'`,
      ],
    }
  }
  return { window: 'desktop', program, switches: [], says: [] }
}
