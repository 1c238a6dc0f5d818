import type { Command } from 'commander'

/** The options that every command takes. */
export interface Globals {
  json: boolean
  keyFile: string | undefined
  envFile: string | undefined
  /** The first line of stdin is the passphrase of a locked vault. */
  passphraseStdin: boolean
}

export function globalsOf(command: Command): Globals {
  const { json, keyFile, envFile, passphraseStdin } = command.optsWithGlobals<Partial<Globals>>()
  return { json: json === true, keyFile, envFile, passphraseStdin: passphraseStdin === true }
}
