import { Option, type Command } from 'commander'
import type { Usage, UsageGroup } from '../../shared/usage-schemas.ts'
import { globalsOf } from '../globals.ts'
import { withVault } from '../open-vault.ts'
import { table } from '../table.ts'
import { print, say } from '../terminal.ts'

// The choices of usage-schemas.ts, here in words so that help needs no schema library.
const GROUPS = ['day', 'tool', 'provider', 'model', 'key'] as const satisfies readonly UsageGroup[]

interface Options {
  by: UsageGroup
  from?: string
  to?: string
}

export function addUsage(program: Command): void {
  program
    .command('usage')
    .description('Show what tools have used: requests, tokens and cost')
    .addOption(new Option('--by <group>', 'how to sum it up').choices(GROUPS).default('day'))
    .option('--from <day>', 'the first day, or a time; 29 days ago if not given')
    .option('--to <day>', 'the last day, or a time; now if not given')
    .addHelpText(
      'after',
      `
Where an answer does not say what it used, its tokens are estimated at four bytes each, and the sum is marked with a ~.
A request of which nothing is known, or whose model has no known price, is counted and marked with a +.

Examples:
  latchkey usage
  latchkey usage --by tool --from 2026-11-01
  latchkey usage --by model --json
`,
    )
    .action(showUsage)
}

async function showUsage({ by, from, to }: Options, command: Command): Promise<void> {
  const globals = globalsOf(command)
  await withVault('read', globals, async ({ client }) => {
    const usage = await client.getUsage({
      group_by: by,
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    })
    if (globals.json) return print(JSON.stringify(usage))
    if (usage.rows.length === 0) return say('Nothing was used in these days.')
    const rows = usage.rows.map(({ group, ...row }) => cells(group ?? 'unknown', row))
    const total = usage.rows.length > 1 ? [cells('total', usage.total)] : []
    print(table([by.toUpperCase(), 'REQUESTS', 'FAILED', 'INPUT', 'CACHED', 'OUTPUT', 'COST'], [...rows, ...total]))
  })
}

/** A sum is marked that has an estimate in it, or that something is missing from. */
function cells(group: string, sums: Usage['total']): string[] {
  const about = sums.estimated > 0 ? '~' : ''
  const more = sums.unmeasured > 0 ? '+' : ''
  return [
    group,
    String(sums.requests),
    String(sums.failed),
    `${about}${sums.input_tokens}${more}`,
    `${sums.cached_tokens}${more}`,
    `${about}${sums.output_tokens}${more}`,
    `${about}$${sums.cost_usd.toFixed(4)}${sums.unpriced > 0 ? '+' : ''}`,
  ]
}
