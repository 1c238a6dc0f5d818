import type {
  BrowserWindowConstructorOptions,
  Menu,
  MessageBoxOptions,
  OpenDialogOptions,
  SaveDialogOptions,
  Session,
  Settings,
} from 'electron'

export interface RecordedDialog {
  kind: 'message' | 'open' | 'save' | 'error'
  options: MessageBoxOptions | OpenDialogOptions | SaveDialogOptions | { title: string; content: string }
}

type Answer = { response: number } | { filePaths: string[] }

/** What the app did to the desktop, and what the person at the desktop does: tests read and write it. */
export interface DesktopRecord {
  windowOptions: BrowserWindowConstructorOptions[]
  trayMenus: Menu[]
  popups: Menu[]
  dialogs: RecordedDialog[]
  openedExternally: string[]
  /** What stood on the pages that were printed. */
  printed: string[]
  loginItems: Settings[]
  clipboard: Map<string, string>
  /** How the next reads of the clipboard go. */
  clipboardReads: 'work' | 'fail' | 'hang'
  /** Addresses that the page asked for and that are not the app's own. Nothing leaves: they fail. */
  requestsThatLeft: string[]
  sessionHandlers: Partial<Record<keyof Session, unknown>>
  answers: Answer[]
  waitingDialogs: ((answer: Answer) => void)[]
}

export const record: DesktopRecord = {
  windowOptions: [],
  trayMenus: [],
  popups: [],
  dialogs: [],
  openedExternally: [],
  printed: [],
  loginItems: [],
  clipboard: new Map(),
  clipboardReads: 'work',
  requestsThatLeft: [],
  sessionHandlers: {},
  answers: [],
  waitingDialogs: [],
}

/** Answers the dialog that waits, or else the next one. */
export function answerDialog(answer: Answer): void {
  const waiting = record.waitingDialogs.shift()
  if (waiting === undefined) record.answers.push(answer)
  else waiting(answer)
}

/** Shows a dialog: it stands until the test answers it. */
export function showDialog(dialog: RecordedDialog): Promise<Answer> {
  record.dialogs.push(dialog)
  const ready = record.answers.shift()
  if (ready !== undefined) return Promise.resolve(ready)
  return new Promise((resolve) => record.waitingDialogs.push(resolve))
}
