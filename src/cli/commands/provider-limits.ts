import type { Command } from 'commander'
import type { Limits } from '../../shared/limit-schemas.ts'
import { usd } from '../../shared/usd.ts'
import { globalsOf } from '../globals.ts'
import { limitsIn, limitsInWords, type LimitOptions } from '../limit-options.ts'
import { withVault } from '../open-vault.ts'
import { facts } from '../table.ts'
import { print, printable, say } from '../terminal.ts'

/** Shows what all tools together may use of a provider; changes it where a limit is given. */
export async function providerLimits(name: string, given: LimitOptions, command: Command): Promise<void> {
  const globals = globalsOf(command)
  const change = changeOf(given)
  const isChange = Object.keys(change).length > 0
  await withVault(isChange ? 'change' : 'read', globals, async ({ client, find }) => {
    const { id } = await find(name)
    const limits = isChange
      ? await client.updateProviderLimits({ provider_id: id, ...change })
      : await client.getProviderLimits({ provider_id: id })
    if (globals.json) return print(JSON.stringify(limits))
    if (isChange) return say(`All tools together may use of ${printable(name)}: ${limitsInWords(limits)}`)
    print(
      facts([
        ['Limits', [limitsInWords(limits)]],
        ['Today', [usd(limits.spent.day)]],
        ['This month', [usd(limits.spent.month)]],
      ]),
    )
  })
}

/** `unlimited` lifts a limit, which is null. */
function changeOf(given: LimitOptions): Partial<Limits> {
  const limits = Object.entries(limitsIn(given))
  return Object.fromEntries(limits.map(([name, limit]) => [name, limit === 'unlimited' ? null : limit]))
}
