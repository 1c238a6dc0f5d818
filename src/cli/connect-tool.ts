// What connecting any tool needs: where it finds Latchkey, and a token that is held to what it uses.
import type { Client } from '../shared/contract.ts'
import { appError, isAppError } from '../shared/errors.ts'
import type { CreatedToken } from '../shared/tool-schemas.ts'

/** Where the listener is, or will be once it is on. */
export async function addressOf(client: Client): Promise<string> {
  const [{ listener }, { listener_port }] = await Promise.all([client.getStatus(), client.getSettings()])
  const port = Number(process.env['LATCHKEY_PORT'] ?? '') || listener_port
  return listener.address ?? `http://127.0.0.1:${port}`
}

/** Makes a token for these providers; where one has its name, says what to do. */
export async function makeToolToken(client: Client, name: string, providers: readonly string[]): Promise<CreatedToken> {
  try {
    return await client.createToken({ name, providers: [...providers] })
  } catch (cause) {
    if (!isAppError(cause) || cause.code !== 'token_exists') throw cause
    const hint = `It was shown once. Revoke it first (latchkey token revoke ${name}), or choose another name with --name.`
    throw appError('token_exists', { name }, { hint })
  }
}
