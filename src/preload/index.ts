// All that the page can reach: one function. It runs in the sandbox, so it imports nothing but electron.
import { contextBridge, ipcRenderer } from 'electron'
import type { Call } from '../shared/client.ts'

/** `window.latchkey` in the desktop window. */
export interface Bridge {
  readonly call: Call
}

const bridge: Bridge = Object.freeze<Bridge>({
  call: (operation, input) => ipcRenderer.invoke('latchkey', operation, input),
})

contextBridge.exposeInMainWorld('latchkey', bridge)
