import type { Sent } from '../../../src/shared/contract.ts'
import type { NewProvider, Provider } from '../../../src/shared/schemas.ts'
import { openTempCore, type TempCore } from '../../support/temp-core.ts'

export interface Serving extends AsyncDisposable {
  temp: TempCore
  address: string
  port: number
  /** Adds a provider; its display name is its name. */
  add(provider: Omit<NewProvider, 'display_name'>): Promise<Provider>
  /** Makes a token, of a tool if nothing else is said. */
  token(more?: Partial<Sent<'createToken'>>): Promise<{ id: number; token: string }>
}

interface ServingOptions {
  home?: string
  key?: string | null
  env?: Record<string, string>
}

let made = 0

/** A core that serves as `latchkey serve` does: `await using serving = await openServing()`. */
export async function openServing(options: ServingOptions = {}): Promise<Serving> {
  const temp = await openTempCore(options)
  const { listener } = await temp.core.listener.serve({ port: 0 })
  return {
    temp,
    address: listener.address,
    port: listener.port,
    add: (provider) => temp.client.createProvider({ display_name: provider.name, ...provider }),
    token: (more = {}) => temp.client.createToken({ name: `tool ${++made}`, ...more }),
    [Symbol.asyncDispose]: () => temp[Symbol.asyncDispose](),
  }
}

/** What a tool sends with its token. */
export const withToken = (token: string, init: RequestInit = {}): RequestInit => ({
  ...init,
  headers: { authorization: `Bearer ${token}`, ...(init.headers as Record<string, string>) },
})

/** A chat that asks for this model. */
export const chat = (token: string, model: string): RequestInit =>
  withToken(token, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hi' }] }),
  })
