/** One connection to Chromium's devtools: commands, and events by session. */
export interface Devtools {
  send<T = object>(method: string, params?: object, session?: string): Promise<T>
  on(session: string | undefined, method: string, listener: (params: never) => void): void
  close(): void
}

interface Message {
  id?: number
  method?: string
  params?: object
  sessionId?: string
  result?: object
  error?: { message: string }
}

/** Connects to the address that Chromium printed. */
export async function connectDevtools(address: string): Promise<Devtools> {
  const socket = new WebSocket(address)
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve)
    socket.addEventListener('error', () => reject(new Error(`Chromium does not answer at ${address}`)))
  })
  let last = 0
  const waiting = new Map<number, PromiseWithResolvers<object>>()
  const listeners = new Map<string, ((params: never) => void)[]>()
  const nameOf = (session: string | undefined, method: string) => `${session ?? ''} ${method}`

  socket.addEventListener('message', ({ data }) => {
    const { id, method, params, sessionId, result, error } = JSON.parse(String(data)) as Message
    if (method !== undefined) {
      for (const listener of listeners.get(nameOf(sessionId, method)) ?? []) listener(params as never)
      return
    }
    const caller = waiting.get(id ?? 0)
    waiting.delete(id ?? 0)
    if (error === undefined) caller?.resolve(result ?? {})
    else caller?.reject(new Error(error.message))
  })
  socket.addEventListener('close', () => {
    for (const caller of waiting.values()) caller.reject(new Error('Chromium is gone'))
    waiting.clear()
  })

  return {
    async send<T>(method: string, params: object = {}, session?: string) {
      const id = (last += 1)
      const caller = Promise.withResolvers<object>()
      waiting.set(id, caller)
      socket.send(JSON.stringify({ id, method, params, ...(session === undefined ? {} : { sessionId: session }) }))
      return (await caller.promise) as T
    },
    on(session, method, listener) {
      const name = nameOf(session, method)
      listeners.set(name, [...(listeners.get(name) ?? []), listener])
    },
    close: () => socket.close(),
  }
}
