import { basename } from 'node:path'
import type { Command } from 'commander'
import type { ChildEnd } from '../../core/run/run-child.ts'
import { globalsOf } from '../globals.ts'
import { withVault } from '../open-vault.ts'
import { UsageError } from '../refusals.ts'
import { note, printable } from '../terminal.ts'

interface Options {
  tool?: string
  providers?: string
  exposeKeys?: boolean
}

export function addRun(program: Command): void {
  program
    .command('run')
    .usage('[options] -- <command> [arguments...]')
    .argument('[command...]')
    .description('Run a program that uses the stored keys and never holds one')
    .option('--tool <name>', 'count its requests as those of this token, with its limits')
    .option('--providers <names>', 'the only providers it may use, with commas between')
    .option('--expose-keys', 'give it the keys themselves instead: it can then keep them')
    .addHelpText(
      'after',
      `
Until the program ends there is a gateway for it alone, on a free port of this machine; no listener has to run. In its
environment stand the address and a token that ends with it, under the names that the common clients read:
OPENAI_BASE_URL, OPENAI_API_BASE, OPENAI_API_KEY, ANTHROPIC_BASE_URL, ANTHROPIC_API_KEY, ANTHROPIC_AUTH_TOKEN,
GOOGLE_GEMINI_BASE_URL, GEMINI_API_KEY, GOOGLE_API_KEY, and NAME_API_KEY, NAME_BASE_URL, NAME_API_BASE for every further
provider with a key. Its terminal, signals and exit code are those of the program.

Examples:
  latchkey run -- claude
  latchkey run --tool aider -- aider --model openai/gpt-6-sol
  latchkey run --providers openai,xai -- node script.js
  latchkey run --expose-keys --providers xai -- ./old-tool
`,
    )
    .action(run)
}

async function run(
  command: string[],
  { tool, providers, exposeKeys: expose = false }: Options,
  self: Command,
): Promise<void> {
  const [program] = command
  if (program === undefined) {
    throw new UsageError('"latchkey run" needs a program to run', 'For example: latchkey run -- claude')
  }
  if (expose && tool !== undefined) {
    throw new UsageError(
      'A key that is handed over knows no limits, so --expose-keys and --tool exclude each other',
      'Leave one of them out.',
    )
  }
  const [{ runChild, endLike }, { actorOf }] = await Promise.all([
    import('../../core/run/run-child.ts'),
    import('../../core/actor.ts'),
  ])
  const only = providers?.split(',').flatMap((name) => name.trim() || [])
  const wish = { env: process.env, tool, providers: only }
  const end = await withVault('change', globalsOf(self), async ({ core }): Promise<ChildEnd> => {
    if (expose) {
      const exposed = await core.exposeKeys({ ...wish, command: basename(program) }, actorOf('cli'))
      note(
        `${printable(basename(program))} gets the keys of ${exposed.providers.join(', ')} themselves, and whatever it starts does, too. Latchkey neither sees nor limits what is done with them.`,
      )
      return runChild(command, exposed.env)
    }
    const opened = await core.openRun(wish)
    if (opened.providers.length === 0) {
      note('There is no key that it may use, so its requests will be refused. Set one: latchkey key set NAME')
    }
    return runChild(command, opened.env)
  })
  endLike(end)
}
