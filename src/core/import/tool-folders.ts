// Where tools keep their settings, for those who look for keys there and those who write a connection.
import { join } from 'node:path'
import type { SearchContext } from './raw-key.ts'

/** Where programs keep their settings: `~/.config`, or what the platform has in its place. */
export function configFolder({ home, env, platform }: SearchContext): string {
  if (platform === 'darwin') return join(home, 'Library', 'Application Support')
  if (platform === 'win32') return env['APPDATA'] || join(home, 'AppData', 'Roaming')
  return env['XDG_CONFIG_HOME'] || join(home, '.config')
}

/** A folder that a variable may move, or the usual one. */
const folder =
  (variable: string, ...usual: string[]) =>
  ({ home, env }: SearchContext): string =>
    env[variable] || join(home, ...usual)

export const toolFolders = {
  claude_code: folder('CLAUDE_CONFIG_DIR', '.claude'),
  codex: folder('CODEX_HOME', '.codex'),
  continue: ({ home }: SearchContext): string => join(home, '.continue'),
  gemini_cli: ({ home }: SearchContext): string => join(home, '.gemini'),
  llm: (context: SearchContext): string =>
    context.env['LLM_USER_PATH'] || join(configFolder(context), 'io.datasette.llm'),
  zed: ({ home, env, platform }: SearchContext): string =>
    platform === 'win32'
      ? join(env['APPDATA'] || join(home, 'AppData', 'Roaming'), 'Zed')
      : join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'zed'),
  opencode: (context: SearchContext): string => join(folder('XDG_CONFIG_HOME', '.config')(context), 'opencode'),
  opencode_data: (context: SearchContext): string =>
    join(folder('XDG_DATA_HOME', '.local', 'share')(context), 'opencode'),
} as const
