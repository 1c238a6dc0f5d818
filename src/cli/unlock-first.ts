// A command that needs the key of a locked vault asks for the passphrase: on a terminal, where it is not shown, and
// elsewhere only where the command line says that standard input begins with it. What is piped in may be a key.
import type { Client } from '../shared/contract.ts'
import { appError, isAppError } from '../shared/errors.ts'
import { askHidden } from './ask.ts'
import { canAsk, note } from './terminal.ts'

/** Typing errors that a person may make before the command gives up. */
const TRIES = 3

/** Opens the vault of this command. Throws `vault_locked` where nobody can be asked. */
export async function unlockFirst(client: Client, passphraseStdin: boolean): Promise<void> {
  if (passphraseStdin) return client.unlock({ passphrase: await firstLineOfStdin() })
  if (!canAsk()) {
    throw appError('vault_locked', undefined, {
      hint: 'Run it on a terminal, which asks for the passphrase; or add --passphrase-stdin, and pipe it in as the first line.',
    })
  }
  for (let tries = 1; ; tries += 1) {
    try {
      return await client.unlock({
        passphrase: await askHidden('Passphrase of the vault (it is not shown): ', 'passphrase'),
      })
    } catch (cause) {
      if (!isAppError(cause) || cause.code !== 'passphrase_wrong' || tries === TRIES) throw cause
      note('The passphrase is wrong. Try again.')
    }
  }
}

/** More than this without a line break is no passphrase. */
const LIMIT = 16_384

/** Leaves what stands behind the line to whoever reads next. */
async function firstLineOfStdin(): Promise<string> {
  const { stdin } = process
  let held = Buffer.alloc(0)
  const line = await new Promise<Buffer>((resolve, reject) => {
    const look = (): void => {
      for (let chunk = stdin.read() as Buffer | null; chunk !== null; chunk = stdin.read() as Buffer | null) {
        held = Buffer.concat([held, chunk])
        const end = held.indexOf(0x0a)
        if (end < 0 && held.length <= LIMIT) continue
        stdin.off('readable', look)
        if (end >= 0 && end + 1 < held.length) stdin.unshift(held.subarray(end + 1))
        resolve(held.subarray(0, end < 0 ? 0 : end))
        return
      }
    }
    stdin.on('readable', look)
    stdin.once('end', () => resolve(held))
    stdin.once('error', reject)
  })
  const passphrase = line.toString('utf8').replace(/\r$/, '')
  line.fill(0)
  if (passphrase !== '') return passphrase
  throw appError(
    'invalid_input',
    { summary: 'No passphrase arrived on standard input' },
    { hint: 'Nothing was changed. Its first line has to be the passphrase.' },
  )
}
