import type { Protocol } from 'electron'
import { only } from './only.ts'

/** The schemes that the app made its own before it was ready. */
export const schemes = new Set<string>()
const handlers = new Map<string, (request: Request) => Response | Promise<Response>>()

export const protocol = only<Pick<Protocol, 'registerSchemesAsPrivileged' | 'handle'>>('protocol', {
  registerSchemesAsPrivileged(list) {
    for (const { scheme } of list) schemes.add(scheme)
  },
  handle(scheme, handler) {
    if (!schemes.has(scheme)) throw new Error(`The scheme ${scheme} was not registered before the app was ready`)
    handlers.set(scheme, handler)
  },
})

/** What the app's own handler answers, or undefined where the address is none of its schemes. */
export async function answerRequest(address: string, method: string): Promise<Response | undefined> {
  const handler = handlers.get(new URL(address).protocol.slice(0, -1))
  return handler === undefined ? undefined : handler(new Request(address, { method }))
}
