import { API_BASE, type Api } from '../shared/contract.ts'
import { appError, toAppError, type AppError } from '../shared/errors.ts'
import { noLimits } from '../shared/limit-schemas.ts'
import { defaultSettings, type Status } from '../shared/schemas.ts'
import { actorOf, type Actor } from './actor.ts'
import { noteRequest } from './audit/refusals.ts'
import { dispatch } from './dispatch.ts'
import type { ToolGateway } from './gateway/tool-gateway.ts'
import type { Admitted, Caller } from './http/caller.ts'
import { findListener, removeListenerFile, writeListenerFile } from './http/listener-file.ts'
import { takeFolderLock, type FolderLock } from './folder-lock.ts'
import { startListener, type Listener } from './http/listener.ts'
import type { Page } from './http/serve-request.ts'
import { checkOwnToken, hashToken, kept, newToken, sameHash } from './http/token.ts'
import type { Log } from './log.ts'
import type { TokenBook } from './token-book.ts'
import type { Vault } from './vault.ts'

interface Parts {
  vault: Vault
  tokens: TokenBook
  /** Opened when it is first needed. */
  gateway(): Promise<ToolGateway>
  env: Readonly<Record<string, string | undefined>>
  log: Log
  apiFor(actor: Actor): Api
  revision(): string
}

export interface ServeOptions {
  /** `--port`; else LATCHKEY_PORT, else the setting. 0: any free one. */
  port?: number | undefined
  /** Browser window mode: the bundle of the window. */
  page?: Page | undefined
}

interface Running {
  listener: Listener
  lock: FolderLock
  /** The socket carries this process's own page or command, so switching tools off must not close it. */
  serving: boolean
  /** Of the token of this run; null in the desktop window, which needs none. */
  adminHash: Buffer | null
  page: Page | undefined
}

/** The token of the settings, in a vault's list. */
const LISTENER = 'listener'
const unlimited = { providers: null, models: null, ...noLimits, expires_at: null }

/** The listener of this process: off until switched on, one for each folder. */
export class ListenerControl {
  readonly #parts: Parts
  readonly #tokens: TokenBook
  readonly #apis = new Map<string, Api>()
  #running: Running | undefined
  #gateway: ToolGateway | undefined
  #toolsAllowed = true
  #problem: AppError | undefined
  #epoch = 0

  constructor(parts: Parts) {
    this.#parts = parts
    this.#tokens = parts.tokens
  }

  /** Moves when the listener starts, stops or moves. */
  get revision(): number {
    return this.#epoch
  }

  /** The headless form: listens until the process ends, with a token for this run. Throws where it cannot. */
  async serve({ port, page }: ServeOptions): Promise<{ listener: Listener; tokenPlace: string }> {
    const own = this.#parts.env['LATCHKEY_TOKEN']
    if (own !== undefined && own !== '') checkOwnToken(own)
    const made = own === undefined || own === '' ? newToken() : undefined
    const token = made ?? own ?? ''
    const wanted = port ?? this.#portFromEnvironment() ?? (await this.#settings()).listener_port
    const running = await this.#start(wanted, { serving: true, adminHash: hashToken(token), page }, made)
    const place = made === undefined ? 'LATCHKEY_TOKEN' : this.#parts.vault.places.listener_file
    return { listener: running.listener, tokenPlace: place }
  }

  /** Switches tools on. In the desktop window this opens the port of the settings. */
  async allowTools(): Promise<void> {
    this.#toolsAllowed = true
    this.#epoch += 1
    if (this.#running === undefined) await this.#startForWindow()
  }

  /** Switches tools off: the port is closed, or, where it carries this page, closed to them; what runs is ended. */
  async stopTools(): Promise<void> {
    const why = appError('tools_not_allowed', undefined)
    this.#gateway?.cutOff(({ token_id }) => (token_id === undefined ? undefined : why))
    if (this.#running?.serving === true) {
      this.#toolsAllowed = false
      this.#epoch += 1
    } else {
      await this.#stop()
    }
  }

  /** Moves a running listener of the desktop window to another port; throws before anything is closed. */
  async moveTo(port: number): Promise<void> {
    const running = this.#running
    if (running === undefined || running.serving) return
    const listener = await startListener(this.#deps(running.page), { port })
    this.#running = { ...running, listener }
    this.#writeFile(listener, undefined)
    this.#epoch += 1
    await running.listener.close()
  }

  /** Ends what runs for tokens that are revoked or have expired, and everything where the vault is locked. */
  endWhatMayNot(): void {
    this.#gateway?.cutOff((caller) => this.#tokens.useRefusalOf(caller))
  }

  /** Switches on at the start of the desktop window, where that is chosen; a failure is shown, not thrown. */
  async startAsChosen(): Promise<void> {
    if (this.#parts.vault.state !== 'open' || !(await this.#settings()).listener_at_start) return
    try {
      await this.allowTools()
    } catch (cause) {
      this.#problem = toAppError(cause)
      this.#parts.log.warn({ err: cause }, 'the listener could not be switched on')
    }
  }

  /** Makes the token that tools use, in place of the one before; only its hash is kept. */
  async makeToken(by: Actor): Promise<string> {
    const token = newToken()
    const row = { name: LISTENER, kind: 'admin', ...kept(token), ...unlimited } as const
    await this.#parts.vault.withMasterKey((store) => store.tokens.replace(row, by))
    await this.#tokens.refresh()
    return token
  }

  async status(): Promise<Status['listener']> {
    const running = this.#running
    const elsewhere = running === undefined ? this.#elsewhere() : undefined
    const problem = this.#problem?.body ?? null
    return {
      state: running !== undefined ? 'on' : elsewhere === undefined ? 'off' : 'elsewhere',
      address: running?.listener.address ?? elsewhere?.address ?? null,
      pid: running !== undefined ? process.pid : (elsewhere?.pid ?? null),
      problem,
      has_token: await this.#tokens.has(LISTENER),
      tools_allowed: running !== undefined && this.#toolsAllowed,
    }
  }

  async close(): Promise<void> {
    await this.#stop()
  }

  async #startForWindow(): Promise<void> {
    const { listener_port } = await this.#settings()
    await this.#start(listener_port, { serving: false, adminHash: null, page: undefined }, undefined)
  }

  async #start(
    port: number,
    how: Pick<Running, 'serving' | 'adminHash' | 'page'>,
    token: string | undefined,
  ): Promise<Running> {
    if (this.#running !== undefined) return this.#running
    const { listener_lock } = this.#parts.vault.places
    const lock = await takeFolderLock(listener_lock, this.#warn)
    if (lock === undefined) {
      throw appError('listener_running', this.#elsewhere() ?? { address: null, pid: null })
    }
    try {
      await this.#tokens.refresh()
      this.#gateway = await this.#parts.gateway()
      const listener = await startListener(this.#deps(how.page), { port })
      const running = { ...how, listener, lock }
      this.#running = running
      this.#writeFile(listener, token)
      this.#problem = undefined
      this.#epoch += 1
      this.#tokens.follow()
      return running
    } catch (cause) {
      lock.release()
      throw cause
    }
  }

  async #stop(): Promise<void> {
    const running = this.#running
    if (running === undefined) return
    this.#running = undefined
    this.#epoch += 1
    this.#tokens.unfollow()
    removeListenerFile(this.#parts.vault.places.listener_file)
    await running.listener.close()
    running.lock.release()
  }

  /** The listener of another process for this folder, if one runs. */
  #elsewhere(): { address: string | null; pid: number | null } | undefined {
    const found = findListener(this.#parts.vault.places, this.#warn)
    if (found === undefined) return undefined
    const { about } = found
    return { address: about === null ? null : `http://127.0.0.1:${about.port}`, pid: about?.pid ?? null }
  }

  readonly #warn = (sentence: string): void => this.#parts.log.warn(sentence)

  #deps(page: Page | undefined) {
    const { log } = this.#parts
    return {
      log,
      mounts: this.#gateway?.mounts ?? [],
      revision: () => this.#parts.revision(),
      identify: (hash: Buffer) => this.#identify(hash),
      onRefused: (why: AppError, caller: Caller | undefined) =>
        noteRequest(this.#parts.vault.trail.refusals, why, caller),
      admit: (request: Admitted) => this.#admit(request),
      call: (id: string, input: unknown, caller: Caller) =>
        dispatch(this.#apiOf(caller), 'rest', id, input, (error, operation) => log.error({ operation, err: error })),
      ...(page === undefined ? {} : { page }),
    }
  }

  #identify(hash: Buffer): Caller | undefined {
    const admin = this.#running?.adminHash ?? null
    if (admin !== null && sameHash(admin, hash)) return { kind: 'admin', name: 'run' }
    return this.#tokens.find(hash)
  }

  /** The token of this run and the page stay; what tools were given waits. */
  #admit({ caller, path }: Admitted): AppError | undefined {
    // What may be asked of a locked vault over REST, open-core.ts decides for each operation; a key is used by nobody.
    const isRest = path === API_BASE || path.startsWith(`${API_BASE}/`)
    const refusal = isRest ? this.#tokens.refusalOf(caller) : this.#tokens.useRefusalOf(caller)
    if (refusal !== undefined) return refusal
    if (caller.token_id === undefined) return undefined
    return this.#toolsAllowed ? undefined : appError('tools_not_allowed', undefined)
  }

  #apiOf({ name }: Caller): Api {
    const known = this.#apis.get(name)
    if (known !== undefined) return known
    const api = this.#parts.apiFor(actorOf('rest', name))
    this.#apis.set(name, api)
    return api
  }

  #writeFile({ port }: Listener, token: string | undefined): void {
    writeListenerFile(this.#parts.vault.places.listener_file, {
      port,
      pid: process.pid,
      started_at: new Date().toISOString(),
      ...(token === undefined ? {} : { token }),
    })
  }

  /** The stored settings, or the defaults where the vault cannot be read at all. */
  async #settings() {
    const { vault } = this.#parts
    return vault.state === 'closed' ? defaultSettings : vault.reader().readSettings()
  }

  #portFromEnvironment(): number | undefined {
    const text = this.#parts.env['LATCHKEY_PORT']
    if (text === undefined || text === '') return undefined
    const port = Number(text)
    if (/^\d{1,5}$/.test(text) && port <= 65_535) return port
    throw appError('setting_invalid', {
      what: `LATCHKEY_PORT must be a number from 0 to 65535, not '${text.slice(0, 20)}'`,
    })
  }
}
