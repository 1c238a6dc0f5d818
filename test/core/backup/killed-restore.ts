// Restores a backup and is killed before the step of that number that changes a file.
import { actorOf } from '../../../src/core/actor.ts'
import { openRestore } from '../../../src/core/backup/restore.ts'
import { placesFrom } from '../../../src/core/places.ts'
import { isFileStep } from './file-step.ts'

const [, , home = '', backup = '', stop] = process.argv
let step = 0
const onStep = (what: string): void => {
  if (isFileStep(what) && step++ === Number(stop)) process.kill(process.pid, 'SIGKILL')
}
const found = await openRestore(backup, async () => Buffer.from(process.env['TEST_BACKUP_KEY'] ?? '', 'hex'), {
  places: placesFrom({ LATCHKEY_HOME: home }),
  given: {},
  warn: () => {},
  onStep,
})
await found.restore(found.vaultName, actorOf('cli'))
