import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { OperationId } from '../../src/shared/contract.ts'
import type { Provider } from '../../src/shared/schemas.ts'
import { openTempCore, tempHome, type TempCore } from './temp-core.ts'
import { dumpVault } from './vault-dump.ts'

export const ACME_CATALOG = `
providers:
  acme:
    display_name: Acme
    base_url: https://api.acme.example/v1
    key_url: https://acme.example/keys
    key_prefixes: [ak-]
    models: [one, two]
  bare: {}
`

/** A vault with the provider `acme` of a catalog of its own, and `own` of the person's. */
export class AcmeVault implements AsyncDisposable {
  temp: TempCore
  readonly acme: Provider
  readonly own: Provider
  readonly #folder: ReturnType<typeof tempHome>

  private constructor(folder: ReturnType<typeof tempHome>, temp: TempCore, acme: Provider, own: Provider) {
    this.#folder = folder
    this.temp = temp
    this.acme = acme
    this.own = own
  }

  static async open(): Promise<AcmeVault> {
    const folder = tempHome()
    mkdirSync(folder.home, { mode: 0o700 })
    writeFileSync(join(folder.home, 'models.yaml'), ACME_CATALOG)
    const temp = await openTempCore({ home: folder.home })
    const own = await temp.client.createProvider({
      name: 'own',
      display_name: 'Own',
      base_url: 'https://own.example/v1',
      models: ['m'],
    })
    const [acme] = await temp.client.listProviders()
    if (acme === undefined) throw new Error('the catalog has a provider')
    return new AcmeVault(folder, temp, acme, own)
  }

  get home(): string {
    return this.#folder.home
  }

  update(provider: Provider, patch: Record<string, unknown>): Promise<Provider> {
    return this.temp.client.updateProvider({ provider_id: provider.id, ...patch })
  }

  /** The error of a refusal, which changed nothing at all. */
  async refused(operation: OperationId, input: unknown): Promise<unknown> {
    const before = dumpVault(this.home)
    const reply = await this.temp.call(operation, input)
    if (!isDeepStrictEqual(dumpVault(this.home), before)) throw new Error(`${operation} changed the vault`)
    return reply.ok ? 'not refused' : reply.error
  }

  refusedUpdate(provider: Provider, patch: Record<string, unknown>): Promise<unknown> {
    return this.refused('updateProvider', { provider_id: provider.id, ...patch })
  }

  /** Starts again with another catalog. */
  async startWith(catalog: string): Promise<void> {
    const { key } = this.temp
    await this.temp[Symbol.asyncDispose]()
    writeFileSync(join(this.home, 'models.yaml'), catalog)
    this.temp = await openTempCore({ home: this.home, key })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.temp[Symbol.asyncDispose]()
    this.#folder[Symbol.dispose]()
  }
}
