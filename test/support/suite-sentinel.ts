// SECURITY check 62 for the whole suite: every secret that a test encrypts, or types into a command, is searched for in
// everything that Latchkey lets out while the file's tests run: answers of the listener, replies and errors of
// operations, what processes print, and the files of the vault's folder. A file that leaks fails, whatever it tests.
import { channel } from 'node:diagnostics_channel'
import type { ServerResponse } from 'node:http'
import { afterAll } from 'vitest'
import { Fernet } from '../../src/core/crypto/fernet.ts'
import { leaks, watchOutput, watchSecret } from './watched-secrets.ts'

/** Every secret there is goes through here, a key of a provider above all. */
function watchEncryption(): void {
  const { encrypt } = Fernet.prototype
  Fernet.prototype.encrypt = function watching(plaintext, options) {
    watchSecret(plaintext.toString('utf8'))
    return encrypt.call(this, plaintext, options)
  }
}

interface Started {
  request: { url?: string }
  response: ServerResponse
  server: { listenerCount(event: string): number }
}

/** Only a listener of Latchkey looks at these two events; the upstreams of tests hold keys by right. */
const isLatchkey = ({ server }: Started): boolean =>
  server.listenerCount('connect') > 0 && server.listenerCount('checkContinue') > 0

function watchListener(): void {
  channel('http.server.request.start').subscribe((message) => {
    const started = message as Started
    if (!isLatchkey(started)) return
    const { response } = started
    const { write, end } = response
    const where = `an answer to ${started.request.url}`
    const look = (chunk: unknown): void => {
      if (typeof chunk === 'string' || chunk instanceof Uint8Array) watchOutput(where, chunk)
    }
    Object.assign(response, {
      write(...args: unknown[]): boolean {
        look(args[0])
        return Reflect.apply(write, response, args)
      },
      end(...args: unknown[]): ServerResponse {
        look(args[0])
        watchOutput(`the head of ${where}`, JSON.stringify(response.getHeaders()))
        return Reflect.apply(end, response, args)
      },
    })
  })
}

function watchPrinted(): void {
  for (const stream of [process.stdout, process.stderr]) {
    const { write } = stream
    stream.write = ((...args: Parameters<typeof write>) => {
      watchOutput('what the process prints', args[0])
      return Reflect.apply(write, stream, args)
    }) as typeof write
  }
}

watchEncryption()
watchListener()
watchPrinted()

afterAll(() => {
  const found = leaks()
  if (found.length > 0) throw new Error(`Secrets were let out:\n${found.join('\n')}`)
})
