import { homedir } from 'node:os'
import { desktopStrings } from '../../shared/desktop-strings.ts'
import type { Api, Client } from '../../shared/contract.ts'
import { appError } from '../../shared/errors.ts'
import type { FoundKeys, ImportLine, KeySearch } from '../../shared/import-schemas.ts'
import type { Actor } from '../actor.ts'
import type { CatalogInUse } from '../catalog/catalog-in-use.ts'
import type { Desktop } from '../desktop.ts'
import type { Vault } from '../vault.ts'
import type { ImportDesk } from './import-desk.ts'
import type { ImportTarget, PreparedImport, PreparedLine } from './prepare-import.ts'

type ImportApi = Pick<Api, 'findKeys' | 'importKeys' | 'undoCommentOut' | 'endImport' | 'chooseImportFile'>

export interface ImportParts {
  vault: Vault
  catalog: CatalogInUse
  desk: ImportDesk
  /** The environment of this process, as it is now. */
  env: NodeJS.ProcessEnv
  desktop: Desktop | undefined
  /** The operations as this actor may call them: what is imported goes through the same checks as what is typed. */
  client: () => Client
}

/** The operations of an import; what they need is loaded when one is asked for. */
export function importOperations({ vault, catalog, desk, env, desktop, client }: ImportParts, by: Actor): ImportApi {
  return {
    async findKeys(search) {
      if (by.door === 'window') refuseUnchosen(search, desk)
      const target = { vault, client: client(), catalog: await providersOf(catalog) }
      const found = await prepared(target, search, env)
      return toFoundKeys(found, desk.keep(found))
    },

    importKeys({ search_id, lines: wanted, comment_out = false }) {
      return desk.lend(search_id, async ({ lines }) => {
        const [{ applyImport }, { isLine, takeOut }] = await Promise.all([
          import('./plan.ts'),
          import('./prepare-import.ts'),
        ])
        const chosen = lines.filter(({ id, act }) => act !== 'nothing' && wanted.includes(id))
        const outcomes = await applyImport(client(), chosen)
        const done = new Set(outcomes.filter((outcome) => outcome.done).map(({ id }) => id))
        const stored = lines.filter(({ id, act, key }) => key !== null && (act === 'nothing' || done.has(id)))
        const taken = comment_out ? takeOut(stored) : []
        const isGone = new Set(taken.flatMap((one) => ('done' in one ? [one.path] : [])))
        for (const one of taken) if ('done' in one) desk.keepUndo(search_id, one.done)
        return {
          outcomes,
          commented_out: taken.map((one) =>
            'done' in one
              ? { path: one.done.path, backup: one.done.backup, variables: one.done.variables }
              : { path: one.path, error: one.error.body },
          ),
          left: stored.flatMap(({ places }) => places).filter((one) => !(isLine(one) && isGone.has(one.path ?? ''))),
        }
      })
    },

    async undoCommentOut({ search_id, path }) {
      const { undoCommentOut } = await import('./comment-out.ts')
      desk.undo(search_id, path, undoCommentOut)
    },

    async endImport({ search_id }) {
      desk.forget(search_id)
    },

    async chooseImportFile({ what }) {
      if (desktop === undefined) throw appError('not_allowed', { what: 'Only the desktop window can do this' })
      const path = await desktop.chooseFile(desktopStrings.choose.import[what])
      if (path !== null) desk.choose(path)
      return { path }
    },
  }
}

/** The page names no file of its own: what is read, and may be changed, is what a person pointed at. */
function refuseUnchosen({ files = [], origin }: KeySearch, desk: ImportDesk): void {
  const paths = [...files, ...(origin === undefined ? [] : [...origin.dump, origin.key_file])]
  if (paths.every((path) => desk.isChosen(path))) return
  throw appError('not_allowed', { what: 'In the window a file is chosen in the dialog of the system' })
}

async function prepared(target: ImportTarget, search: KeySearch, env: NodeJS.ProcessEnv): Promise<PreparedImport> {
  const { environment = false, tools = [], files = [], origin } = search
  const { prepareOrigin, prepareSearch } = await import('./prepare-import.ts')
  if (origin !== undefined) return prepareOrigin(target, origin.dump, origin.key_file)
  const asksShell = environment || (tools.length === 0 && files.length === 0)
  const login_shell = asksShell ? await loginShell(env) : undefined
  const found = await prepareSearch(target, {
    context: { home: homeOf(env), env, platform: process.platform },
    login_shell,
    environment,
    tools: [...new Set(tools)],
    files: [...new Set(files)],
  })
  if (!asksShell || login_shell !== undefined || process.platform === 'win32') return found
  const silent = 'The login shell did not say what it sets up, so only the environment of this process was looked into.'
  return { ...found, remarks: [...found.remarks, silent] }
}

function homeOf(env: NodeJS.ProcessEnv): string {
  return (process.platform === 'win32' ? undefined : env['HOME']) ?? homedir()
}

async function loginShell(env: NodeJS.ProcessEnv) {
  const { loginShellVariables } = await import('./login-shell.ts')
  return loginShellVariables(env)
}

async function providersOf(catalog: CatalogInUse): Promise<ImportTarget['catalog']> {
  const { CatalogError } = await import('../catalog/located.ts')
  try {
    return (await catalog.load()).providers
  } catch (cause) {
    // Said already when the vault was opened; what it would know is missed, and the rest is found.
    if (cause instanceof CatalogError) return []
    throw cause
  }
}

/** What a door is told of it: no key is in it. */
function toFoundKeys({ lines, skipped, problems, remarks }: PreparedImport, search_id: string): FoundKeys {
  return { search_id, lines: lines.map(toLine), skipped, problems, remarks }
}

function toLine({ id, act, ticked, provider, new_base_url, key, models, places, remarks }: PreparedLine): ImportLine {
  const names = models.map(({ name }) => name)
  const last_four = key?.hint ?? null
  return {
    id,
    act,
    ticked,
    provider,
    new_base_url,
    has_key: key !== null,
    last_four,
    models: names,
    places,
    remarks,
  }
}
