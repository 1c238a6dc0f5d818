// Prints what `status` says of a vault: `node status-child.ts HOME KEY`. Started by root, it goes on as nobody, for whom
// modes hold.
import { openTempCore } from './temp-core.ts'

const [home = '', key = ''] = process.argv.slice(2)
// What is only loaded when it is asked for has to be there before: nobody may not be allowed to read the sources.
await import('../../src/core/catalog/models-yaml.ts')
if (process.getuid?.() === 0) {
  process.setgroups?.([])
  process.setgid?.(65_534)
  process.setuid?.(65_534)
}
await using core = await openTempCore({ home, key })
const { vault } = await core.client.getStatus()
process.stdout.write(JSON.stringify(vault))
