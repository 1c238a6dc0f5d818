import { EventEmitter } from 'node:events'
import type { BrowserWindow, BrowserWindowConstructorOptions, Rectangle } from 'electron'
import { preventable } from './events.ts'
import { only } from './only.ts'
import { record } from './record.ts'
import { HostWebContents } from './web-contents.ts'

const open: HostBrowserWindow[] = []
const firstPage = Promise.withResolvers<void>()

/** Settles when the first window has its page. */
export const firstPageLoaded: Promise<void> = firstPage.promise

type Own = Pick<
  BrowserWindow,
  | 'show'
  | 'hide'
  | 'focus'
  | 'isFocused'
  | 'isVisible'
  | 'minimize'
  | 'restore'
  | 'isMinimized'
  | 'maximize'
  | 'isMaximized'
  | 'getNormalBounds'
  | 'close'
  | 'isDestroyed'
  | 'loadURL'
>

/** A window that nothing draws: its state is kept, its page is a real one in Chromium. */
export class HostBrowserWindow extends EventEmitter implements Own {
  readonly webContents: HostWebContents
  private readonly bounds: Rectangle
  private state = { visible: false, focused: false, minimized: false, maximized: false, destroyed: false }

  constructor(options: BrowserWindowConstructorOptions = {}) {
    super()
    record.windowOptions.push(options)
    const { x = 100, y = 100, width = 800, height = 600 } = options
    this.bounds = { x, y, width, height }
    this.webContents = only('webContents', new HostWebContents(options.webPreferences ?? {}))
    this.webContents.once('dom-ready', () => {
      this.emit('ready-to-show')
      firstPage.resolve()
    })
    if (options.show !== false) this.show()
    open.push(this)
    const window = only('BrowserWindow', this)
    onCreated(window)
    return window
  }

  static getAllWindows(): HostBrowserWindow[] {
    return [...open]
  }

  static getFocusedWindow(): HostBrowserWindow | null {
    return open.find((window) => window.state.focused) ?? null
  }

  loadURL(address: string): Promise<void> {
    return this.webContents.loadURL(address)
  }

  show(): void {
    const wasVisible = this.state.visible
    this.state.visible = true
    this.focus()
    if (!wasVisible) this.emit('show')
  }

  hide(): void {
    this.state.visible = false
    this.state.focused = false
    this.emit('hide')
  }

  focus(): void {
    this.state.focused = true
  }

  isFocused(): boolean {
    return this.state.focused
  }

  isVisible(): boolean {
    return this.state.visible
  }

  minimize(): void {
    this.state.minimized = true
    this.state.focused = false
  }

  restore(): void {
    this.state.minimized = false
  }

  isMinimized(): boolean {
    return this.state.minimized
  }

  maximize(): void {
    this.state.maximized = true
  }

  isMaximized(): boolean {
    return this.state.maximized
  }

  getNormalBounds(): Rectangle {
    return { ...this.bounds }
  }

  isDestroyed(): boolean {
    return this.state.destroyed
  }

  close(): void {
    const event = preventable({})
    this.emit('close', event)
    if (event.defaultPrevented) return
    this.state = { ...this.state, visible: false, focused: false, destroyed: true }
    open.splice(
      open.findIndex((window) => window.webContents === this.webContents),
      1,
    )
    this.webContents.close()
    this.emit('closed')
    if (open.length === 0) onLastClosed()
  }
}

let onCreated: (window: HostBrowserWindow) => void = () => undefined
let onLastClosed: () => void = () => undefined

/** Says what the app does when a window is made and when the last is gone. */
export function followWindows(created: (window: HostBrowserWindow) => void, lastClosed: () => void): void {
  onCreated = created
  onLastClosed = lastClosed
}
