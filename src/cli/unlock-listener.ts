// The passphrase goes to nobody but the process that holds this folder's lock: its file says the port, and a file that a
// killed listener left behind is told by its process, which is gone.
import { text } from 'node:stream/consumers'
import { API_BASE, operations, routeOf } from '../shared/contract.ts'
import { Agent, request } from '../core/http/node-http.ts'
import { isAlive } from '../core/is-alive.ts'
import { appError, fromErrorBody, type ErrorBody } from '../shared/errors.ts'
import type { ListenerFile } from '../core/http/listener-file.ts'

type Find = () => { about: ListenerFile | null } | undefined

/** Unlocks the listener that `find` finds; answers its address, or undefined where none takes a passphrase from here. */
export async function unlockListener(
  find: Find,
  ask: () => Promise<string>,
  ownToken: string | undefined,
): Promise<string | undefined> {
  if (reachable(find, ownToken) === undefined) return undefined
  const passphrase = await ask()
  // Somebody may have taken a long time over it: it is sent to the listener that runs now.
  const found = reachable(find, ownToken)
  if (found === undefined) return undefined
  await send(found, passphrase)
  return `http://127.0.0.1:${found.port}`
}

interface Reachable {
  port: number
  token: string
}

/** A window's listener leaves no token: the window has a field for the passphrase. */
function reachable(find: Find, ownToken: string | undefined): Reachable | undefined {
  const about = find()?.about ?? undefined
  const token = about?.token ?? (ownToken === '' ? undefined : ownToken)
  if (about === undefined || token === undefined || !isAlive(about.pid)) return undefined
  return { port: about.port, token }
}

async function send({ port, token }: Reachable, passphrase: string): Promise<void> {
  const { method, path } = routeOf(operations.unlock.route ?? '')
  const body = JSON.stringify({ passphrase })
  // An agent of its own: the shared one may be told by the environment to go through a proxy.
  const agent = new Agent()
  try {
    const answer = await new Promise<{ status: number; body: string }>((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      request({ host: '127.0.0.1', port, method, path: API_BASE + path, headers, agent }, (response) => {
        text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject)
      })
        .once('error', reject)
        .end(body)
    })
    if (answer.status !== operations.unlock.status)
      throw fromErrorBody(JSON.parse(answer.body) as ErrorBody, answer.status)
  } catch (cause) {
    if (cause instanceof SyntaxError || (cause instanceof Error && 'syscall' in cause)) {
      throw appError('not_allowed', { what: `The listener at port ${port} did not answer` }, { cause })
    }
    throw cause
  } finally {
    agent.destroy()
  }
}
