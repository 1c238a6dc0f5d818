// Looks at everything a vault needs, without opening it as the other commands do: that would mend modes, merge the
// catalog and make what is missing. Here nothing changes, except with `fix` what is marked as mended, and that SQLite
// may leave its empty -wal and -shm.
import { resolve } from 'node:path'
import { isAppError } from '../shared/errors.ts'
import { catalogInUse } from './catalog/catalog-in-use.ts'
import { CatalogError } from './catalog/located.ts'
import { givenKeySource, unreadEnvFile, type GivenKeys } from './crypto/key-sources.ts'
import { takenEnvironmentKey } from './crypto/take-environment-key.ts'
import { checkCopies } from './doctor/check-copies.ts'
import { checkGit } from './doctor/check-git.ts'
import { checkDrafts, checkListener } from './doctor/check-listener.ts'
import { checkFolders, checkKeyFiles, checkModes } from './doctor/check-modes.ts'
import { checkVault, readVaultRow } from './doctor/check-vault.ts'
import { fine, note, wrong, type Finding } from './doctor/finding.ts'
import { placesFrom, type Places } from './places.ts'
import { lookAt } from './private-files.ts'

export type { Finding } from './doctor/finding.ts'

export interface DoctorOptions {
  env: Readonly<Record<string, string | undefined>>
  cwd: string
  keyFile?: string | undefined
  envFile?: string | undefined
  /** Repairs what Latchkey can set right by itself. */
  fix: boolean
}

/** Examines the vault of this user. */
export async function examine({ env, cwd, keyFile, envFile, fix }: DoctorOptions): Promise<Finding[]> {
  const places = placesFrom(env)
  const given: GivenKeys = {
    key_file: keyFile,
    environment: takenEnvironmentKey(),
    env_file: envFile,
    session: { env },
  }
  const notes = checkWorkingFolder(cwd, places, envFile)
  const unsafe = checkFolders(places)
  if (unsafe.length > 0) return [...unsafe, ...notes]
  if (lookAt(places.data) === undefined) {
    return [note(`There is no vault yet at ${places.vault}; the first command makes it.`), ...notes]
  }
  const hasVault = lookAt(places.vault) !== undefined
  // Before anything is opened: SQLite gives the files it makes beside a vault the vault's own mode.
  const modes = checkModes(places, fix)
  const keyFiles = await keyFilesInUse(places, given, hasVault)
  const findings = [
    ...modes,
    ...checkKeyFiles(keyFiles, fix),
    ...(hasVault
      ? await checkVault(places, given, env)
      : [note(`There is no vault yet at ${places.vault}; the first command makes it.`)]),
    ...(await checkCatalog(places)),
    ...checkCopies(places),
    ...checkListener(places, fix),
    ...checkDrafts(places, fix),
    ...checkGit([places.vault, places.master_key_file, ...keyFiles]),
    ...notes,
  ]
  // A key file with a wrong mode is told of twice: by its mode, and by the vault that does not take it.
  return findings.filter(({ detail }, index) => findings.findIndex((other) => other.detail === detail) === index)
}

/** Files with a master key that the owner named, now or at the first opening, and `.env` of the Latchkey folder. */
async function keyFilesInUse(places: Places, given: GivenKeys, hasVault: boolean): Promise<string[]> {
  const row = hasVault ? await readVaultRow(places) : undefined
  const recorded = row?.key_source === 'key_file' || row?.key_source === 'env_file' ? row.key_place : null
  const own = (await setsMasterKey(places)) ? places.env_file : undefined
  return [given.key_file, given.env_file, recorded, own].flatMap((path) => (path ? resolve(path) : []))
}

/** Whether `.env` of the Latchkey folder holds a master key. One without is another program's, and no concern of ours. */
async function setsMasterKey(places: Places): Promise<boolean> {
  try {
    return (await givenKeySource({}, places)) !== undefined
  } catch (cause) {
    // It holds one, and others can read it.
    if (isAppError(cause)) return true
    throw cause
  }
}

async function checkCatalog(places: Places): Promise<Finding[]> {
  const catalog = catalogInUse(places)
  try {
    await catalog.load()
    return [fine(`The catalog can be read: ${catalog.path}`)]
  } catch (cause) {
    if (!(cause instanceof CatalogError)) throw cause
    return [wrong(cause.message, 'Mend it, or remove it so that the catalog that came with Latchkey is used.')]
  }
}

function checkWorkingFolder(cwd: string, places: Places, envFile: string | undefined): Finding[] {
  const unread = unreadEnvFile(cwd, places, envFile)
  if (unread === undefined) return []
  return [note(`ENCRYPTION_KEY in ${unread} is not read; the one in ${places.env_file} would be, or --env-file PATH.`)]
}
