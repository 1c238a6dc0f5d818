import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { NewProvider } from '../../src/shared/schemas.ts'
import type { Memory, Question, Ready } from './gateway-process.ts'

export interface ForkedGateway extends Ready, AsyncDisposable {
  child: ChildProcess
  add(provider: NewProvider): Promise<void>
  memory(): Promise<Memory>
}

/** Starts the gateway in a process of its own. `args` are gateway-process.ts's. */
export async function forkGateway(
  args: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<ForkedGateway> {
  const child = fork(new URL('gateway-process.ts', import.meta.url), args, {
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'ignore', env['LATCHKEY_TEST_LOG'] === undefined ? 'inherit' : 'ignore', 'ipc'],
    env: { ...process.env, ...env },
  })
  const ask = async <T>(question?: Question): Promise<T> => {
    const answered = once(child, 'message') as Promise<[T]>
    if (question !== undefined) child.send(question)
    return (await answered)[0]
  }
  const ready = await ask<Ready>()
  return {
    ...ready,
    child,
    add: async (provider) => {
      const answer = await ask<{ failed?: string }>({ add: provider })
      if (answer.failed !== undefined) throw new Error(answer.failed)
    },
    memory: () => ask<Memory>({ ask: 'memory' }),
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
    },
  }
}
