// A process that moves or exchanges the master key of a vault and ends itself by SIGKILL at a given step: `node
// rotation-child.ts HOME ACT STEP [EVERY]`. It says "ready" before and "done" after, where the act has fewer steps. Of rows
// that are encrypted one after the other only every so many count; none does where STEP is 0.
import { actorOf } from '../../src/core/actor.ts'
import { createLog } from '../../src/core/log.ts'
import { openCore } from '../../src/core/open-core.ts'

const [home = '', act = '', last = '0', every = '1'] = process.argv.slice(2)
let counting = false
let left = Number(last)
let rows = 0

function onStep(step: string): void {
  if (!counting || /^\s*(SELECT|PRAGMA (?!wal_checkpoint|journal_mode))/i.test(step)) return
  if (/^\s*UPDATE provider/i.test(step) && rows++ % Number(every) !== 0) return
  left -= 1
  if (left === 0) process.kill(process.pid, 'SIGKILL')
}

const core = await openCore({
  env: { LATCHKEY_HOME: home, PATH: process.env['PATH'] },
  cwd: home,
  log: createLog({ level: 'silent' }),
  onStep,
})
const api = core.apiFor(actorOf('cli'))
process.stdout.write('ready\n')
counting = true
if (act === 'rotate') await api.rotateMasterKey({})
else if (act === 'command') await api.moveMasterKey({ to: 'command', command: ['cat', `${home}/../kept`] })
else if (act === 'env' || act === 'file') await api.moveMasterKey({ to: act })
counting = false
await core.close()
process.stdout.write('done\n')
