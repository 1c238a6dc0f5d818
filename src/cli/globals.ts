import type { Command } from 'commander'

/** The options that every command takes. */
export interface Globals {
  json: boolean
  keyFile: string | undefined
  envFile: string | undefined
}

export function globalsOf(command: Command): Globals {
  const { json, keyFile, envFile } = command.optsWithGlobals<Partial<Globals>>()
  return { json: json === true, keyFile, envFile }
}
