// The gateway of a vault in a process of its own: `fork(serving-child.ts, [HOME, KEY])`. Says its address when it listens.
import { openTempCore } from './temp-core.ts'

const [home = '', key = ''] = process.argv.slice(2)
const { core } = await openTempCore({ home, key })
const { listener } = await core.listener.serve({ port: 0 })
process.on('disconnect', () => process.exit(0))
process.send?.(listener.address)
