import type { MessageBoxOptions } from 'electron'
import { desktopStrings } from '../shared/desktop-strings.ts'
import type { Settings } from '../shared/schemas.ts'

/** What the close button of the window does. */
export type Closing = 'hide' | 'quit' | 'ask'

interface Circumstances {
  platform: NodeJS.Platform
  hasTray: boolean
  choice: Settings['close_to_tray']
}

/** Without a tray a hidden window could not be found again, so closing quits. On macOS the Dock keeps it. */
export function whatClosingDoes({ platform, hasTray, choice }: Circumstances): Closing {
  if (platform === 'darwin') return choice === 'quit' ? 'quit' : 'hide'
  if (!hasTray) return 'quit'
  return choice === 'tray' ? 'hide' : choice
}

/** The question, asked once: its answer becomes the setting. */
export const closingQuestion = {
  type: 'question',
  title: desktopStrings.app,
  message: desktopStrings.closing.question,
  detail: desktopStrings.closing.text,
  buttons: desktopStrings.closing.buttons,
  defaultId: 0,
  cancelId: 2,
  noLink: true,
} satisfies MessageBoxOptions

/** What a button of the question means; undefined for Cancel. */
export function closingChoice(button: number): 'tray' | 'quit' | undefined {
  return (['tray', 'quit'] as const)[button]
}
