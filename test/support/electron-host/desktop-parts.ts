import { fork } from 'node:child_process'
import { EventEmitter } from 'node:events'
import type {
  Clipboard,
  Dialog,
  MessageBoxOptions,
  MessageBoxReturnValue,
  NativeTheme,
  OpenDialogOptions,
  OpenDialogReturnValue,
  PowerMonitor,
  SaveDialogOptions,
  SaveDialogReturnValue,
  Screen,
  Shell,
} from 'electron'
import { HostBrowserWindow } from './browser-window.ts'
import { setDark } from './browser.ts'
import { only } from './only.ts'
import { record, showDialog } from './record.ts'

export const dialog = only('dialog', {
  // The options come last: a parent window may precede them.
  async showMessageBox(...args: unknown[]): Promise<MessageBoxReturnValue> {
    const answer = await showDialog({ kind: 'message', options: args.at(-1) as MessageBoxOptions })
    return { response: 'response' in answer ? answer.response : 0, checkboxChecked: false }
  },
  async showOpenDialog(...args: unknown[]): Promise<OpenDialogReturnValue> {
    const answer = await showDialog({ kind: 'open', options: args.at(-1) as OpenDialogOptions })
    const filePaths = 'filePaths' in answer ? answer.filePaths : []
    return { canceled: filePaths.length === 0, filePaths }
  },
  async showSaveDialog(...args: unknown[]): Promise<SaveDialogReturnValue> {
    const answer = await showDialog({ kind: 'save', options: args.at(-1) as SaveDialogOptions })
    const [filePath = ''] = 'filePaths' in answer ? answer.filePaths : []
    return { canceled: filePath === '', filePath }
  },
  showErrorBox(title, content) {
    record.dialogs.push({ kind: 'error', options: { title, content } })
    process.stderr.write(`${title}\n${content}\n`)
  },
} satisfies Pick<Dialog, 'showErrorBox'> &
  Record<'showMessageBox' | 'showOpenDialog' | 'showSaveDialog', (...args: unknown[]) => unknown>)

export const shell = only<Pick<Shell, 'openExternal'>>('shell', {
  async openExternal(url) {
    record.openedExternally.push(url)
  },
})

/** A process of Node's own: the helper tells the two apart by what it finds. */
export const utilityProcess = only('utilityProcess', {
  fork(script: string, args: string[], { env }: { env?: NodeJS.ProcessEnv }) {
    const child = fork(script, args, { env, execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
    return Object.assign(child, { postMessage: (message: object) => void child.send(message, () => {}) })
  },
})

export const screen = only('screen', {
  getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }],
} satisfies { getAllDisplays: () => Pick<ReturnType<Screen['getAllDisplays']>[number], 'workArea'>[] })

export class HostClipboardItem {
  readonly formats: Record<string, string | Blob>

  constructor(formats: Record<string, string | Blob>) {
    this.formats = formats
  }
}

const latin1 = async (value: string | Blob) =>
  typeof value === 'string' ? value : Buffer.from(await value.arrayBuffer()).toString('latin1')

type OwnClipboard = Pick<Clipboard, 'readText' | 'writeText' | 'clear'> & {
  write: (items: HostClipboardItem[]) => Promise<void>
}

export const clipboard = only<OwnClipboard>('clipboard', {
  async write(items) {
    record.clipboard.clear()
    for (const { formats } of items) {
      for (const [format, value] of Object.entries(formats)) record.clipboard.set(format, await latin1(value))
    }
  },
  async writeText(text) {
    record.clipboard.clear()
    record.clipboard.set('text/plain', text)
  },
  readText() {
    if (record.clipboardReads === 'fail') return Promise.reject(new Error('The clipboard cannot be read'))
    if (record.clipboardReads === 'hang') return new Promise(() => undefined)
    return Promise.resolve(record.clipboard.get('text/plain') ?? '')
  },
  clear: () => record.clipboard.clear(),
})

class HostNativeTheme extends EventEmitter implements Pick<NativeTheme, 'themeSource' | 'shouldUseDarkColors'> {
  private source: NativeTheme['themeSource'] = 'system'

  get themeSource(): NativeTheme['themeSource'] {
    return this.source
  }

  set themeSource(source: NativeTheme['themeSource']) {
    this.source = source
    setDark(this.shouldUseDarkColors)
    for (const window of HostBrowserWindow.getAllWindows()) {
      void window.webContents.ready.then(() => window.webContents.setColorScheme())
    }
  }

  /** The desktop behind the stand-in is a light one. */
  get shouldUseDarkColors(): boolean {
    return this.source === 'dark'
  }
}

/** Emits what a test makes happen: the screen is locked, the machine goes to sleep. */
export const powerMonitor = only('powerMonitor', new EventEmitter() as EventEmitter & Pick<PowerMonitor, 'on'>)

export const nativeTheme = only('nativeTheme', new HostNativeTheme())
