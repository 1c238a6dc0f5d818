// Swaps a vault and is killed before the step of that number.
import { swapVault } from '../../../src/core/backup/swap-vault.ts'

const [, , draft = '', vault = '', keep = '', stop] = process.argv
let step = 0
const onStep = (): void => {
  if (step++ === Number(stop)) process.kill(process.pid, 'SIGKILL')
}
await swapVault({ draft, vault, keep, onStep })
