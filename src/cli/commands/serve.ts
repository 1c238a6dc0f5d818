import { InvalidArgumentError, type Command } from 'commander'
import type { Status } from '../../shared/schemas.ts'
import type { Log } from '../../core/log.ts'
import { boundYoungSpace } from '../bound-young-space.ts'
import { globalsOf, type Globals } from '../globals.ts'
import { canAsk, note, print, printable, say } from '../terminal.ts'
import { sourceWords } from './status.ts'

interface Options {
  port?: number
  ui?: boolean
  log?: boolean
}

export function addServe(program: Command): void {
  program
    .command('serve')
    .description('Let programs of this machine connect, until stopped')
    .option('--port <number>', 'the port; 0 takes any free one', toPort)
    .option('--ui', 'also serve the window to a browser, and open it where there is a desktop')
    .option('--log', 'show the log on a terminal, too')
    .addHelpText(
      'after',
      `
Without --port the port is LATCHKEY_PORT, else that of the settings, else 5625. It is bound on this machine alone.
When ready, one line goes to stdout: Latchkey listening on http://127.0.0.1:PORT
With --ui a second one has the address of the window; Enter makes another for a further tab. Each is good once, for a minute.

The log is one JSON object a line on stderr, one line for each request: method, route, status, milliseconds. It is written
where stderr is no terminal; on a terminal --log shows it, and plain sentences stand there otherwise.

Programs send "Authorization: Bearer TOKEN". The token is LATCHKEY_TOKEN, or a new one in listener.json in the Latchkey
folder. Stops on SIGTERM and SIGINT with exit code 0.

Examples:
  latchkey serve
  latchkey serve --port 0 2>> latchkey.log
  latchkey serve --ui
`,
    )
    .action(serve)
}

function toPort(text: string): number {
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port
  throw new InvalidArgumentError('A port is a number from 0 to 65535; 0 takes any free one.')
}

async function serve({ port, ui = false, log: always = false }: Options, command: Command): Promise<void> {
  // A signal that comes while the vault is being opened must stop it as cleanly as one that comes later.
  const stopped = stopSignal()
  const [{ openCore }, { createLog }, { actorOf }] = await Promise.all([
    import('../../core/open-core.ts'),
    import('../../core/log.ts'),
    import('../../core/actor.ts'),
  ])
  boundYoungSpace()
  const logged = always || !process.stderr.isTTY
  const log = createLog({ level: logged ? 'info' : 'error' })
  const { keyFile, envFile }: Globals = globalsOf(command)
  const core = await openCore({ env: process.env, cwd: process.cwd(), log, keyFile, envFile })
  try {
    const { state, problem } = core.vault
    if (state === 'closed' && problem !== undefined) throw problem
    const window = ui
      ? await import('../browser-window.ts').then(({ openBrowserWindow }) => openBrowserWindow())
      : undefined
    const { listener, tokenPlace } = await core.listener.serve({ port, page: window?.page })
    print(`Latchkey listening on ${listener.address}`)
    const status = await core.apiFor(actorOf('cli')).getStatus({})
    const known = new Set(core.notes)
    const notes = [...listener.notes, ...status.notes.filter((sentence) => !known.has(sentence))]
    if (logged) logStart(log, status, tokenPlace, notes)
    else sayStart(status, tokenPlace, [...core.notes, ...notes])
    window?.show(listener.address)
    core.updates.start()
    core.backups.start()
    await stopped
    window?.close()
  } finally {
    await core.close()
  }
  // Whatever still holds the process (a terminal, a browser that was opened) must not keep it from ending.
  process.exit(0)
}

const LOCKED = 'The vault is locked: tools are refused until somebody runs latchkey unlock.'

function sayStart(status: Status, tokenPlace: string, notes: readonly string[]): void {
  say(tokenPlace === 'LATCHKEY_TOKEN' ? 'The token is that of LATCHKEY_TOKEN.' : `The token is in ${tokenPlace}.`)
  const { source, place } = status.master_key
  if (source !== null) say(`The master key is ${printable(sourceWords[source](place ?? ''))}.`)
  for (const sentence of notes) note(sentence)
  const { problem, state } = status.vault
  if (state === 'locked') note(LOCKED)
  else if (problem !== null) note(`The vault is open read-only. ${problem.detail}. ${problem.hint ?? ''}`.trimEnd())
  if (status.catalog.problem !== null) note(status.catalog.problem)
  if (canAsk()) say('Ctrl+C stops it.')
}

function logStart(
  log: Log,
  { vault, master_key, catalog }: Status,
  tokenPlace: string,
  notes: readonly string[],
): void {
  const { source, place, fingerprint } = master_key
  log.info({ vault: vault.path, token_place: tokenPlace, master_key: { source, place, fingerprint } }, 'started')
  for (const sentence of notes) log.info(sentence)
  if (vault.state === 'locked') log.warn(LOCKED)
  else if (vault.problem !== null) log.error(vault.problem, 'the vault is open read-only')
  if (catalog.problem !== null) log.warn(catalog.problem)
}

/** Resolves at the first SIGTERM or SIGINT, or when the terminal is closed; the second one ends the process at once. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false
    const stop = (_signal: NodeJS.Signals, number: number): void => {
      if (asked) process.exit(128 + number)
      asked = true
      resolve()
    }
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, stop)
  })
}
