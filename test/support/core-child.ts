// Another process on the same vault: `fork(core-child.ts, [HOME, KEY])`. It says when its core is open, then makes the
// calls it is sent, one after the other, and answers all replies at once.
import type { OperationId } from '../../src/shared/contract.ts'
import { openTempCore } from './temp-core.ts'

const [home = '', key = ''] = process.argv.slice(2)
const core = await openTempCore({ home, key: key === '' ? null : key })
process.on('message', (calls: [OperationId, unknown][]) => {
  void (async () => {
    const replies = []
    for (const [operation, input] of calls) replies.push(await core.call(operation, input))
    process.send?.(replies)
  })()
})
process.send?.(core.core.vault.state)
