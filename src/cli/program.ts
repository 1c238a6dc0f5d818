import { Command, Option } from 'commander'
import { version } from '../core/version.ts'
import { addAudit } from './commands/audit.ts'
import { addBackup } from './commands/backup.ts'
import { addConnect } from './commands/connect.ts'
import { addDoctor } from './commands/doctor.ts'
import { addEnvironment } from './commands/environment.ts'
import { addExport } from './commands/export.ts'
import { addImport } from './commands/import.ts'
import { addKeygen } from './commands/keygen.ts'
import { addKey } from './commands/key.ts'
import { addKeySource } from './commands/key-source.ts'
import { addLock } from './commands/lock.ts'
import { addModels } from './commands/models.ts'
import { addPassphrase } from './commands/passphrase.ts'
import { addNetwork } from './commands/network.ts'
import { addProviders } from './commands/providers.ts'
import { addRecoveryCopy } from './commands/recovery-copy.ts'
import { addReminders } from './commands/reminders.ts'
import { addRestore } from './commands/restore.ts'
import { addRestoreKey } from './commands/restore-key.ts'
import { addRotate } from './commands/rotate.ts'
import { addRun } from './commands/run.ts'
import { addServe } from './commands/serve.ts'
import { addStartOver } from './commands/start-over.ts'
import { addStatus } from './commands/status.ts'
import { addToken } from './commands/token.ts'
import { addUpdateCheck } from './commands/update-check.ts'
import { addUsage } from './commands/usage.ts'
import { keyInArguments } from './refuse-secrets.ts'
import { UsageError } from './refusals.ts'
import { painted } from './terminal.ts'

const AFTER = `
Exit codes:
  0    done
  1    refused or failed: the sentence on stderr says why, and nothing was changed; doctor: something is wrong
  2    the command is not written as it has to be
  130  stopped with Ctrl+C

Environment:
  LATCHKEY_HOME    one folder for the vault and its key file
  LATCHKEY_PORT    the port of serve
  LATCHKEY_TOKEN   the token of serve, at least 24 characters
  ENCRYPTION_KEY   the master key
  NO_COLOR         no colours

With --json an error is one JSON object, the last line of stderr: { detail, code, hint }.

Examples:
  latchkey providers                                list what the vault knows
  latchkey key set openai                           ask for the key, hidden
  printf %s "$KEY" | latchkey key set openai        take the key from a pipe
  latchkey token add codex --providers openai       make a token for a tool
  latchkey serve                                    let local programs connect
`

/** The command line as a whole: every command, its options and its help. */
export function createProgram(): Command {
  const program = new Command('latchkey')
    .description('Keeps the API keys of LLM providers encrypted on this machine.')
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .option('--json', 'answer in JSON, for programs')
    .addOption(new Option('--key-file <path>', 'take the master key from this file'))
    .addOption(new Option('--env-file <path>', 'take ENCRYPTION_KEY from this file; only that line is read'))
    .option('--passphrase-stdin', 'where the vault is locked, take its passphrase from the first line of stdin')
    .configureHelp({ showGlobalOptions: true, styleTitle: (title) => painted(process.stdout, 'bold', title) })
    // Errors are said in one place, run.ts.
    .configureOutput({ outputError: () => undefined })
    .exitOverride()
    // Commander would repeat what is too much, which may be a key.
    .allowExcessArguments()
    .hook('preAction', (_program, command) => refuseExcess(command))
    .addHelpText('after', AFTER)
  addServe(program)
  addRun(program)
  addProviders(program)
  addKey(program)
  addModels(program)
  addToken(program)
  addConnect(program)
  addUsage(program)
  addNetwork(program)
  addStatus(program)
  addDoctor(program)
  addAudit(program)
  addImport(program)
  addEnvironment(program)
  addBackup(program)
  addRestore(program)
  addExport(program)
  addPassphrase(program)
  addLock(program)
  addKeygen(program)
  addKeySource(program)
  addRotate(program)
  addReminders(program)
  addRecoveryCopy(program)
  addRestoreKey(program)
  addStartOver(program)
  addUpdateCheck(program)
  addHelp(program)
  return program
}

/** `latchkey help key set` is `latchkey key set --help`; Commander's own knows one word only. */
function addHelp(program: Command): void {
  program
    .command('help [command...]')
    .description('Show the help of a command')
    .action((words: string[]) => {
      let command = program
      for (const word of words) {
        const next = command.commands.find((known) => known.name() === word)
        if (next === undefined) throw new UsageError(`There is no command '${words.join(' ')}'`, 'See: latchkey --help')
        command = next
      }
      command.help()
    })
}

function refuseExcess(command: Command): void {
  const { args, registeredArguments } = command
  if (args.length <= registeredArguments.length || registeredArguments.at(-1)?.variadic === true) return
  const name = `${command.parent?.parent ? `${command.parent.name()} ` : ''}${command.name()}`
  if (/^key (?:set|add|edit)$/.test(name) || command.options.some(({ long }) => long === '--with-key')) {
    throw keyInArguments(`latchkey key set ${args[0] ?? 'NAME'}`)
  }
  throw new UsageError(
    `"latchkey ${name}" takes ${registeredArguments.length === 0 ? 'no name' : registeredArguments.length === 1 ? 'one name' : 'two names'}, and more was given`,
    'Put quotes around a text with spaces.',
  )
}
