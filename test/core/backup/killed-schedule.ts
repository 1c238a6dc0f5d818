// Makes a scheduled backup and is killed before the step of that number.
import { createLog } from '../../../src/core/log.ts'
import { ScheduledBackups } from '../../../src/core/backup/scheduled-backups.ts'
import { openCore } from '../../../src/core/open-core.ts'

const [, , home = '', stop] = process.argv
const log = createLog({ level: 'silent' })
const core = await openCore({ env: { LATCHKEY_HOME: home }, cwd: home, log })
let step = 0
const backups = new ScheduledBackups({
  vault: core.vault,
  log,
  now: () => Date.now() + 2 * 86_400_000,
  onStep: () => {
    if (step++ === Number(stop)) process.kill(process.pid, 'SIGKILL')
  },
})
await backups.runWhereDue()
await core.close()
