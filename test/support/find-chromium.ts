import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium } from 'playwright-core'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome']
const MAC_APPS = ['Google Chrome', 'Chromium', 'Microsoft Edge']

/** Chromium's own small shell, without a browser around the page: a page in it starts and ends in half the time. */
const SHELL = 'chromium-headless-shell'

/** The Chromium of this machine: LATCHKEY_CHROMIUM, what is on PATH, an installed app, Playwright's own; or undefined. */
export function chromiumPath(env: Readonly<Record<string, string | undefined>> = process.env): string | undefined {
  const onPath = foldersOf(env).flatMap((folder) => NAMES.map((name) => join(folder, name)))
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

/** For specs that need a page and no browser around it: the shell where the machine has it. */
export function findPageChromium(): string {
  const shell = foldersOf(process.env)
    .map((folder) => join(folder, SHELL))
    .find(isProgram)
  return process.env['LATCHKEY_CHROMIUM'] || shell || findChromium()
}

function foldersOf(env: Readonly<Record<string, string | undefined>>): string[] {
  return (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
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
