// One list of acts on two vaults that start alike: through the window's channel on one, through HTTP on the other. What
// the doors answer is the same, so a page cannot tell which one it has.
import type { IpcMainInvokeEvent } from 'electron'
import { describe, expect, it } from 'vitest'
import { actorOf } from '../../src/core/actor.ts'
import { generateFernetKey } from '../../src/core/crypto/fernet.ts'
import { serveIpc } from '../../src/main/ipc.ts'
import { createHttpCall } from '../../src/renderer/http-transport.ts'
import type { Reply } from '../../src/shared/client.ts'
import { operationIds, operations, type OperationId } from '../../src/shared/contract.ts'
import { openTempCore, tempHome, type TempCore } from '../support/temp-core.ts'

const TOKEN = 'a-token-of-the-owners-own-for-tests'
const common = operationIds.filter((id) => {
  const { route, doors } = operations[id]
  return route !== null && doors.includes('window') && doors.includes('rest')
})

type Ask = (id: OperationId, input: object) => Promise<Reply>
/** Asks one after the other; what is asked may depend on what was answered. */
type Script = Generator<[OperationId, object], void, Reply>

/** The page's own way of asking over HTTP, at a real listener. */
async function overHttp({ core }: TempCore): Promise<Ask> {
  const { listener } = await core.listener.serve({ port: 0 })
  return createHttpCall({ origin: listener.address, token: () => TOKEN, onUnauthorized: () => undefined })
}

/** The window's channel, with all that crosses it cloned as between processes. */
async function overIpc({ core }: TempCore): Promise<Ask> {
  // Both cores listen, so that both have the same to say of their listener.
  await core.listener.serve({ port: 0 })
  const handlers: ((event: IpcMainInvokeEvent, ...args: unknown[]) => unknown)[] = []
  serveIpc(
    { handle: (_, handler) => void handlers.push(handler) },
    core.apiFor(actorOf('window')),
    'app://latchkey',
    () => {},
  )
  const senderFrame = { detached: false, parent: null, origin: 'app://latchkey', isDestroyed: () => false }
  return async (id, input) => {
    const reply = await handlers[0]?.({ senderFrame } as unknown as IpcMainInvokeEvent, id, structuredClone(input))
    return structuredClone(reply) as Reply
  }
}

/** A reply without what differs between two vaults by nature: time, place, port, tokens, fingerprints. */
function plain(reply: Reply, { home }: TempCore): unknown {
  const text = JSON.stringify(reply, (_, value: unknown) => (value === undefined ? 'nothing' : value))
  return JSON.parse(
    text
      .replaceAll(home, 'HOME')
      .replaceAll(/\d{4}-\d\d-\d\dT?[\d:.-]+Z/g, 'TIME')
      .replaceAll(/(127\.0\.0\.1:)\d+/g, '$1PORT')
      .replaceAll(/\blk_\w+/g, 'TOKEN')
      .replaceAll(/"revision":"[^"]*"/g, '"revision":"REVISION"')
      .replaceAll(/\b[0-9a-f]{16}\b/g, 'FINGERPRINT'),
  )
}

/** Runs the script on two vaults side by side, and answers which operations it asked for. */
async function compare(
  script: () => Script,
  homes?: [string, string],
  key = generateFernetKey(),
): Promise<Set<string>> {
  const options = (home: string | undefined) => ({
    key,
    env: { LATCHKEY_TOKEN: TOKEN },
    ...(home === undefined ? {} : { home }),
  })
  await using near = await openTempCore(options(homes?.[0]))
  await using far = await openTempCore(options(homes?.[1]))
  const [ipc, http] = [await overIpc(near), await overHttp(far)]
  const [left, right] = [script(), script()]
  const asked = new Set<string>()
  let [mine, theirs] = [left.next(), right.next()]
  while (mine.done !== true && theirs.done !== true) {
    const [id, input] = mine.value
    asked.add(id)
    const replies: [Reply, Reply] = [await ipc(id, input), await http(...theirs.value)]
    expect({ id, input, reply: plain(replies[0], near) }).toEqual({ id, input, reply: plain(replies[1], far) })
    mine = left.next(replies[0])
    theirs = right.next(replies[1])
  }
  expect([mine.done, theirs.done]).toEqual([true, true])
  return asked
}

const idOf = (reply: Reply): number => (reply as { value: { id: number } }).value.id
const acme = { name: 'acme', display_name: 'Acme', base_url: 'https://api.acme.example/v1', models: ['b', 'a', 'a'] }

/** A life of a vault: every operation once where it succeeds, and the refusals that a page has words for. */
function* life(): Script {
  yield ['listProviders', {}]
  const provider_id = idOf(yield ['createProvider', { ...acme, api_key: 'sk-made-up-for-a-test-1234' }])
  yield ['createProvider', acme]
  yield ['createProvider', { name: 'No Spaces', display_name: '', base_url: 'ftp://x', api_key: 'a b' }]
  yield ['getProvider', { provider_id }]
  yield ['getProvider', { provider_id: 999_999 }]
  yield ['getProvider', { provider_id: 1.5 }]
  yield ['listProvidersWithKeys', {}]
  yield ['listModelNames', {}]
  yield ['updateProvider', { provider_id, display_name: 'Acme Ltd', dialect: 'anthropic' }]
  yield ['updateProvider', { provider_id, base_url: 'https://elsewhere.example/v1' }]
  yield ['updateProvider', { provider_id, displayname: 'typo' }]
  yield ['updateProvider', { provider_id: 1, display_name: 'Mine' }]
  const model_id = idOf(yield ['addModel', { provider_id, name: 'vendor/c:latest', display_name: 'C' }])
  yield ['addModel', { provider_id, name: 'a', display_name: 'A' }]
  yield ['listModels', { provider_id }]
  yield ['deleteModel', { model_id }]
  yield ['deleteModel', { model_id }]
  const catalog = yield ['listModels', { provider_id: 1 }]
  yield ['deleteModel', { model_id: (catalog as { value: { id: number }[] }).value[0]?.id ?? 0 }]
  yield ['getCatalogEntry', { provider_id: 1 }]
  yield ['bringBackModels', { provider_id: 1 }]
  yield ['resetProvider', { provider_id: 1 }]
  yield ['resetProvider', { provider_id }]
  yield ['removeApiKey', { provider_id }]
  yield ['deleteProvider', { provider_id: 1 }]
  yield ['deleteProvider', { provider_id }]
  const token_id = idOf(yield ['createToken', { name: 'codex', providers: ['openai'], expires_in_days: 7 }])
  yield ['createToken', { name: '', providers: [] }]
  yield ['updateToken', { token_id, name: 'codex at work', requests_per_minute: 5 }]
  yield ['listTokens', {}]
  yield ['revokeToken', { token_id }]
  yield ['revokeToken', { token_id }]
  yield ['getSettings', {}]
  yield ['updateSettings', { theme: 'dark' }]
  yield ['updateSettings', { theme: 'pink' }]
  yield ['makeListenerToken', {}]
  yield ['setListener', { on: false }]
  yield ['setListener', { on: true }]
  yield ['setListener', { on: 'yes' }]
  yield ['getStatus', {}]
  yield ['waitForChange', {}]
  yield ['waitForChange', { since: 'long ago' }]
  yield ['reopenVault', {}]
  yield ['startOver', { vault_name: 'vault-home' }]
  yield ['startOver', { vault_name: 7 }]
}

/** The same vault under another master key. */
function* lifeUnderAWrongKey(): Script {
  yield ['getStatus', {}]
  yield ['listProviders', {}]
  yield ['updateProvider', { provider_id: 1, api_key: 'sk-made-up-for-a-test-1234' }]
  yield ['createProvider', acme]
  yield ['reopenVault', {}]
  yield ['startOver', { vault_name: 'another' }]
  yield ['startOver', { vault_name: 'vault-home' }]
  yield ['updateProvider', { provider_id: 1, api_key: 'sk-made-up-for-a-test-1234' }]
  yield ['getStatus', {}]
}

/** What a row of the table refuses whatever the vault holds. */
function* oddInputs(ids: readonly OperationId[]): Script {
  for (const id of ids) {
    const route = operations[id].route ?? ''
    const fields = [...route.matchAll(/\{(\w+)\}/g)].map(([, field = '']) => field)
    // All ids are numbers but that of a key.
    const path = Object.fromEntries(fields.map((field) => [field, field === 'key_id' ? 'none' : 999_999]))
    yield [id, { ...path, nonsense: 'x' }]
    // A POST or PUT without fields has no body over HTTP, which is refused before the table is asked.
    if (Object.keys(path).length > 0 && /^(GET|DELETE)/.test(route)) yield [id, path]
  }
}

describe('the window’s channel and the listener', () => {
  it('answer a whole life of a vault alike, act by act', { timeout: 60_000 }, async () => {
    const asked = await compare(life)
    // Most of the table, or the list above tests little.
    expect(asked.size).toBeGreaterThanOrEqual(26)
  })

  it('answer alike under a wrong master key, and after starting over', { timeout: 60_000 }, async () => {
    using left = tempHome()
    using right = tempHome()
    const key = generateFernetKey()
    for (const { home } of [left, right]) {
      await using temp = await openTempCore({ home, key })
      await temp.client.updateProvider({ provider_id: 1, api_key: 'sk-made-up-for-a-test-1234' })
    }
    await compare(lifeUnderAWrongKey, [left.home, right.home])
  })

  it('refuse what no row of the table knows with the same words', { timeout: 60_000 }, async () => {
    expect([...(await compare(() => oddInputs(common)))]).toEqual(common)
  })
})
