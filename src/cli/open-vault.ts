import type { Call } from '../shared/client.ts'
import type { Client } from '../shared/contract.ts'
import { appError } from '../shared/errors.ts'
import type { Provider } from '../shared/schemas.ts'
import type { Core } from '../core/open-core.ts'
import { closest } from './closest.ts'
import type { Globals } from './globals.ts'
import { note, say } from './terminal.ts'
import { unlockFirst } from './unlock-first.ts'

/** The vault as a command has it: the file itself, through the same operations as every other door. */
export interface OpenVault {
  core: Core
  client: Client
  /** The provider of this name; throws `provider_not_found` with the names there are. */
  find: (name: string) => Promise<Provider>
}

/**
 * `read`: also where the vault is read-only, which is said. `change`: throws at once what keeps it from being changed,
 * so that nobody is asked for a key in vain. Both ask for the passphrase of a vault that is locked. `report`: the command
 * tells of notes and problems in its own answer, and takes a locked vault as it is.
 */
type Purpose = 'read' | 'change' | 'report'

/** Opens the vault for one command and lets go of it afterwards, whatever happens. */
export async function withVault<T>(
  purpose: Purpose,
  { keyFile, envFile, passphraseStdin }: Globals,
  act: (vault: OpenVault) => Promise<T>,
): Promise<T> {
  const [{ openCore }, { createLog }, { dispatch }, { createClient }, { actorOf }] = await Promise.all([
    import('../core/open-core.ts'),
    import('../core/log.ts'),
    import('../core/dispatch.ts'),
    import('../shared/client.ts'),
    import('../core/actor.ts'),
  ])
  // What is worth a warning is among the core's notes; only mistakes of our own go to the log.
  const log = createLog({ level: 'error', destination: process.stderr })
  const core = await openCore({ env: process.env, cwd: process.cwd(), log, keyFile, envFile })
  try {
    const api = core.apiFor(actorOf('cli'))
    const call = (id: string, input: unknown) =>
      dispatch(api, 'cli', id, input, (error, operation) => log.error({ operation, err: error }))
    const client = createClient(call as Call)
    if (purpose !== 'report' && core.vault.state === 'locked' && !(await mayBeRead(purpose, core))) {
      await unlockFirst(client, passphraseStdin)
    }
    const { problem, state } = core.vault
    if (purpose !== 'report') await sayWhatIsWorthKnowing(core, client)
    if (purpose === 'change' && problem !== undefined) throw problem
    if (purpose === 'read' && state === 'read_only' && problem !== undefined) {
      note(`The vault is open read-only. ${problem.body.detail}`)
    }
    return await act({ core, client, find: (name) => find(client, name) })
  } finally {
    await core.close()
  }
}

/** A locked vault is read without its key where the settings let programs do so. */
async function mayBeRead(purpose: Purpose, core: Core): Promise<boolean> {
  return purpose === 'read' && (await core.settings()).reads_while_locked
}

async function sayWhatIsWorthKnowing({ vault, notes }: Core, client: Client): Promise<void> {
  if (vault.isNew) {
    say(`Made a new vault: ${vault.places.vault}`)
    for (const sentence of (await client.getStatus()).notes) note(sentence)
  } else {
    for (const sentence of notes) note(sentence)
  }
  if (vault.catalogProblem !== null) note(vault.catalogProblem)
}

/** More names than this are a list of their own. */
const NAMES_IN_A_HINT = 12

async function find(client: Client, name: string): Promise<Provider> {
  const providers = await client.listProviders()
  const found = providers.find((provider) => provider.name === name)
  if (found !== undefined) return found
  const names = providers.map((provider) => provider.name).sort()
  const near = closest(name, names)
  const known =
    names.length > NAMES_IN_A_HINT
      ? 'All names: latchkey providers'
      : names.length === 0
        ? 'The vault has no providers yet: latchkey provider add NAME'
        : `There are: ${names.join(', ')}.`
  const { strikeOut } = await import('../core/log.ts')
  throw appError(
    'provider_not_found',
    { ref: strikeOut(name) },
    { hint: near === undefined ? known : `Did you mean ${near}? ${known}` },
  )
}
