// What an import found, in words. Of a key its last four characters are shown, and only where it is long enough.
import { homedir } from 'node:os'
import type { FoundKeys, FoundPlace, ImportAct, ImportLine } from '../shared/import-schemas.ts'
import { counted } from './table.ts'
import { painted, print, printable } from './terminal.ts'

/** Lists what can be imported, numbered and the certain ones marked, and says what cannot and why. */
export function tellFound({ lines, skipped, problems, remarks }: Omit<FoundKeys, 'search_id'>): void {
  const offered = offeredOf(lines)
  for (const [index, line] of offered.entries()) {
    const number = String(index + 1).padStart(String(offered.length).length)
    print(`${painted(process.stdout, 'bold', `${number} ${line.ticked ? '*' : ' '}`)} ${printable(headOf(line))}`)
    const indent = ' '.repeat(number.length + 3)
    for (const text of [...line.places.map(placeOf), ...line.remarks]) print(indent + printable(text))
  }
  for (const line of lines.filter(({ act }) => act === 'nothing')) {
    print(
      printable(
        `${line.provider.name}: nothing to do${line.has_key ? `, its key${hintOf(line)} is in the vault` : ''}`,
      ),
    )
    for (const text of line.remarks) print(`  ${printable(text)}`)
  }
  for (const { place, why } of skipped) print(printable(`Left out: ${placeOf(place)}: ${why}`))
  for (const { path, what } of problems) print(printable(`Left out: ${shortened(path)} cannot be read: ${what}`))
  for (const text of remarks) print(printable(text))
}

/** The lines that do something, in the order of their numbers. */
export const offeredOf = (lines: readonly ImportLine[]): ImportLine[] => lines.filter(({ act }) => act !== 'nothing')

const doing: Record<ImportAct, (line: ImportLine) => string> = {
  create: ({ provider, has_key }) =>
    `a new provider at ${provider.base_url ?? 'no address'}${has_key ? ', with its key' : ', without a key'}`,
  add_key: () => 'its key',
  replace_key: ({ new_base_url }) =>
    `another key in place of the one it has${new_base_url === null ? '' : `, and the address ${new_base_url}`}`,
  add_models: () => 'models',
  nothing: () => 'nothing',
}

function headOf(line: ImportLine): string {
  const { act, provider, models } = line
  const more = models.length === 0 ? '' : `, ${counted(models.length, 'model')}`
  return `${provider.name}: ${doing[act](line)}${hintOf(line)}${more}`
}

function hintOf({ last_four }: ImportLine): string {
  return last_four === null ? '' : ` …${last_four}`
}

const tools: Partial<Record<FoundPlace['tool'], string>> = {
  environment: 'the environment',
  login_shell: 'the environment of the login shell',
}

/** `OPENAI_API_KEY in ~/.zshrc, line 3`. */
export function placeOf({ tool, path, line, field }: FoundPlace): string {
  const where = path === null ? (tools[tool] ?? tool) : shortened(path)
  return `${field} in ${where}${line === null ? '' : `, line ${line}`}`
}

function shortened(path: string): string {
  const home = homedir()
  return path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path
}
