import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import type { IpcMainInvokeEvent, WebContents, WebContentsPrintOptions, WebPreferences } from 'electron'
import { toApp, toBrowser } from './addresses.ts'
import { browser } from './browser.ts'
import type { Devtools } from './devtools.ts'
import { preventable } from './events.ts'
import { followFrames, type Frames, type HostFrame } from './frames.ts'
import { invoke } from './ipc-main.ts'
import {
  HOST_ANSWER,
  HOST_BINDING,
  pageScript,
  PRELOAD_WORLD,
  preloadScript,
  type HostAnswer,
  type HostCall,
} from './page-worlds.ts'
import { answerRequest, schemes } from './protocol.ts'
import { record } from './record.ts'
import { permissions, session } from './session.ts'
import { makeValueCodec } from './value-codec.ts'

type Own = Pick<WebContents, 'loadURL' | 'setWindowOpenHandler' | 'sendInputEvent' | 'print' | 'close'>

interface Paused {
  requestId: string
  frameId: string
  resourceType: string
  request: { url: string; method: string }
}

const codec = makeValueCodec()

/** A page in Chromium, spoken to by devtools: what a BrowserWindow shows. */
export class HostWebContents extends EventEmitter implements Own {
  readonly session = session
  readonly ready: Promise<void>
  private readonly preferences: WebPreferences
  private openHandler: Parameters<WebContents['setWindowOpenHandler']>[0] = () => ({ action: 'allow' })
  /** The address that the app itself is loading: no navigation of the page's own. */
  private loading: string | undefined
  private devtools!: Devtools
  private target!: string
  private sessionId!: string
  private frames!: Frames

  constructor(preferences: WebPreferences) {
    super()
    this.preferences = preferences
    this.ready = this.attach()
  }

  private async attach(): Promise<void> {
    this.devtools = browser().devtools
    this.target = await browser().takePage()
    const { sessionId } = await this.devtools.send<{ sessionId: string }>('Target.attachToTarget', {
      targetId: this.target,
      flatten: true,
    })
    this.sessionId = sessionId
    this.frames = followFrames(this.devtools, sessionId)
    this.devtools.on(sessionId, 'Fetch.requestPaused', (paused: Paused) => void this.answer(paused))
    this.devtools.on(sessionId, 'Runtime.bindingCalled', (call: { payload: string; executionContextId: number }) => {
      void this.serve(call)
    })
    this.devtools.on(sessionId, 'Page.windowOpen', ({ url }: { url: string }) => {
      this.openHandler({
        url: toApp(url),
        frameName: '',
        features: '',
        disposition: 'new-window',
        referrer: { url: '', policy: 'default' },
      })
    })
    this.devtools.on(
      sessionId,
      'Target.attachedToTarget',
      ({ targetInfo }: { targetInfo: { targetId: string; type: string } }) => {
        // Whatever the handler said: the stand-in shows no second window.
        if (targetInfo.type === 'page') void this.devtools.send('Target.closeTarget', { targetId: targetInfo.targetId })
      },
    )
    this.devtools.on(sessionId, 'Page.domContentEventFired', () => this.emit('dom-ready'))
    await this.send('Page.enable')
    await this.send('Runtime.enable')
    await this.send('Runtime.addBinding', { name: HOST_BINDING, executionContextName: PRELOAD_WORLD })
    await this.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: true, flatten: true })
    await this.send('Fetch.enable', { patterns: [{ urlPattern: '*' }] })
    if (this.preferences.preload !== undefined) {
      const eventName = `electron-host-${crypto.randomUUID()}`
      await this.send('Page.addScriptToEvaluateOnNewDocument', { source: pageScript(eventName) })
      await this.send('Page.addScriptToEvaluateOnNewDocument', {
        source: preloadScript(eventName, readFileSync(this.preferences.preload, 'utf8')),
        worldName: PRELOAD_WORLD,
      })
    }
    for (const { name, setting } of permissions()) {
      await this.devtools.send('Browser.setPermission', { permission: { name }, setting })
    }
    await this.setColorScheme()
  }

  private send<T = object>(method: string, params: object = {}): Promise<T> {
    return this.devtools.send<T>(method, params, this.sessionId)
  }

  get mainFrame(): HostFrame | undefined {
    return this.frames?.main()
  }

  async setColorScheme(): Promise<void> {
    await this.send('Emulation.setEmulatedMedia', {
      features: [{ name: 'prefers-color-scheme', value: browser().isDark() ? 'dark' : 'light' }],
    })
  }

  async loadURL(address: string): Promise<void> {
    await this.ready
    const loaded = new Promise((resolve) => this.once('dom-ready', resolve))
    this.loading = toBrowser(address, schemes)
    const { errorText } = await this.send<{ errorText?: string }>('Page.navigate', { url: this.loading })
    if (errorText !== undefined) throw new Error(`${errorText} loading '${address}'`)
    await loaded
  }

  setWindowOpenHandler(handler: Parameters<WebContents['setWindowOpenHandler']>[0]): void {
    this.openHandler = handler
  }

  sendInputEvent(input: Parameters<WebContents['sendInputEvent']>[0]): void {
    if (!('keyCode' in input)) throw new Error('The Electron stand-in sends key events only')
    const modifiers = { control: 2, meta: 4 } as Record<string, number>
    const bits = (input.modifiers ?? []).reduce((sum, name) => sum | (modifiers[name] ?? 0), 0)
    const windowsVirtualKeyCode = input.keyCode === ',' ? 188 : input.keyCode.toUpperCase().charCodeAt(0)
    const type = input.type === 'keyUp' ? 'keyUp' : 'rawKeyDown'
    void this.send('Input.dispatchKeyEvent', { type, key: input.keyCode, modifiers: bits, windowsVirtualKeyCode })
  }

  /** Prints at once, as if the person had agreed in the dialog: what is on the page is recorded. */
  print(_options?: WebContentsPrintOptions, done?: (success: boolean, failureReason: string) => void): void {
    void this.printTo((reason) => done?.(reason === '', reason))
  }

  private async printTo(done: (reason: string) => void): Promise<void> {
    let reason = ''
    try {
      const expression = 'document.body.innerText'
      const { result } = await this.send<{ result: { value: string } }>('Runtime.evaluate', { expression })
      record.printed.push(result.value)
    } catch (error) {
      reason = String(error)
    }
    done(reason)
  }

  close(): void {
    void this.devtools.send('Target.closeTarget', { targetId: this.target }).catch(() => undefined)
  }

  /** Every request of the page comes here: the app's own schemes answer, and nothing leaves the machine. */
  private async answer({ requestId, frameId, resourceType, request }: Paused): Promise<void> {
    const fail = (errorReason: string) => this.send('Fetch.failRequest', { requestId, errorReason })
    if (resourceType === 'Document' && request.url !== this.loading && !this.mayNavigate(request.url, frameId)) {
      await fail('Aborted')
      return
    }
    this.loading = undefined
    const response = await answerRequest(toApp(request.url), request.method)
    if (response === undefined) {
      record.requestsThatLeft.push(request.url)
      await fail('InternetDisconnected')
      return
    }
    await this.send('Fetch.fulfillRequest', {
      requestId,
      responseCode: response.status,
      responseHeaders: [...response.headers].map(([name, value]) => ({ name, value })),
      body: Buffer.from(await response.arrayBuffer()).toString('base64'),
    })
  }

  private mayNavigate(url: string, frameId: string): boolean {
    const isMainFrame = this.frames.isMain(frameId)
    const event = preventable({ url: toApp(url), isMainFrame, isSameDocument: false, frame: null, initiator: null })
    this.emit('will-frame-navigate', event)
    if (isMainFrame) this.emit('will-navigate', event, event.url)
    return !event.defaultPrevented
  }

  private async serve({ payload, executionContextId }: { payload: string; executionContextId: number }): Promise<void> {
    const { id, channel, args } = JSON.parse(payload) as HostCall
    const { frames } = this
    const event = {
      sender: this,
      type: 'frame',
      frameId: 1,
      processId: 1,
      senderFrame: frames.ofContext(executionContextId),
    }
    let answer: HostAnswer
    try {
      const value = await invoke(channel, event as unknown as IpcMainInvokeEvent, codec.decode(args) as unknown[])
      answer = { id, value: codec.encode(value) }
    } catch (error) {
      answer = { id, error: error instanceof Error ? error.message : String(error) }
    }
    await this.send('Runtime.callFunctionOn', {
      functionDeclaration: `(answer) => globalThis.${HOST_ANSWER}(answer)`,
      arguments: [{ value: JSON.stringify(answer) }],
      executionContextId,
    }).catch((error: unknown) => {
      // The page is gone, and with it the caller.
      if (frames.ofContext(executionContextId) !== null) throw error
    })
  }
}
