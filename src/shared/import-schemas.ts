// What crosses a door when keys are imported. A key never does: of each its last four characters are told.
import { z } from 'zod'
import { Auth, Dialect, Problem } from './schemas.ts'

/** Programs whose files are searched for keys. */
export const ImportTool = z.enum([
  'shell',
  'claude_code',
  'vscode',
  'codex',
  'gemini_cli',
  'llm',
  'aichat',
  'litellm',
  'continue',
  'opencode',
  'aider',
  'cline',
  'cc_switch',
])
export type ImportTool = z.infer<typeof ImportTool>

/** Where a key stands: a file with the name of the variable or field in it, and the line where that is known. */
export const FoundPlace = z.object({
  tool: z.enum(['environment', 'login_shell', 'file', ...ImportTool.options]),
  path: z.string().nullable(),
  line: z.int().nullable(),
  /** `OPENAI_API_KEY`, `env.ANTHROPIC_API_KEY`, `clients[0].api_key`. */
  field: z.string(),
})
export type FoundPlace = z.infer<typeof FoundPlace>

const Path = z.string().min(1).max(4096)

/** Where to look; where nothing is named, in the environment and in the files of every tool. */
export const KeySearch = z.strictObject({
  /** The environment, of this process and of the login shell. */
  environment: z.boolean().optional(),
  tools: z.array(ImportTool).optional(),
  /** In the window only those that were chosen with `chooseImportFile`, as with the files below. */
  files: z.array(Path).max(100).optional(),
  /** The origin system's dump, in place of all other places. */
  origin: z.strictObject({ dump: z.array(Path).min(1).max(2), key_file: Path }).optional(),
})
export type KeySearch = z.infer<typeof KeySearch>

/** What importing one thing would do; `nothing`: all of it is there. */
export const ImportAct = z.enum(['create', 'add_key', 'replace_key', 'add_models', 'nothing'])
export type ImportAct = z.infer<typeof ImportAct>

/** One line of the list that a person ticks. */
export const ImportLine = z.object({
  id: z.string(),
  act: ImportAct,
  /** What is certain; a line that would exchange a key is not. */
  ticked: z.boolean(),
  provider: z.object({
    /** Null until it is made. */
    id: z.int().nullable(),
    name: z.string(),
    display_name: z.string(),
    base_url: z.string().nullable(),
    dialect: Dialect,
    auth: Auth,
  }),
  /** The address that comes with the key, where the provider has another now. */
  new_base_url: z.string().nullable(),
  has_key: z.boolean(),
  /** Of a key of 20 characters and more. */
  last_four: z.string().nullable(),
  models: z.array(z.string()),
  places: z.array(FoundPlace),
  /** Sentences a person should read before ticking it. */
  remarks: z.array(z.string()),
})
export type ImportLine = z.infer<typeof ImportLine>

export const FoundKeys = z.object({
  /** By which the rest is asked for. The keys are kept in the core until the import is over, ten minutes at most. */
  search_id: z.string(),
  lines: z.array(ImportLine),
  /** What looked like a key and is not offered; `why` ends the sentence "… is left out: …". */
  skipped: z.array(z.object({ place: FoundPlace, why: z.string() })),
  /** Files that could not be searched; `what` ends the sentence "… cannot be read: …". */
  problems: z.array(z.object({ path: z.string(), what: z.string() })),
  remarks: z.array(z.string()),
})
export type FoundKeys = z.infer<typeof FoundKeys>

export const SearchRef = z.strictObject({ search_id: z.string() })

export const ImportChoice = z.strictObject({
  ...SearchRef.shape,
  /** The ids of the lines that are wanted. */
  lines: z.array(z.string()),
  /** Turns the lines of files that hold a key which is now in the vault into comments; a copy of the file is kept. */
  comment_out: z.boolean().optional(),
})

export const ImportedKeys = z.object({
  outcomes: z.array(
    z.discriminatedUnion('done', [
      z.object({ id: z.string(), done: z.literal(true), provider_id: z.int() }),
      z.object({ id: z.string(), done: z.literal(false), error: Problem }),
    ]),
  ),
  /** File by file; `backup` is the file as it was, with the keys. */
  commented_out: z.array(
    z.union([
      z.object({ path: z.string(), backup: z.string(), variables: z.array(z.string()) }),
      z.object({ path: z.string(), error: Problem }),
    ]),
  ),
  /** Where keys that are in the vault still stand. */
  left: z.array(FoundPlace),
})
export type ImportedKeys = z.infer<typeof ImportedKeys>
