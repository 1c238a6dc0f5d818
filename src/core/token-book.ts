import type { Caller } from './http/caller.ts'
import { sameHash } from './http/token.ts'
import type { TokenRow } from './store/token-store.ts'
import type { Vault } from './vault.ts'

/** How often the vault is looked at for tokens that another process made or revoked, in milliseconds. */
const LOOK = 250

/** The tokens of the vault in memory, so that each request is answered without a query; never older than a second. */
export class TokenBook {
  readonly #vault: Vault
  #tokens: readonly TokenRow[] = []
  #revision = ''
  #timer: NodeJS.Timeout | undefined

  constructor(vault: Vault) {
    this.#vault = vault
  }

  find(hash: Buffer): Caller | undefined {
    const token = this.#tokens.find(({ sha256 }) => sameHash(sha256, hash))
    return token === undefined ? undefined : { kind: token.kind, name: token.name }
  }

  async hasAny(): Promise<boolean> {
    await this.refresh()
    return this.#tokens.length > 0
  }

  /** Reads the tokens again where the vault has changed. */
  async refresh(): Promise<void> {
    const revision = this.#vault.revision()
    if (revision === this.#revision) return
    const tokens = this.#vault.state === 'closed' ? [] : await this.#vault.reader().tokens.list()
    this.#tokens = tokens.filter(({ revoked_at }) => revoked_at === null)
    this.#revision = revision
  }

  /** Keeps up with other processes until `unfollow`. */
  follow(): void {
    this.#timer ??= setInterval(() => {
      this.#vault
        .during(() => this.refresh())
        .catch(() => {
          // A vault that cannot be read vouches for nobody.
          this.#tokens = []
          this.#revision = ''
        })
    }, LOOK).unref()
  }

  unfollow(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
