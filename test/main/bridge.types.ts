// Checked by the compiler, never run: what the page may write, and what it may not.
import type { Provider } from '../../src/shared/schemas.ts'
import type { Reply } from '../../src/shared/client.ts'
import type { Bridge } from '../../src/preload/index.ts'

export async function whatThePageMayWrite({ call }: Bridge): Promise<Reply<Provider>[]> {
  const made = await call('createProvider', { name: 'acme', display_name: 'Acme', models: ['one'] })
  const changed = await call('updateProvider', { provider_id: 1, base_url: 'https://api.example.com/v1' })
  return [made, changed]
}

export function whatThePageMayNotWrite({ call }: Bridge): void {
  // @ts-expect-error There is no such operation.
  void call('listProvider', {})
  // @ts-expect-error A field that is needed is missing.
  void call('createProvider', { name: 'acme' })
  // @ts-expect-error There is no such field.
  void call('createProvider', { name: 'acme', display_name: 'Acme', apikey: 'x' })
  // @ts-expect-error A field of another kind.
  void call('getProvider', { provider_id: '1' })
  // @ts-expect-error The bridge has one function.
  void call.on
}

export function whatThePageCannotChange(bridge: Bridge): void {
  // @ts-expect-error The bridge is frozen.
  bridge.call = () => Promise.reject(new Error('replaced'))
}
