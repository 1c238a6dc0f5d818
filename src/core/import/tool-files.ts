// Which files a search looks into, and what reads them.
import { join } from 'node:path'
import type { FoundPlace } from '../../shared/import-schemas.ts'
import { lookAt, readSmallFile, reason } from '../private-files.ts'
import type { Candidate } from './known-providers.ts'
import { parsed, type Format } from './parsed.ts'
import type { ImportProblem, RawKey, SearchContext } from './raw-key.ts'
import { withSqliteCopy } from './sqlite-copy.ts'
import { variablesOfEnvFile, variablesOfShellFile } from './static-variables.ts'
import { configFolder, toolFolders } from './tool-folders.ts'
import * as tools from './tool-keys.ts'
import { keysAmong } from './variables.ts'

const LIMIT = 4 * 1024 * 1024

type Read = (text: string, file: tools.ToolFile) => RawKey[]

interface Source {
  tool: FoundPlace['tool']
  paths: (context: SearchContext) => string[]
  read: Read | 'cc_switch'
}

const inHome =
  (...parts: string[]) =>
  ({ home }: SearchContext): string[] => [join(home, ...parts)]

const as =
  (format: Format, reader: tools.Reader): Read =>
  (text, file) =>
    reader(parsed(text, format), file)

const envFile: Read = (text, file) => keysAmong(variablesOfEnvFile(text), file.candidates, file)
const shellFile: Read = (text, file) => keysAmong(variablesOfShellFile(text), file.candidates, file)

const sources: readonly Source[] = [
  {
    tool: 'shell',
    paths: ({ home }) =>
      ['.zshenv', '.zprofile', '.zshrc', '.bash_profile', '.bash_login', '.profile', '.bashrc'].map((name) =>
        join(home, name),
      ),
    read: shellFile,
  },
  {
    tool: 'claude_code',
    paths: (c) => ['settings.json', 'settings.local.json'].map((n) => join(toolFolders.claude_code(c), n)),
    read: as('json', tools.claudeCode),
  },
  {
    tool: 'vscode',
    paths: (c) => ['Code', 'Code - Insiders', 'VSCodium'].map((n) => join(configFolder(c), n, 'User', 'settings.json')),
    read: as('json', tools.vscode),
  },
  {
    tool: 'codex',
    paths: (c) => [join(toolFolders.codex(c), 'config.toml')],
    read: as('toml', tools.codexConfig),
  },
  {
    tool: 'codex',
    paths: (c) => [join(toolFolders.codex(c), 'auth.json')],
    read: as('json', tools.codexAuth),
  },
  { tool: 'cc_switch', paths: inHome('.cc-switch', 'cc-switch.db'), read: 'cc_switch' },
  { tool: 'gemini_cli', paths: (c) => [join(toolFolders.gemini_cli(c), '.env')], read: envFile },
  {
    tool: 'llm',
    paths: (c) => [join(toolFolders.llm(c), 'keys.json')],
    read: as('json', tools.llm),
  },
  { tool: 'aichat', paths: (c) => [join(configFolder(c), 'aichat', 'config.yaml')], read: as('yaml', tools.aichat) },
  {
    tool: 'continue',
    paths: (c) => [join(toolFolders.continue(c), 'config.yaml')],
    read: as('yaml', tools.continueTool),
  },
  {
    tool: 'continue',
    paths: (c) => [join(toolFolders.continue(c), 'config.json')],
    read: as('json', tools.continueTool),
  },
  { tool: 'continue', paths: (c) => [join(toolFolders.continue(c), '.env')], read: envFile },
  {
    tool: 'opencode',
    paths: (c) => [
      ...['opencode.json', 'opencode.jsonc'].map((name) => join(toolFolders.opencode(c), name)),
      ...(c.env['OPENCODE_CONFIG'] ? [c.env['OPENCODE_CONFIG']] : []),
    ],
    read: as('json', tools.opencode),
  },
  {
    tool: 'opencode',
    paths: (c) => [join(toolFolders.opencode_data(c), 'auth.json')],
    read: as('json', tools.opencodeAuth),
  },
  { tool: 'aider', paths: inHome('.aider.conf.yml'), read: as('yaml', tools.aider) },
  { tool: 'aider', paths: inHome('.env'), read: envFile },
  { tool: 'cline', paths: inHome('.cline', 'data', 'secrets.json'), read: as('json', tools.cline) },
]

export interface Searched {
  keys: RawKey[]
  problems: ImportProblem[]
}

/** Reads the files of the tools, or of one. What is not there is passed over; what cannot be read is a problem. */
export async function searchToolFiles(
  context: SearchContext,
  candidates: readonly Candidate[],
  only?: FoundPlace['tool'],
): Promise<Searched> {
  const searched: Searched = { keys: [], problems: [] }
  for (const source of sources) {
    if (only !== undefined && source.tool !== only) continue
    for (const path of source.paths(context)) {
      await search({ tool: source.tool, path, context, candidates }, source.read, searched)
    }
  }
  return searched
}

/** Reads one file that the person points at: a `.env`, or a settings file known by what is in it. */
export async function searchFile(
  path: string,
  context: SearchContext,
  candidates: readonly Candidate[],
): Promise<Searched> {
  const searched: Searched = { keys: [], problems: [] }
  await search({ tool: 'file', path, context, candidates }, readerFor(path), searched, true)
  return searched
}

const jsonReaders = [
  tools.claudeCode,
  tools.vscode,
  tools.codexAuth,
  tools.continueTool,
  tools.opencode,
  tools.opencodeAuth,
  tools.cline,
]
const yamlReaders = [tools.litellm, tools.aichat, tools.continueTool, tools.aider]

function readerFor(path: string): Source['read'] {
  if (path.endsWith('.db')) return 'cc_switch'
  if (/\.jsonc?$/.test(path)) return anyOf('json', jsonReaders)
  if (/\.ya?ml$/.test(path)) return anyOf('yaml', yamlReaders)
  if (path.endsWith('.toml')) return as('toml', tools.codexConfig)
  return (text, file) => {
    const keys = envFile(text, file)
    return keys.length > 0 ? keys : shellFile(text, file)
  }
}

/** Each reader finds nothing in a file of another tool. */
function anyOf(format: Format, readers: readonly tools.Reader[]): Read {
  return as(format, (value, file) => readers.flatMap((reader) => reader(value, file)))
}

async function search(file: tools.ToolFile, read: Source['read'], into: Searched, must = false): Promise<void> {
  const { path } = file
  try {
    if (read === 'cc_switch') {
      into.keys.push(...(await searchCcSwitch(file)))
      return
    }
    const found = readSmallFile(path, LIMIT, false)
    if (found === undefined && must) throw new Error('it does not exist')
    if (found !== undefined) into.keys.push(...read(found.bytes.toString('utf8'), file))
    found?.bytes.fill(0)
  } catch (cause) {
    into.problems.push({ path, what: reason(cause) })
  }
}

async function searchCcSwitch(file: tools.ToolFile): Promise<RawKey[]> {
  if (lookAt(file.path) === undefined) return []
  const rows = await withSqliteCopy(file.path, (db) =>
    db.prepare('SELECT app_type, name, settings_config FROM providers ORDER BY app_type, name').all(),
  )
  return (rows as { app_type: string; name: string; settings_config: string }[]).flatMap((row) =>
    tools.ccSwitchRow(row.app_type, row.name, row.settings_config, file),
  )
}
