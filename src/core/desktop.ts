import type { ShippedCommand } from './shell-command.ts'

/** What only a desktop can do. The Electron main process implements it; without one these acts are refused. */
export interface Desktop {
  /** Puts a secret on the clipboard, marked as concealed where the platform has that, and clears it at `clearsAt`. */
  copyConcealed(secret: Buffer, clearsAt: Date): Promise<void>
  /** Opens an https page in the person's browser. The caller has checked it against the catalog. */
  openExternal(url: string): Promise<void>
  /** Asks for an existing file; null where the person cancels. */
  chooseFile(title: string): Promise<string | null>
  /** Asks where a file is to be written, with this name proposed; null where the person cancels. */
  choosePlace(title: string, name: string): Promise<string | null>
  /** Asks where to save a file, with this name proposed, and writes it. Answers its path; null where the person cancels. */
  saveFile(name: string, text: string): Promise<string | null>
  /** Shows the system's print dialog for a page of text; false where the person cancels. */
  print(lines: readonly string[]): Promise<boolean>
  /** The command line that came with this app; undefined where its installer puts it on the PATH, or there is none. */
  readonly command?: ShippedCommand | undefined
  /** Puts the window out of sight. */
  hideWindow(): Promise<void>
  /** Starts Latchkey hidden at login, or no longer. */
  setStartAtLogin(on: boolean): Promise<void>
}
