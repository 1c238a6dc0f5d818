import { appError, toAppError, type AppError } from '../shared/errors.ts'
import type { Limits } from '../shared/limit-schemas.ts'
import type { Caller } from './http/caller.ts'
import { sameHash } from './http/token.ts'
import type { PrintedToken, TokenRow } from './store/token-store.ts'
import type { Vault } from './vault.ts'

/** How often the vault is looked at for tokens that another process made or revoked, in milliseconds. */
const LOOK = 250

/** The tokens of the vault in memory, so that each request is answered without a query; never older than a second. */
export class TokenBook {
  readonly #vault: Vault
  readonly #onLook: () => void
  #tokens: readonly TokenRow[] = []
  #printed: readonly PrintedToken[] = []
  #limits: ReadonlyMap<string, Limits> = new Map()
  #isPaused = false
  #revision = ''
  #timer: NodeJS.Timeout | undefined

  /** `onLook` is told after each look, whether anything has changed or not: time alone ends a token. */
  constructor(vault: Vault, onLook: () => void = () => undefined) {
    this.#vault = vault
    this.#onLook = onLook
  }

  /** Who shows a token of this hash, also where it is good no longer: `refusalOf` says so. */
  find(hash: Buffer): Caller | undefined {
    const token = this.#tokens.find(({ sha256 }) => sameHash(sha256, hash))
    if (token !== undefined) return callerOf(token)
    const printed = this.#printed.find(({ sha256 }) => sameHash(sha256, hash))
    const counted = printed === undefined ? undefined : this.get(printed.token_id)
    if (printed === undefined || counted === undefined) return undefined
    return { ...callerOf(counted), until: Date.parse(printed.expires_at) }
  }

  /** Why this caller's token is good no longer; undefined where it is, and for a caller without one. */
  refusalOf({ token_id, until = Infinity }: Caller): AppError | undefined {
    if (token_id === undefined) return undefined
    const token = this.get(token_id)
    if (token === undefined) return appError('unauthorized', undefined)
    const { name, revoked_at, expires_at } = token
    if (revoked_at !== null) return appError('token_revoked', { name })
    if (expires_at !== null && Date.parse(expires_at) <= Date.now()) {
      return appError('token_expired', { name, at: expires_at })
    }
    if (until > Date.now()) return undefined
    const hint = `It was printed for 12 hours. Print another: latchkey token print ${name}`
    return appError('token_expired', { name, at: new Date(until).toISOString() }, { hint })
  }

  /** Who shows the token of this name, where there is one that is not revoked. */
  named(name: string): Caller | undefined {
    const token = this.#tokens.find((one) => one.name === name && one.revoked_at === null)
    return token === undefined ? undefined : callerOf(token)
  }

  /** What all tools together may use of this provider; undefined where that is not limited. */
  limitsOf(provider: string): Limits | undefined {
    return this.#limits.get(provider)
  }

  /** Why this caller may use no key now: its token, a pause of all tools, or a vault that is locked. */
  useRefusalOf(caller: Caller): AppError | undefined {
    const refusal = this.refusalOf(caller)
    if (refusal !== undefined) return refusal
    const isTool = caller.kind === 'tool' || caller.token_id !== undefined
    if (this.#isPaused && isTool) return appError('tools_paused', undefined)
    return this.#vault.state === 'locked' ? appError('vault_locked', undefined) : undefined
  }

  get(id: number): TokenRow | undefined {
    return this.#tokens.find((token) => token.id === id)
  }

  /** Whether a token of this name is good. */
  async has(name: string): Promise<boolean> {
    await this.refresh()
    return this.#tokens.some((token) => token.name === name && token.revoked_at === null)
  }

  /** Reads the tokens again where the vault has changed. */
  async refresh(): Promise<void> {
    const revision = this.#vault.revision()
    if (revision !== this.#revision) {
      if (this.#vault.state === 'closed') this.#forget()
      else await this.#read()
      this.#revision = revision
    }
    this.#onLook()
  }

  async #read(): Promise<void> {
    const { tokens, limits } = this.#vault.reader()
    const [list, printed, ofProviders, pausedAt] = await Promise.all([
      tokens.list(),
      tokens.listPrinted(),
      limits.ofProviders(),
      limits.pausedAt(),
    ])
    this.#tokens = list
    this.#printed = printed
    this.#limits = ofProviders
    this.#isPaused = pausedAt !== null
  }

  #forget(): void {
    this.#tokens = []
    this.#printed = []
  }

  /** Keeps up with other processes until `unfollow`. */
  follow(): void {
    this.#timer ??= setInterval(() => {
      this.#vault
        .during(() => this.refresh())
        .catch((cause: unknown) => {
          // A vault that cannot be read vouches for nobody; one that is only busy has revoked nobody.
          if (toAppError(cause).code === 'vault_busy') return
          this.#forget()
          this.#revision = ''
          this.#onLook()
        })
    }, LOOK).unref()
  }

  unfollow(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}

function callerOf({ kind, name, id }: TokenRow): Caller {
  return { kind, name, token_id: id }
}
