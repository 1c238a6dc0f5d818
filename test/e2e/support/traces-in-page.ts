// SECURITY check 10: what a page keeps of a key, wherever a page can keep something.
import type { Page } from '@playwright/test'
import { formsFoundIn } from './canaries.ts'

/** Where in the page a key can be found: its document, its storage, its memory after the garbage was collected. */
export async function tracesInPage(page: Page, key: string): Promise<string[]> {
  const places: Record<string, string> = {
    document: await page.content(),
    fields: await page.evaluate(() =>
      JSON.stringify([...document.querySelectorAll('input')].map(({ value }) => value)),
    ),
    localStorage: await page.evaluate(() => JSON.stringify(Object.entries(localStorage))),
    sessionStorage: await page.evaluate(() => JSON.stringify(Object.entries(sessionStorage))),
    'names of IndexedDB': await page.evaluate(() => indexedDB.databases().then((all) => JSON.stringify(all))),
    memory: await heapOf(page),
  }
  return Object.entries(places).flatMap(([place, text]) =>
    formsFoundIn(Buffer.from(text), key).map((form) => `${place} (${form})`),
  )
}

/** The names of the page's databases. */
export const databasesOf = (page: Page): Promise<number> =>
  page.evaluate(() => indexedDB.databases().then(({ length }) => length))

async function heapOf(page: Page): Promise<string> {
  const devtools = await page.context().newCDPSession(page)
  const chunks: string[] = []
  devtools.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk))
  await devtools.send('HeapProfiler.enable')
  await devtools.send('HeapProfiler.collectGarbage')
  await devtools.send('HeapProfiler.takeHeapSnapshot')
  await devtools.detach()
  const heap = chunks.join('')
  // A snapshot without the page's own words in it would prove nothing.
  if (!heap.includes('Let local tools connect')) throw new Error('The heap snapshot is not that of the page')
  return heap
}
