import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Place } from './load.ts'

/** Portkey's gateway in front of the upstream, where LATCHKEY_BENCH_PORTKEY says where it is; else undefined. */
export async function openPortkey(
  upstreamPort: number,
  key: string,
): Promise<({ place: Place } & AsyncDisposable) | undefined> {
  const folder = process.env['LATCHKEY_BENCH_PORTKEY']
  if (folder === undefined || folder === '') return undefined
  const port = 18_787
  const child = spawn(process.execPath, [join(folder, 'build/start-server.js'), `--port=${port}`, '--headless'], {
    stdio: 'ignore',
    env: { ...process.env, NODE_ENV: 'production' },
  })
  for (let tries = 0; !(await answers(port)); tries++) {
    if (tries === 100) throw new Error('Portkey did not listen within 10 seconds')
    await delay(100)
  }
  const host = `http://127.0.0.1:${upstreamPort}/v1`
  return {
    place: {
      port,
      path: '/v1/chat/completions',
      token: key,
      more: `x-portkey-provider: openai\r\nx-portkey-custom-host: ${host}\r\n`,
    },
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit')
      child.kill()
      await ended
    },
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.once('close', () => socket.destroy())
  })
}
