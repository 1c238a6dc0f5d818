// Every operation is written down once, here. The type `Api`, the IPC handler, the REST routes, the clients,
// the OpenAPI document, docs/api.md and the forms' validation come from this table.
import { z } from 'zod'
import { AuditPage, AuditQuery, AuditRetained, AuditRetention, AuditVerdict } from './audit-schemas.ts'
import {
  BackupPassphrase,
  BackupToOpen,
  BackupWish,
  ChosenBackup,
  ExportedText,
  ExportWish,
  LocalCopy,
  OpenedBackup,
  RestoreChoice,
  RestoredBackup,
  RestoreRef,
  WrittenBackup,
} from './backup-schemas.ts'
import { KeyTest, KeyTestInput, KeyTests, NewProviderTest, UpstreamModels } from './key-test-schemas.ts'
import { NewPassphrase, PassphraseChange, PassphraseRemoval, UnlockInput } from './lock-schemas.ts'
import {
  KeyChoiceFields,
  KeyHint,
  keyOutputFields,
  NewProviderKey,
  ProviderKey,
  ProviderKeyPatch,
  ProviderKeyRef,
} from './provider-key-schemas.ts'
import {
  Adoptable,
  CatalogEntry,
  Change,
  FreshToken,
  Model,
  ModelRef,
  NewModel,
  NewProvider,
  outputOnlyFields,
  ownersSettings,
  Provider,
  ProviderPatch,
  ProviderRef,
  SavedText,
  Settings,
  SettingsPatch,
  StartOverResult,
  Status,
} from './schemas.ts'
import { FoundKeys, ImportChoice, ImportedKeys, KeySearch, SearchRef } from './import-schemas.ts'
import {
  MovedMasterKey,
  MoveMasterKey,
  NewRecoveryCopy,
  PaperRecoveryCopy,
  PrintedRecoveryCopy,
  RestoredMasterKey,
  RestoreMasterKey,
  RotatedMasterKey,
  RotationPlan,
  SavedRecoveryCopy,
} from './master-key-schemas.ts'
import { Network, NetworkPatch } from './network-schemas.ts'
import { ProviderLimits, ProviderLimitsPatch } from './limit-schemas.ts'
import {
  CreatedToken,
  NewToken,
  PausedTools,
  PauseTools,
  PrintedToken,
  Token,
  tokenOutputFields,
  TokenPatch,
  TokenQuery,
  TokenRef,
} from './tool-schemas.ts'
import { ShellCommand, ShellCommandPatch } from './shell-command-schemas.ts'
import { UpdateAnswer } from './update-schemas.ts'
import { Usage, UsageInput } from './usage-schemas.ts'

/** A way in. The command line opens the core itself and may call every operation. */
export type Door = 'window' | 'rest' | 'cli'

export interface Operation<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  /** `METHOD /path/{field}` below /api/v1, or null where there is no REST route. */
  route: string | null
  doors: readonly Door[]
  /** One sentence for the documentation. */
  summary: string
  input: I
  output: O
  /** The HTTP status of success. */
  status: 200 | 201 | 204
  /** Fields that are passed over when sent, so that a client may send back what it got. */
  ignores: readonly string[]
  /** Whether `null` is a value here; elsewhere it means that a field is not given. */
  nulls: boolean
  /** In a locked vault: always answered, answered where the settings let it be read then, or refused. */
  locked: 'answers' | 'reads' | 'refuses'
}

interface Details {
  doors?: readonly Door[]
  status?: 200 | 201 | 204
  ignores?: readonly string[]
  nulls?: boolean
  /** True for what a person needs in front of a locked vault; it shows nothing of what is in it. */
  whenLocked?: boolean
}

const everywhere: readonly Door[] = ['window', 'rest', 'cli']
const windowOnly: readonly Door[] = ['window']
const ownerOnly: readonly Door[] = ['cli']
const windowAndCommandLine: readonly Door[] = ['window', 'cli']
/** The owner in person: a program with a token must not choose where the master key lies, or what is run for it. */
const inPerson: readonly Door[] = ['window', 'cli']

function op<I extends z.ZodType, O extends z.ZodType>(
  route: string | null,
  summary: string,
  input: I,
  output: O,
  { doors = everywhere, status = 200, ignores = [], nulls = false, whenLocked = false }: Details = {},
): Operation<I, O> {
  const locked = whenLocked ? 'answers' : route?.startsWith('GET ') === true ? 'reads' : 'refuses'
  return { route, doors, summary, input, output, status, ignores, nulls, locked }
}

const nothing = z.strictObject({})
const done = z.void()

// Rows with literal paths stand above those with a field at the same place.
export const operations = {
  listProviders: op('GET /providers', 'All providers with their models, by id.', nothing, z.array(Provider)),
  listProvidersWithKeys: op(
    'GET /providers/with-keys',
    'The providers that have a stored key.',
    nothing,
    z.array(Provider),
  ),
  listModelNames: op(
    'GET /providers/models',
    'All models as provider/model, sorted, of the providers that have a stored key.',
    nothing,
    z.array(z.string()),
  ),
  deleteModel: op('DELETE /providers/models/{model_id}', 'Deletes a model.', ModelRef, done, { status: 204 }),
  getProvider: op('GET /providers/{provider_id}', 'One provider with its models.', ProviderRef, Provider),
  createProvider: op(
    'POST /providers',
    'Adds a custom provider, with key and models if given.',
    NewProvider,
    Provider,
    {
      status: 201,
    },
  ),
  updateProvider: op(
    'PUT /providers/{provider_id}',
    'Changes the fields given and no others. A new origin needs the key in the same request.',
    ProviderPatch,
    Provider,
    { ignores: outputOnlyFields },
  ),
  removeApiKey: op(
    'DELETE /providers/{provider_id}/api-key',
    'Removes the stored key. Where there are several it is the first, and the next takes its place.',
    ProviderRef,
    done,
    { status: 204 },
  ),
  deleteProvider: op(
    'DELETE /providers/{provider_id}',
    'Deletes a custom provider and its models.',
    ProviderRef,
    done,
    {
      status: 204,
    },
  ),
  listModels: op('GET /providers/{provider_id}/models', 'The models of a provider.', ProviderRef, z.array(Model)),
  addModel: op('POST /providers/{provider_id}/models', 'Adds a model to a provider.', NewModel, Model, { status: 201 }),

  listKeys: op(
    'GET /providers/{provider_id}/keys',
    'The keys of a provider in the order in which they are tried; the first is its api_key.',
    ProviderRef,
    z.array(ProviderKey),
  ),
  addKey: op(
    'POST /providers/{provider_id}/keys',
    'Adds a key, which is tried where the ones before it are refused or have reached their limit.',
    NewProviderKey,
    ProviderKey,
    { status: 201 },
  ),
  updateKey: op(
    'PUT /providers/{provider_id}/keys/{key_id}',
    'Changes the label, the place or the key itself, or switches it on or off; what is not given stays.',
    ProviderKeyPatch,
    ProviderKey,
    { ignores: keyOutputFields },
  ),
  removeKey: op(
    'DELETE /providers/{provider_id}/keys/{key_id}',
    'Removes one key. Where it is the first, the next takes its place.',
    ProviderKeyRef,
    done,
    { status: 204 },
  ),

  testNewProvider: op(
    'POST /providers/test',
    'Asks an address, at no cost, whether a key works there, before either is saved.',
    NewProviderTest,
    KeyTest,
  ),
  getKeyChoice: op(
    'GET /providers/{provider_id}/key-choice',
    'Which of several keys is tried first: the first in order, or each in its turn.',
    ProviderRef,
    KeyChoiceFields,
  ),
  setKeyChoice: op(
    'PUT /providers/{provider_id}/key-choice',
    'Tries several keys in their order, or lets them take turns to be first.',
    z.strictObject({ ...ProviderRef.shape, ...KeyChoiceFields.shape }),
    KeyChoiceFields,
  ),
  testKeys: op(
    'POST /providers/{provider_id}/keys/test',
    'Asks the provider, at no cost, whether its keys work, each of them.',
    ProviderRef,
    KeyTests,
  ),
  testProvider: op(
    'POST /providers/{provider_id}/test',
    'Asks the provider, at no cost, whether its key works; or whether the one given would.',
    KeyTestInput,
    KeyTest,
  ),
  listUpstreamModels: op(
    'GET /providers/{provider_id}/upstream-models',
    'The models that the provider offers to its stored key.',
    ProviderRef,
    UpstreamModels,
  ),

  getCatalogEntry: op(
    'GET /providers/{provider_id}/catalog',
    'What the catalog says of a predefined provider, and what was deleted of it.',
    ProviderRef,
    CatalogEntry,
  ),
  resetProvider: op(
    'POST /providers/{provider_id}/reset',
    "Gives a predefined provider the catalog's texts and address again; a new origin needs the key.",
    z.strictObject({ ...ProviderRef.shape, api_key: ProviderPatch.shape.api_key }),
    Provider,
  ),
  bringBackModels: op(
    'POST /providers/{provider_id}/bring-back-models',
    'Brings back the models of the catalog that were deleted.',
    ProviderRef,
    Provider,
  ),

  getProviderLimits: op(
    'GET /providers/{provider_id}/limits',
    'What all tools together may use of a provider, and what they have spent there.',
    ProviderRef,
    ProviderLimits,
  ),
  updateProviderLimits: op(
    'PUT /providers/{provider_id}/limits',
    'Changes the limits given, over all tools; null lifts one, and what is not given stays.',
    ProviderLimitsPatch,
    ProviderLimits,
    { nulls: true, ignores: ['spent'] },
  ),

  listTokens: op(
    'GET /tokens',
    'The tokens that are not revoked, by id; include=revoked lists those too.',
    TokenQuery,
    z.array(Token),
  ),
  createToken: op(
    'POST /tokens',
    'Makes a token for a tool, or for a program that manages the vault. It is shown this once.',
    NewToken,
    CreatedToken,
    { status: 201 },
  ),
  pauseTools: op(
    'PUT /tokens/paused',
    'Pauses the tokens of all tools, open answers too, or lets them go on.',
    PauseTools,
    PausedTools,
  ),
  updateToken: op(
    'PUT /tokens/{token_id}',
    'Changes the name or the limits of a token; what is not given stays.',
    TokenPatch,
    Token,
    { ignores: tokenOutputFields },
  ),
  revokeToken: op(
    'DELETE /tokens/{token_id}',
    'Ends a token for good, within a second also what it is doing.',
    TokenRef,
    done,
    { status: 204 },
  ),

  getUsage: op(
    'GET /usage',
    'What tools have used: requests, tokens and cost by day, tool, provider, model or key.',
    UsageInput,
    Usage,
  ),

  getExport: op(
    'GET /export',
    'Providers and models without keys, as the text of a models.yaml: YAML, or the same in JSON.',
    ExportWish,
    ExportedText,
  ),

  listAudit: op('GET /audit', 'What was done, tried and refused, the newest first.', AuditQuery, AuditPage),
  seeRefusals: op(
    'POST /audit/seen',
    'A person has looked at what was refused: it is marked no longer.',
    nothing,
    done,
    {
      status: 204,
    },
  ),
  verifyAudit: op('POST /audit/verify', 'Whether the audit trail is as it was written.', nothing, AuditVerdict),

  getSettings: op('GET /settings', 'The settings.', nothing, Settings, { whenLocked: true }),
  updateSettings: op('PUT /settings', 'Changes the settings given.', SettingsPatch, Settings, {
    ignores: ownersSettings,
  }),
  getStatus: op(
    'GET /status',
    'Where the vault is, where its master key comes from, what is wrong, whether a listener runs.',
    nothing,
    Status,
    { whenLocked: true },
  ),
  checkForUpdate: op(
    'POST /updates/check',
    'Asks once which Latchkey is the newest. The question is all that is sent.',
    nothing,
    UpdateAnswer,
  ),
  waitForChange: op(
    'GET /changes',
    'Answers when something differs from `since`, or after 25 seconds.',
    z.strictObject({ since: z.string().max(200).optional() }),
    Change,
    { whenLocked: true },
  ),
  lock: op(
    'POST /lock',
    'Locks the vault: every process zeroes its master key within a second, and what tools have under way is ended.',
    nothing,
    done,
    { status: 204, whenLocked: true },
  ),
  unlock: op(
    'POST /unlock',
    'Opens this process with the passphrase. Wrong tries make the next one wait.',
    UnlockInput,
    done,
    {
      status: 204,
      whenLocked: true,
    },
  ),
  keepUnlocked: op(
    'POST /lock/keep',
    'Says that somebody is there: the time until the lock begins anew.',
    nothing,
    done,
    {
      status: 204,
    },
  ),
  setPassphrase: op(
    'POST /passphrase',
    'Puts the master key under a passphrase. Other processes that have the vault open are locked by it.',
    NewPassphrase,
    done,
    { status: 204 },
  ),
  changePassphrase: op(
    'PUT /passphrase',
    'Puts the master key under another passphrase. Other processes that have the vault open are locked by it.',
    PassphraseChange,
    done,
    { status: 204, whenLocked: true },
  ),
  removePassphrase: op(
    'POST /passphrase/remove',
    'Takes the passphrase away: the vault then opens without being asked, and cannot be locked.',
    PassphraseRemoval,
    done,
    { status: 204, whenLocked: true },
  ),
  setListener: op(
    'PUT /listener',
    'Lets local tools connect, or stops them.',
    z.strictObject({ on: z.boolean() }),
    Status.shape.listener,
    { whenLocked: true },
  ),
  makeListenerToken: op(
    'POST /listener/token',
    'Makes the token that tools use, in place of the one before. It is shown this once.',
    nothing,
    FreshToken,
    { status: 201 },
  ),
  reopenVault: op('POST /vault/reopen', 'Looks for the master key again where it was expected.', nothing, Status, {
    whenLocked: true,
  }),
  startOver: op(
    'POST /vault/start-over',
    'For the owner who lost the master key: keeps a copy, makes a new master key, drops the keys that cannot be opened.',
    z.strictObject({ vault_name: z.string() }),
    StartOverResult,
    { whenLocked: true },
  ),

  // The owner in person, in the window or the terminal.
  setAuditRetention: op(
    null,
    'Chooses how long the audit trail is kept, and removes the events that are older.',
    AuditRetention,
    AuditRetained,
    { doors: inPerson },
  ),
  moveMasterKey: op(
    null,
    'Keeps the master key in another place: seen to be there, then recorded, then the old place is wiped.',
    MoveMasterKey,
    MovedMasterKey,
    { doors: inPerson },
  ),
  saveRecoveryCopy: op(
    null,
    'Writes the master key into a file under a passphrase of its own, for the day it is lost.',
    NewRecoveryCopy,
    SavedRecoveryCopy,
    { doors: inPerson },
  ),
  putRecoveryCopyOnPaper: op(
    null,
    'Prints the master key itself, by the dialog of the system; the window never holds it.',
    nothing,
    PaperRecoveryCopy,
    { doors: windowOnly },
  ),
  restoreMasterKey: op(
    null,
    'Puts a lost master key back from a recovery copy, once it is seen to open this vault.',
    RestoreMasterKey,
    RestoredMasterKey,
    { doors: inPerson, whenLocked: true },
  ),
  planRotation: op(
    null,
    'What an exchange of the master key would do, which processes it concerns, and which keys a leak has spoilt.',
    nothing,
    RotationPlan,
    { doors: inPerson },
  ),
  rotateMasterKey: op(
    null,
    'Makes a new master key and encrypts every stored key again; one that was stopped goes on.',
    nothing,
    RotatedMasterKey,
    { doors: inPerson },
  ),

  findKeys: op(
    null,
    'Looks for keys in the environment, in files of tools or in a dump of Open R4U; of each the last four characters are told.',
    KeySearch,
    FoundKeys,
    { doors: inPerson },
  ),
  importKeys: op(
    null,
    'Stores the keys of the lines that are wanted, once. What was found is forgotten then.',
    ImportChoice,
    ImportedKeys,
    { doors: inPerson },
  ),
  undoCommentOut: op(
    null,
    'Puts a file back as it was before an import turned lines of it into comments.',
    z.strictObject({ ...SearchRef.shape, path: z.string() }),
    done,
    { doors: inPerson, status: 204 },
  ),
  endImport: op(null, 'Forgets the keys that were found.', SearchRef, done, {
    doors: inPerson,
    status: 204,
    whenLocked: true,
  }),
  listBackups: op(null, 'The copies that Latchkey made by itself, the newest first.', nothing, z.array(LocalCopy), {
    doors: inPerson,
  }),
  backUp: op(
    null,
    'Writes the vault and its master key into one file under a passphrase; null where the person cancels.',
    BackupWish,
    WrittenBackup,
    { doors: inPerson },
  ),
  setBackupPassphrase: op(
    null,
    'Sets the passphrase of scheduled backups, or exchanges it: they are portable from then on.',
    BackupPassphrase,
    done,
    { doors: inPerson, status: 204 },
  ),
  removeBackupPassphrase: op(
    null,
    'Forgets the passphrase of scheduled backups: they open with the master key alone from then on.',
    nothing,
    done,
    { doors: inPerson, status: 204 },
  ),

  // The window alone: what touches the clipboard, the desktop or a file.
  copyApiKey: op(
    null,
    'Puts the key on the clipboard, marked as concealed, and clears it after 30 seconds.',
    ProviderRef,
    z.object({ clears_at: z.iso.datetime() }),
    { doors: windowOnly },
  ),
  listKeyHints: op(
    null,
    'The last four characters of stored keys that have 20 and more, for the window alone.',
    nothing,
    z.array(KeyHint),
    { doors: windowOnly },
  ),
  openKeyPage: op(null, "Opens the catalog's page where a person gets a key.", ProviderRef, done, {
    doors: windowOnly,
    status: 204,
  }),
  saveText: op(
    null,
    'Asks where to save an export and writes it there; null where the person cancels.',
    SavedText,
    z.object({ path: z.string().nullable() }),
    { doors: windowOnly },
  ),
  hideWindow: op(null, 'Puts the window out of sight: what there is where no passphrase is set.', nothing, done, {
    doors: windowOnly,
    status: 204,
  }),
  chooseBackup: op(null, 'Asks for a backup to restore; null where the person cancels.', nothing, ChosenBackup, {
    doors: windowOnly,
  }),
  openBackup: op(
    null,
    'Takes a backup apart that was chosen, or a copy that Latchkey made, and says what restoring it would change.',
    BackupToOpen,
    OpenedBackup,
    { doors: windowOnly },
  ),
  restoreBackup: op(
    null,
    'Puts a backup that was opened in the place of the vault, once its name was typed; the vault that was there is kept.',
    RestoreChoice,
    RestoredBackup,
    { doors: windowOnly },
  ),
  endRestore: op(null, 'Forgets a backup that was opened.', RestoreRef, done, {
    doors: windowOnly,
    status: 204,
    whenLocked: true,
  }),
  getShellCommand: op(
    null,
    'Whether `latchkey` can be run in a terminal; null where the installer sees to that.',
    nothing,
    ShellCommand.nullable(),
    { doors: windowOnly },
  ),
  setShellCommand: op(
    null,
    'Puts `latchkey` among the programs of this person, or takes it away; what is not ours stays.',
    ShellCommandPatch,
    ShellCommand.nullable(),
    { doors: windowOnly },
  ),
  chooseKeyFile: op(null, 'Asks for a key file and opens the vault with it until Latchkey quits.', nothing, Status, {
    doors: windowOnly,
  }),

  chooseImportFile: op(
    null,
    'Asks for a file that an import may look into; null where the person cancels.',
    z.strictObject({ what: z.enum(['keys', 'dump', 'dump_key']) }),
    z.object({ path: z.string().nullable() }),
    { doors: windowOnly },
  ),

  chooseAuthorities: op(
    null,
    "Asks for a PEM file with the owner's own certificate authorities, and believes them.",
    nothing,
    Network,
    { doors: windowOnly },
  ),

  // The owner alone: whoever chooses proxy and authorities could read along.
  getNetwork: op(null, 'How providers are reached: proxy and certificate authorities.', nothing, Network, {
    doors: windowAndCommandLine,
  }),
  setNetwork: op(null, 'Changes how providers are reached; what is not given stays.', NetworkPatch, Network, {
    doors: windowAndCommandLine,
  }),

  // The command line alone.
  printRecoveryCopy: op(
    null,
    'Answers the master key itself, for its owner to put on paper.',
    nothing,
    PrintedRecoveryCopy,
    { doors: ownerOnly },
  ),
  printToken: op(
    null,
    "Makes a token that counts as a tool's own and lives 12 hours, for the command from which a tool takes its key.",
    TokenRef,
    PrintedToken,
    { doors: ownerOnly },
  ),
  previewAdoption: op(
    null,
    'Opens a key that another program wrote, once, so that it can be adopted.',
    ProviderRef,
    Adoptable,
    {
      doors: ownerOnly,
    },
  ),
  adoptKey: op(null, 'Binds a key that another program wrote to its provider and address.', ProviderRef, Provider, {
    doors: ownerOnly,
  }),
} satisfies Record<string, Operation>

export type Operations = typeof operations
export type OperationId = keyof Operations
export const operationIds = Object.keys(operations) as OperationId[]

/** What the core receives for an operation: checked and normalised. */
export type Input<Id extends OperationId> = z.output<Operations[Id]['input']>
/** What a caller writes for an operation. */
export type Sent<Id extends OperationId> = z.input<Operations[Id]['input']>
export type Output<Id extends OperationId> = z.output<Operations[Id]['output']>

/** The core implements this: a missing or wrongly typed function does not compile. */
export type Api = { [Id in OperationId]: (input: Input<Id>) => Promise<Output<Id>> }

// eslint-disable-next-line typescript/no-generated-empty-object-type -- an input without fields is what is meant
type NoFields = Record<never, never>

/** What a caller holds, near or far: the same acts, over any transport. */
export type Client = {
  [Id in OperationId]: NoFields extends Sent<Id>
    ? (input?: Sent<Id>) => Promise<Output<Id>>
    : (input: Sent<Id>) => Promise<Output<Id>>
}

/** The base of every REST route. */
export const API_BASE = '/api/v1'

export function isOperationId(id: string): id is OperationId {
  return Object.hasOwn(operations, id)
}

/** Splits a row's route into method and path. */
export function routeOf(route: string): { method: string; path: string } {
  const [method = '', path = ''] = route.split(' ')
  return { method, path }
}
