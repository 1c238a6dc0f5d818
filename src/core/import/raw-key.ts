import type { Dialect } from '../../shared/schemas.ts'

/** Which program left the key where it was found. */
export type ImportTool =
  | 'environment'
  | 'login_shell'
  | 'file'
  | 'shell'
  | 'claude_code'
  | 'vscode'
  | 'codex'
  | 'gemini_cli'
  | 'llm'
  | 'aichat'
  | 'litellm'
  | 'continue'
  | 'opencode'
  | 'aider'
  | 'cline'
  | 'cc_switch'

/** Where a key stands: a file with the name of the variable or field in it, and the line where that is known. */
export interface FoundPlace {
  tool: ImportTool
  path: string | null
  line: number | null
  /** `OPENAI_API_KEY`, `env.ANTHROPIC_API_KEY`, `clients[0].api_key`. */
  field: string
}

/** A key as a file has it, before anybody knows whose it is. */
export interface RawKey {
  value: string
  place: FoundPlace
  /** The variable's own name, where the key stands in one. */
  variable?: string
  /** The provider as the tool calls it. */
  called?: string
  /** Where the tool sends the key; where none is given, to the provider itself. */
  base_url?: string
  dialect?: Dialect
}

/** A file that could not be searched; completes the sentence "… cannot be read: …". */
export interface ImportProblem {
  path: string
  what: string
}

/** What a search depends on, given so that it is the same for a test and a person. */
export interface SearchContext {
  home: string
  env: Readonly<Record<string, string | undefined>>
  platform: NodeJS.Platform
}
