// What the page side needs of Electron: a preload that runs in its own world, `contextBridge` from there to the page,
// and `ipcRenderer.invoke` from there to the main process. The functions below run in the browser: their source text
// is what is sent, so each stands alone.
import { makeValueCodec, type ValueCodec } from './value-codec.ts'

export const PRELOAD_WORLD = 'Electron Isolated Context'
/** In the preload's world alone: tells the main process of a call. */
export const HOST_BINDING = 'electronHostCall'
/** In the preload's world alone: brings the answer back. */
export const HOST_ANSWER = 'electronHostAnswer'

/** One `invoke`, on its way to the main process. */
export interface HostCall {
  id: number
  channel: string
  args: string
}

/** Its answer: an encoded value, or the text of an error. */
export interface HostAnswer {
  id: number
  value?: string
  error?: string
}

interface PageGlobal {
  CustomEvent: new (type: string, init: { detail: string }) => object
  addEventListener: (type: string, listener: (event: { detail: string }) => void) => void
  dispatchEvent: (event: object) => void
  top: unknown
  self: unknown
  electronHostCall?: (call: string) => void
  electronHostAnswer?: (answer: string) => void
}

type Functions = { [name: string]: (...args: unknown[]) => unknown }

/** In the page's own world: receives what the preload exposes, as functions that answer promises. */
function receiveBridge(page: PageGlobal, codec: ValueCodec, name: string): void {
  const { CustomEvent } = page
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  let last = 0
  page.addEventListener(`${name}-expose`, ({ detail }) => {
    const { key, functions } = JSON.parse(detail) as { key: string; functions: string[] }
    const api: Functions = {}
    for (const fn of functions) {
      api[fn] = (...args) =>
        new Promise((resolve, reject) => {
          const id = (last += 1)
          const call = JSON.stringify({ id, fn, args: codec.encode(args) })
          waiting.set(id, { resolve, reject })
          page.dispatchEvent(new CustomEvent(`${name}-call`, { detail: call }))
        })
    }
    Object.defineProperty(page, key, { value: Object.freeze(api), enumerable: true })
  })
  page.addEventListener(`${name}-settle`, ({ detail }) => {
    const { id, value, error } = JSON.parse(detail) as { id: number; value?: string; error?: string }
    const caller = waiting.get(id)
    waiting.delete(id)
    if (value !== undefined) caller?.resolve(codec.decode(value))
    else caller?.reject(new Error(error))
  })
}

/** In the preload's world: gives the preload its `electron`, and nothing else to require. */
function runPreload(
  page: PageGlobal,
  codec: ValueCodec,
  name: string,
  preload: (require: (id: string) => unknown, module: { exports: object }, exports: object) => void,
): void {
  if (page.top !== page.self) return
  const { CustomEvent, electronHostCall } = page
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  let last = 0
  page.electronHostAnswer = (answer) => {
    const { id, value, error } = JSON.parse(answer) as { id: number; value?: string; error?: string }
    const caller = waiting.get(id)
    waiting.delete(id)
    if (value !== undefined) caller?.resolve(codec.decode(value))
    else caller?.reject(new Error(error))
  }
  const ipcRenderer = {
    invoke: (channel: string, ...args: unknown[]) =>
      new Promise((resolve, reject) => {
        const id = (last += 1)
        const call = JSON.stringify({ id, channel, args: codec.encode(args) })
        waiting.set(id, { resolve, reject })
        electronHostCall?.(call)
      }),
  }
  const contextBridge = {
    exposeInMainWorld(key: string, api: Functions) {
      const functions = Object.keys(api)
      for (const fn of functions) {
        if (typeof api[fn] !== 'function')
          throw new Error(`The Electron stand-in exposes functions only, not ${key}.${fn}`)
      }
      page.addEventListener(`${name}-call`, ({ detail }) => {
        const { id, fn, args } = JSON.parse(detail) as { id: number; fn: string; args: string }
        const settle = (outcome: object) =>
          page.dispatchEvent(new CustomEvent(`${name}-settle`, { detail: JSON.stringify({ id, ...outcome }) }))
        Promise.resolve()
          .then(() => api[fn]?.(...(codec.decode(args) as unknown[])))
          .then((value) => settle({ value: codec.encode(value) }))
          .catch((error: unknown) => settle({ error: error instanceof Error ? error.message : String(error) }))
      })
      page.dispatchEvent(new CustomEvent(`${name}-expose`, { detail: JSON.stringify({ key, functions }) }))
    },
  }
  const known = new Set(['contextBridge', 'ipcRenderer'])
  const electron = new Proxy(
    { contextBridge, ipcRenderer },
    {
      get(target, key) {
        if (typeof key === 'string' && !known.has(key))
          throw new Error(`The Electron stand-in has no ${key} in a preload`)
        return Reflect.get(target, key) as unknown
      },
    },
  )
  const module = { exports: {} }
  preload(
    (id) => {
      if (id === 'electron') return electron
      throw new Error(`A sandboxed preload cannot require ${id}`)
    },
    module,
    module.exports,
  )
}

/** The script for the page's own world; it must be installed before the other. */
export function pageScript(eventName: string): string {
  return `(${String(receiveBridge)})(globalThis, (${String(makeValueCodec)})(), ${JSON.stringify(eventName)})`
}

/** The script for the preload's world. */
export function preloadScript(eventName: string, preload: string): string {
  return (
    `(${String(runPreload)})(globalThis, (${String(makeValueCodec)})(), ${JSON.stringify(eventName)}, ` +
    `function (require, module, exports) {${preload}\n})`
  )
}
