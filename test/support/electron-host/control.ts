import { runInThisContext } from 'node:vm'
import { firstPageLoaded } from './browser-window.ts'
import { browser } from './browser.ts'
import { standIn } from './electron.ts'
import { answerDialog, record, type DesktopRecord } from './record.ts'
import { makeValueCodec } from './value-codec.ts'

/** A function of the test, to be run in the app's process. */
export interface Asked {
  id: number
  source: string
  arg: string
}

export interface Answered {
  id: number
  value?: string
  error?: string
}

/** What such a function is handed besides `electron`. */
export interface Host {
  record: DesktopRecord
  answerDialog: typeof answerDialog
  /** Where the browser can be spoken to, once the first window has its page. */
  browserAddress: () => Promise<string>
  /** What the clipboard holds, by media type. */
  clipboardFormats: () => Promise<Record<string, string>>
}

async function browserAddress(): Promise<string> {
  await firstPageLoaded
  return browser().address
}

async function clipboardFormats(): Promise<Record<string, string>> {
  return Object.fromEntries(record.clipboard)
}

const host: Host = { record, answerDialog, browserAddress, clipboardFormats }

const codec = makeValueCodec()

/** Runs what a test sends. Only where the test opened the channel: a Node process without one has nothing to listen to. */
export function answerTests(): void {
  if (process.channel === undefined || process.channel === null) return
  process.on('message', ({ id, source, arg }: Asked) => {
    const run = runInThisContext(`(${source})`) as (electron: object, arg: unknown, host: object) => unknown
    Promise.resolve()
      .then(() => run(standIn, codec.decode(arg), host))
      .then((value) => process.send?.({ id, value: codec.encode(value) } satisfies Answered))
      .catch((error: unknown) => process.send?.({ id, error: String(error) } satisfies Answered))
  })
  // The test is gone: so is the person at the desktop.
  process.on('disconnect', () => process.exit(1))
  process.channel.unref()
}
