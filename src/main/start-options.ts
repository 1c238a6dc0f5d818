import { parseArgs } from 'node:util'
import { appError } from '../shared/errors.ts'

/** What may be said on the command line of the window; everything else there is Chromium's. */
export interface StartOptions {
  /** Started at login: no window until it is asked for. */
  hidden: boolean
  keyFile?: string
  envFile?: string
}

/** Reads the arguments after the program. */
export function startOptions(args: readonly string[]): StartOptions {
  const { values } = parseArgs({
    args: [...args],
    strict: false,
    options: { hidden: { type: 'boolean' }, 'key-file': { type: 'string' }, 'env-file': { type: 'string' } },
  })
  const options: StartOptions = { hidden: values.hidden === true }
  const keyFile = pathOf('--key-file', values['key-file'])
  const envFile = pathOf('--env-file', values['env-file'])
  if (keyFile !== undefined) options.keyFile = keyFile
  if (envFile !== undefined) options.envFile = envFile
  return options
}

/** A switch without its path stops the start: going on would open the vault with another key than was meant. */
function pathOf(name: string, value: string | boolean | undefined): string | undefined {
  if (value === undefined || (typeof value === 'string' && value !== '')) return value
  throw appError('invalid_input', { summary: `${name} needs a path: ${name}=PATH` })
}
