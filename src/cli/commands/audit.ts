import { Argument, type Command } from 'commander'
import type { AuditEvent, AuditQuery } from '../../shared/audit-schemas.ts'
import { auditCsv } from '../../shared/audit-csv.ts'
import type { Client } from '../../shared/contract.ts'
import { confirm } from '../ask.ts'
import { globalsOf } from '../globals.ts'
import { withVault } from '../open-vault.ts'
import { UsageError } from '../refusals.ts'
import { table } from '../table.ts'
import { painted, print, printable, say } from '../terminal.ts'

interface Options {
  since?: string
  provider?: string
  act?: string
  token?: string
  search?: string
  limit?: string
  csv?: boolean
}

/** So many events are asked for at a time. */
const PAGE = 1_000

export function addAudit(program: Command): void {
  const audit = program
    .command('audit')
    .description('List what was done with the vault and its keys, the newest first')
    .option('--since <time>', 'only from this time on: 2026-01-31, 2026-01-31T12:00:00Z, or as 30m, 12h, 7d ago')
    .option('--provider <name>', 'only what concerned this provider')
    .option('--act <act>', 'only this act (key.use), or this kind of acts (key)')
    .option('--token <name>', 'only what was done with this token')
    .option('--search <words>', 'only what has all these words, in provider, actor, act or detail')
    .option('--limit <number>', 'at most so many events; all, for every one of them', '50')
    .option('--csv', 'answer in CSV, for a spreadsheet')
    .addHelpText(
      'after',
      `
Every change has its event, and so has every use of a key, written down before the use. Each event carries the hash of the
one before it, and a seal outside the vault says how far the trail went: latchkey audit verify

Examples:
  latchkey audit --since 7d --act key
  latchkey audit --search 'codex gpt-5'
  latchkey audit --provider openai --limit all --csv > openai.csv
  latchkey audit verify
`,
    )
    .action(list)
  audit
    .command('verify')
    .description('Say whether the trail is as it was written, or at which event it is broken')
    .addHelpText(
      'after',
      '\nExit code 1 when it is broken.\n\nExamples:\n  latchkey audit verify\n  latchkey audit verify --json\n',
    )
    .action(verify)
  audit
    .command('retain')
    .description('Say or choose how long the trail is kept: for good, or for one or two years')
    .addArgument(new Argument('[how-long]', 'everything, 1y or 2y').choices(Object.keys(KEPT)))
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      `
Events that are older go, from the beginning of the trail on, and only those that are as they were written: what was tampered
with stays, for what it shows. That they went is an event too, and audit verify begins at the first that is left. Once a year
is chosen it is kept to, day by day. Uses of keys are summed up by day for usage and limits and kept for 400 days in any case.

Examples:
  latchkey audit retain
  latchkey audit retain 2y
  latchkey audit retain everything
`,
    )
    .action(retain)
}

const KEPT = { everything: 0, '1y': 1, '2y': 2 } as const

async function retain(
  howLong: keyof typeof KEPT | undefined,
  { yes = false }: { yes?: boolean },
  command: Command,
): Promise<void> {
  const globals = globalsOf(command)
  if (howLong === undefined) {
    const { audit_kept_years: years } = await withVault('read', globals, ({ client }) => client.getSettings())
    return print(globals.json ? JSON.stringify({ years }) : `The audit trail is kept ${forYears(years)}.`)
  }
  const years = KEPT[howLong]
  await withVault('change', globals, async ({ client }) => {
    const { audit_kept_years: before } = await client.getSettings()
    const isShorter = years !== 0 && (before === 0 || years < before)
    if (isShorter) await confirm(`Remove the events that are older than ${forYears(years).slice(4)}, for good?`, yes)
    const { removed } = await client.setAuditRetention({ years })
    if (globals.json) return print(JSON.stringify({ years, removed }))
    const gone = removed === 0 ? '' : ` ${removed} older ${removed === 1 ? 'event is' : 'events are'} gone.`
    say(`The audit trail is kept ${forYears(years)} from now on.${gone}`)
  })
}

const forYears = (years: number): string =>
  years === 0 ? 'for good' : `for ${years === 1 ? 'one year' : `${years} years`}`

async function list(options: Options, command: Command): Promise<void> {
  const globals = globalsOf(command)
  const { provider, act, token, search, csv = false } = options
  const limit = toLimit(options.limit ?? '50')
  const query: AuditQuery = {
    ...(options.since === undefined ? {} : { since: toTime(options.since, new Date()) }),
    ...(provider === undefined ? {} : { provider }),
    ...(act === undefined ? {} : { act }),
    ...(token === undefined ? {} : { caller: token }),
    ...(search === undefined ? {} : { search }),
  }
  const events = await withVault('read', globals, ({ client }) => collect(client, query, limit))
  if (globals.json) return print(JSON.stringify(events))
  if (csv) return print(auditCsv(events))
  if (events.length === 0) return say('No event fits.')
  print(
    table(
      ['EVENT', 'TIME (UTC)', 'WHO', 'ACT', 'PROVIDER', 'DETAIL'],
      events.map(({ seq, at, act, provider, detail, ...who }) => [
        String(seq),
        at.replace('T', ' ').slice(0, 19),
        whoDid(who),
        act,
        provider ?? '',
        detailOf(detail),
      ]),
    ),
  )
}

async function collect(client: Client, query: AuditQuery, limit: number): Promise<AuditEvent[]> {
  const events: AuditEvent[] = []
  let before: number | undefined
  while (events.length < limit) {
    const page = await client.listAudit({
      ...query,
      limit: Math.min(PAGE, limit - events.length),
      ...(before === undefined ? {} : { before }),
    })
    events.push(...page.events)
    if (page.next === null) break
    before = page.next
  }
  return events
}

async function verify(_options: object, command: Command): Promise<void> {
  const globals = globalsOf(command)
  const verdict = await withVault('report', globals, ({ client }) => client.verifyAudit())
  if (!verdict.intact) process.exitCode = 1
  if (globals.json) return print(JSON.stringify(verdict))
  print(`${verdict.intact ? '' : `${painted(process.stdout, 'red', 'broken:')} `}${printable(verdict.detail)}.`)
  if (verdict.hint !== null) print(printable(verdict.hint))
}

function toLimit(text: string): number {
  if (text === 'all') return Infinity
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new UsageError('--limit takes a number from 1 on, or all', 'See: latchkey audit --help')
}

const UNITS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

/** A time as a person writes it; without one, a day begins at midnight in UTC, as the events are shown. */
export function toTime(text: string, now: Date): string {
  const [, count = '', unit = ''] = /^(\d{1,6})([mhd])$/.exec(text) ?? []
  const time = count === '' ? Date.parse(text) : now.getTime() - Number(count) * (UNITS[unit] ?? 0)
  const known = count !== '' || /^\d{4}-\d\d-\d\d($|T\d\d:\d\d.*(Z|[+-]\d\d:\d\d)$)/.test(text)
  if (known && !Number.isNaN(time)) return new Date(time).toISOString()
  throw new UsageError(
    '--since takes a time',
    'Write it as 2026-01-31, 2026-01-31T12:00:00Z, or 7d for seven days ago.',
  )
}

function whoDid({ door, caller, os_user }: Pick<AuditEvent, 'door' | 'caller' | 'os_user'>): string {
  return `${door}${caller === null ? '' : ` ${caller}`} (${os_user})`
}

function detailOf(detail: Record<string, unknown>): string {
  const said = Object.entries(detail).filter(([, value]) => value !== null)
  return said.map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`).join(' ')
}
