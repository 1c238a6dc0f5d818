import type { IpcMainInvokeEvent, WebFrameMain } from 'electron'
import { describe, expect, it } from 'vitest'
import type { Api } from '../../src/shared/contract.ts'
import { CHANNEL, serveIpc } from '../../src/main/ipc.ts'

const ORIGIN = 'app://latchkey'

type Handler = (event: IpcMainInvokeEvent, ...args: unknown[]) => unknown

/** The handler of the window's channel, over a core that only counts what reaches it. */
function served() {
  const reached: string[] = []
  const api = new Proxy({} as Api, {
    get: (_, id) => async () => {
      reached.push(String(id))
      return []
    },
  })
  const handlers = new Map<string, Handler>()
  serveIpc({ handle: (channel, handler) => void handlers.set(channel, handler) }, api, ORIGIN, () => undefined)
  return { reached, channels: [...handlers.keys()], ask: handlers.get(CHANNEL) as Handler }
}

const frame = (over: Partial<WebFrameMain> = {}): WebFrameMain =>
  ({ detached: false, parent: null, origin: ORIGIN, isDestroyed: () => false, ...over }) as WebFrameMain

const from = (senderFrame: WebFrameMain | null) => ({ senderFrame }) as IpcMainInvokeEvent

describe('the channel between window and core', () => {
  it('is the only one', () => {
    expect(served().channels).toEqual(['latchkey'])
  })

  it('answers the page in the top frame of the window', async () => {
    const { ask, reached } = served()
    expect(await ask(from(frame()), 'listModelNames', {})).toEqual({ ok: true, value: [] })
    expect(reached).toEqual(['listModelNames'])
  })

  it.each<[string, WebFrameMain | null]>([
    ['a frame that is gone', null],
    ['a frame that was destroyed', frame({ isDestroyed: () => true })],
    ['a detached frame', frame({ detached: true })],
    ['a frame inside the page', frame({ parent: frame() })],
    ['https://evil', frame({ origin: 'https://evil.example' })],
    ['a file', frame({ origin: 'file://' })],
    ['another host of the own scheme', frame({ origin: 'app://other' })],
    ['an opaque origin', frame({ origin: 'null' })],
    ['an origin that only begins like the own', frame({ origin: 'app://latchkey.evil' })],
  ])('refuses %s before anything is asked of the core', (_, sender) => {
    const { ask, reached } = served()
    // At once, not after a promise: by then the frame could be another.
    expect(ask(from(sender), 'listProviders', {})).toMatchObject({ ok: false, error: { code: 'not_allowed' } })
    expect(reached).toEqual([])
  })

  it('does not touch a frame that was destroyed, which would throw', () => {
    const { ask } = served()
    const gone = new Proxy(frame({ isDestroyed: () => true }), {
      get(target, key) {
        if (key !== 'isDestroyed') throw new Error('Render frame was disposed before WebFrameMain could be accessed')
        return Reflect.get(target, key) as unknown
      },
    })
    expect(ask(from(gone), 'listProviders', {})).toMatchObject({ ok: false })
  })

  it.each([undefined, null, 7, {}, ['listProviders'], 'constructor', '__proto__', 'no-such'])(
    'answers an operation %j with a value, not a throw',
    async (operation) => {
      const { ask, reached } = served()
      expect(await ask(from(frame()), operation, {})).toMatchObject({ ok: false, error: { code: 'unknown_operation' } })
      expect(reached).toEqual([])
    },
  )

  it('refuses operations that belong to the command line', async () => {
    const { ask, reached } = served()
    expect(await ask(from(frame()), 'adoptKey', { provider_id: 1 })).toMatchObject({ error: { code: 'not_allowed' } })
    expect(reached).toEqual([])
  })
})
