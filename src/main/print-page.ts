import { BrowserWindow } from 'electron'
import { desktopStrings } from '../shared/desktop-strings.ts'
import type { Serve } from './bundle.ts'
import { lockNavigation } from './lock-down.ts'
import { printOptions } from './window-options.ts'

/** The address of the page that is printed; only what is being printed is ever there, and once. */
const PRINT_URL = 'app://print/'

/** Prints text for the person at this desktop. */
export interface Printer {
  /** Answers the page that waits to be printed, and all else as `serve` does. */
  serve: Serve
  /** Shows the system's dialog and prints; false where the person cancels. Rejects with the system's words. */
  print(lines: readonly string[]): Promise<boolean>
}

/**
 * Prints from a window of its own that nobody sees: without scripts, without a preload, and gone afterwards. The window of
 * Latchkey never holds what is printed.
 */
export function printerBeside(serve: Serve): Printer {
  let waiting: string | undefined
  return {
    async serve(request) {
      if (request.url !== PRINT_URL || waiting === undefined) return serve(request)
      const html = waiting
      waiting = undefined
      return new Response(html, {
        headers: {
          'content-type': 'text/html; charset=utf-8',
          'content-security-policy': "default-src 'none'",
          'cache-control': 'no-store',
        },
      })
    },

    async print(lines) {
      const window = new BrowserWindow(printOptions)
      try {
        lockNavigation(window.webContents)
        waiting = pageOf(lines)
        await window.loadURL(PRINT_URL)
        return await printed(window)
      } finally {
        waiting = undefined
        window.close()
      }
    },
  }
}

function printed({ webContents }: BrowserWindow): Promise<boolean> {
  return new Promise((resolve, reject) => {
    webContents.print({ silent: false }, (success, reason) => {
      if (success) resolve(true)
      // In Chromium's words: "Print job canceled".
      else if (/cancel/i.test(reason)) resolve(false)
      else reject(new Error(reason))
    })
  })
}

function pageOf(lines: readonly string[]): string {
  const text = lines.join('\n').replaceAll(/[&<>]/g, (char) => `&#${char.charCodeAt(0)};`)
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${desktopStrings.app}</title><pre>${text}</pre></html>`
}
