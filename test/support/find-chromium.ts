import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium } from 'playwright-core'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome']
const MAC_APPS = ['Google Chrome', 'Chromium', 'Microsoft Edge']

/** The Chromium of this machine: LATCHKEY_CHROMIUM, what is on PATH, an installed app, Playwright's own; or undefined. */
export function chromiumPath(env: Readonly<Record<string, string | undefined>> = process.env): string | undefined {
  const onPath = (env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
  const apps = MAC_APPS.map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`)
  const chosen = env['LATCHKEY_CHROMIUM']
  return [...(chosen ? [chosen] : []), ...onPath, ...apps, chromium.executablePath()].find(isProgram)
}

/** The same, or an error that says how to get one. */
export function findChromium(): string {
  const path = chromiumPath()
  if (path === undefined) {
    throw new Error(
      'No Chromium was found. Install one (apt-get install chromium), or: npx playwright-core install chromium',
    )
  }
  return path
}

function isProgram(path: string): boolean {
  if (!existsSync(path)) return false
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
