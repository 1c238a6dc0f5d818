import type { Rectangle } from 'electron'
import { z } from 'zod'
import { ensurePrivateFolder, readSmallFile, writePrivateFile } from '../core/private-files.ts'
import { dirname } from 'node:path'

/** The smallest window that the interface is laid out for. */
export const SMALLEST = { width: 900, height: 600 }
const FIRST = { width: 1180, height: 760 }

const WindowState = z.strictObject({
  x: z.int().min(-100_000).max(100_000).optional(),
  y: z.int().min(-100_000).max(100_000).optional(),
  width: z.int().min(SMALLEST.width).max(20_000),
  height: z.int().min(SMALLEST.height).max(20_000),
  maximized: z.boolean(),
})
/** Where the window stood; without a place it is centred. */
export type WindowState = z.infer<typeof WindowState>

/** Where the window was left, if the file says so and a display still shows it; else the first-time size, centred. */
export function readWindowState(file: string, displays: readonly Rectangle[]): WindowState {
  const state = parsed(file)
  if (state === undefined) return { ...FIRST, maximized: false }
  const { x, y, width, height, maximized } = state
  if (
    x === undefined ||
    y === undefined ||
    !displays.some((display) => canBeGrabbed({ x, y, width, height }, display))
  ) {
    return { width, height, maximized }
  }
  return state
}

/** Keeps the place for the next start. */
export function writeWindowState(file: string, { x, y, width, height }: Rectangle, maximized: boolean): void {
  const state = WindowState.safeParse({ x, y, width, height, maximized })
  if (!state.success) return
  ensurePrivateFolder(dirname(file), () => {})
  writePrivateFile(file, `${JSON.stringify(state.data)}\n`)
}

/** A place is a comfort: a file that cannot be read or understood is as good as none. */
function parsed(file: string): WindowState | undefined {
  try {
    const text = readSmallFile(file, 4096)?.bytes.toString('utf8')
    return text === undefined ? undefined : WindowState.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

/** Enough of the title bar is on the display to take hold of it. */
function canBeGrabbed(window: Rectangle, display: Rectangle): boolean {
  const visible = Math.min(window.x + window.width, display.x + display.width) - Math.max(window.x, display.x)
  return visible >= 100 && window.y >= display.y && window.y <= display.y + display.height - 40
}
