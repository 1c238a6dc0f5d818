import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openTempCore, tempHome, type TempCore } from './temp-core.ts'

/** Where nobody answers. */
export const NOBODY = 'http://127.0.0.1:9'

/**
 * A core whose catalog names this machine alone: for tests that call every operation, of which some ask a provider, and
 * no test may leave the machine.
 */
export async function openLoopbackCore(options: Parameters<typeof openTempCore>[0] = {}): Promise<TempCore> {
  const temp = tempHome()
  mkdirSync(temp.home, { mode: 0o700 })
  const providers = ['openai', 'anthropic', 'google'].map(
    (dialect) =>
      `  ${dialect}: { base_url: "${NOBODY}", dialect: ${dialect}, env: [LOOPBACK_${dialect.toUpperCase()}_API_KEY], models: [m] }\n`,
  )
  writeFileSync(join(temp.home, 'models.yaml'), `providers:\n${providers.join('')}`)
  const opened = await openTempCore({ ...options, home: temp.home })
  return {
    ...opened,
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]()
      temp[Symbol.dispose]()
    },
  }
}
