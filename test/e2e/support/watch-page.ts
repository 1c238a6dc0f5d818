import type { Page } from '@playwright/test'

export interface WatchedPage {
  /** Listens to a page whose own addresses begin with `origin`. */
  follow: (page: Page, origin: string) => void
  /** From here on the console may be noisy, and the page may try to ask others. */
  expectNoise: () => void
  faults: () => string[]
}

// A refusal of the API is an answer; Chromium writes one of its own lines for each.
const ANSWERS = /^Failed to load resource: the server responded with a status of 4\d\d/

/** Notes what a page must never do: throw, complain on its console, or ask anyone but Latchkey for anything. */
export function watchPage(): WatchedPage {
  const faults: string[] = []
  let isQuiet = true
  return {
    follow(page, origin) {
      page.on('pageerror', (error) => faults.push(`it threw: ${error.stack ?? error.message}`))
      page.on('console', (message) => {
        if (!isQuiet || (message.type() !== 'error' && message.type() !== 'warning')) return
        if (!ANSWERS.test(message.text())) faults.push(`its console: ${message.text()}`)
      })
      page.on('dialog', (dialog) => {
        faults.push(`it opened a dialog: ${dialog.message()}`)
        void dialog.dismiss()
      })
      page.on('request', (request) => {
        const url = request.url()
        if (isQuiet && !url.startsWith(`${origin}/`) && !/^(data|blob):/.test(url)) faults.push(`it asked for ${url}`)
      })
    },
    expectNoise: () => void (isQuiet = false),
    faults: () => faults,
  }
}
