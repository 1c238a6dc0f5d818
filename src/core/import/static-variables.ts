// Variables as files set them, read and never run: nothing is expanded, nothing is substituted.
import { parseEnv } from 'node:util'
import type { Variables } from './variables.ts'

const NAME = '[A-Za-z_][A-Za-z0-9_]*'

/** The variables of a `.env` file. A line whose value would be expanded by a shell keeps its text as it is. */
export function variablesOfEnvFile(text: string): Variables {
  const lines = text.replace(/^\ufeff/, '').split('\n')
  return new Map(
    Object.entries(parseEnv(lines.join('\n'))).map(([name, value]) => {
      // The last one counts, as for those who read the file.
      const at = lines.findLastIndex((line) => new RegExp(`^\\s*(?:export\\s+)?${name}\\s*=`).test(line))
      return [name, at === -1 ? { value: value ?? '' } : { value: value ?? '', line: at + 1 }]
    }),
  )
}

// One word, or one pair of quotes; nothing that a shell would give a meaning, and nothing else on the line.
const STATIC = new RegExp(
  `^[ \\t]*export[ \\t]+(${NAME})=(?:'([^']*)'|"([^"$\`\\\\]*)"|([\\w@%+:,./=-]*))[ \\t]*;?[ \\t]*(?:#.*)?$`,
)

/** The plain `export NAME=value` lines of a shell's start-up file. Any other line is passed over. */
export function variablesOfShellFile(text: string): Variables {
  const variables = new Map<string, { value: string; line: number }>()
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const [, name, single, double, bare] = STATIC.exec(line) ?? []
    const value = single ?? double ?? bare
    if (name !== undefined && value !== undefined) variables.set(name, { value, line: index + 1 })
  }
  return variables
}
