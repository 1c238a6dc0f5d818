// Browser window mode: the pages of the window over the listener, and the address that lets a person in. The address
// carries a ticket in its fragment, which no request sends; it is good once, for a minute.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { appError } from '../shared/errors.ts'
import { loadPageFiles } from '../core/http/page-files.ts'
import type { Page } from '../core/http/serve-request.ts'
import { Sessions } from '../core/http/sessions.ts'
import { canAsk, print, say } from './terminal.ts'

export interface BrowserWindow {
  page: Page
  /** Prints the address of the window and opens it; goes on doing so at each Enter on a terminal. */
  show(address: string): void
  close(): void
}

/** Reads the pages that the build made. */
export async function openBrowserWindow(): Promise<BrowserWindow> {
  const list = pageListPath(import.meta.dirname)
  if (list === undefined) throw appError('page_not_built', undefined)
  const sessions = new Sessions()
  const closing = new AbortController()
  return {
    page: { files: await loadPageFiles(list), sessions },
    show(address) {
      const invite = (): void => {
        const url = `${address}/#ticket=${sessions.issueTicket()}`
        print(`Latchkey's window: ${url}`)
        // Who reads this line through a pipe (npm start) opens it.
        if (process.stdout.isTTY && hasDesktop(process.env)) openInBrowser(url)
      }
      invite()
      if (!canAsk() || isInBackground()) return
      say('Press Enter for another address; each opens one tab.')
      const lines = createInterface({ input: process.stdin, signal: closing.signal })
      lines.on('line', invite)
    },
    close: () => closing.abort(),
  }
}

/** The list of the window's files: in `out`, beside the nearest package.json above. */
function pageListPath(from: string): string | undefined {
  if (existsSync(join(from, 'package.json'))) {
    const path = join(from, 'out', 'renderer-files.json')
    return existsSync(path) ? path : undefined
  }
  return dirname(from) === from ? undefined : pageListPath(dirname(from))
}

function hasDesktop(env: NodeJS.ProcessEnv): boolean {
  if (process.platform === 'darwin' || process.platform === 'win32') return true
  return Boolean(env['DISPLAY'] ?? env['WAYLAND_DISPLAY'])
}

function openInBrowser(url: string): void {
  const [program, ...args]: [string, ...string[]] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', url]
        : ['xdg-open', url]
  // The browser has no business with what is ours; ENCRYPTION_KEY is gone since the first import.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('LATCHKEY_')))
  const child = spawn(program, args, { stdio: 'ignore', detached: true, env })
  child.once('error', () => say('No browser could be opened; the address above opens the window.'))
  child.unref()
}

/** A program in the background that reads from its terminal is stopped by the kernel. Linux tells; others are trusted. */
function isInBackground(): boolean {
  if (process.platform !== 'linux') return false
  // The fields behind the name in brackets: state, parent, process group, session, terminal, its foreground group.
  const [, , group, , , foreground] = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  return group !== foreground
}
