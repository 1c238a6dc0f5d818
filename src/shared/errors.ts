// One row per cause. The sentence here is REST's `detail`, the window's text and the command line's stderr;
// `code` is what programs test. A cause that has no row does not exist: it arrives as `internal`.

import { usd } from './usd.ts'

type Text<P> = string | ((params: P) => string)

interface Row<P> {
  status: number
  detail: Text<P>
  hint?: Text<P>
}

const row = <P = undefined>(status: number, detail: Text<P>, hint?: Text<P>): Row<P> =>
  hint === undefined ? { status, detail } : { status, detail, hint }

/** The error table: for each code its HTTP status, the sentence, and what to do. */
export const errors = {
  // Providers, models, keys
  provider_not_found: row<{ ref: number | string }>(
    404,
    ({ ref }) =>
      typeof ref === 'number' ? `Provider with ID ${ref} not found` : `Provider with name '${ref}' not found`,
    'List the providers to see which there are.',
  ),
  model_not_found: row<{ ref: number | string }>(
    404,
    ({ ref }) => (typeof ref === 'number' ? `Model with ID ${ref} not found` : `Model with name '${ref}' not found`),
    'List the models of the provider to see which there are.',
  ),
  provider_exists: row<{ name: string }>(
    409,
    ({ name }) => `Provider with name '${name}' already exists`,
    'Choose another name, or edit that one.',
  ),
  model_exists: row<{ name: string }>(
    409,
    ({ name }) => `Model with name '${name}' already exists for this provider`,
    'Use that one, or choose another name.',
  ),
  provider_predefined: row<{ name: string }>(
    403,
    ({ name }) => `Provider '${name}' is predefined and cannot be deleted`,
    'Remove its key instead; a provider without a key is not used.',
  ),
  provider_has_no_key: row<{ name: string }>(
    400,
    ({ name }) => `Provider '${name}' has no key`,
    ({ name }) => `Set one in the window, or with: latchkey key set ${name}`,
  ),
  keys_switched_off: row<{ name: string }>(
    400,
    ({ name }) => `Every key of provider '${name}' is switched off`,
    ({ name }) => `Switch one on in the window, or with: latchkey key edit ${name} --on`,
  ),
  // What was sent for an id is not repeated: it may be a key.
  key_not_found: row<{ name: string }>(
    404,
    ({ name }) => `Provider '${name}' has no such key`,
    'List its keys to see which there are.',
  ),
  key_label_exists: row<{ name: string; label: string }>(
    409,
    ({ name, label }) => `Provider '${name}' already has a key with the label '${label}'`,
    'Choose another label.',
  ),
  too_many_keys: row<{ name: string; most: number }>(
    409,
    ({ name, most }) => `Provider '${name}' has ${most} keys, and no room for more`,
    'Remove one that is not needed.',
  ),
  further_keys_stay: row<{ name: string; origin: string | null; count: number }>(
    409,
    ({ name, origin, count }) =>
      `Provider '${name}' has ${count === 1 ? 'a further key that was' : `${count} further keys that were`} entered ${origin === null ? 'when there was no address' : `for ${origin}`}, and ${count === 1 ? 'goes' : 'go'} nowhere else`,
    'Remove every key but the first, change the address, and add them again.',
  ),
  provider_has_no_address: row<{ name: string }>(
    400,
    ({ name }) => `Provider '${name}' has no address`,
    'Give it a base URL first.',
  ),
  key_reentry_required: row<{ origin: string | null }>(
    409,
    ({ origin }) =>
      origin === null
        ? 'The address has changed, so the key is needed again: it was entered when there was no address'
        : `The address has changed, so the key is needed again: it was entered for ${origin} and goes nowhere else`,
    'Send the key in the same request as the new address.',
  ),
  key_unreadable: row<{ name: string }>(
    409,
    ({ name }) => `Failed to decrypt data. The key of ${name} does not belong to this vault's master key or address`,
    'Enter the key again; or, where another program wrote it on purpose, run: latchkey key adopt NAME',
  ),
  nothing_to_adopt: row<{ name: string }>(
    409,
    ({ name }) => `Provider '${name}' has no key that another program wrote`,
    'Only a key that stands in the vault without a binding can be adopted.',
  ),

  // Tokens
  token_exists: row<{ name: string }>(
    409,
    ({ name }) => `Token with name '${name}' already exists`,
    'Choose another name, or revoke that one first.',
  ),
  token_not_found: row<{ ref: number | string }>(
    404,
    ({ ref }) => (typeof ref === 'number' ? `Token with ID ${ref} not found` : `Token with name '${ref}' not found`),
    'List the tokens to see which there are.',
  ),

  // The caller
  invalid_input: row<{ summary: string }>(422, ({ summary }) => summary),
  unauthorized: row(
    401,
    'A valid Latchkey token is needed',
    'Send it as "Authorization: Bearer TOKEN". The token of a running listener is in listener.json in the Latchkey folder.',
  ),
  token_revoked: row<{ name: string }>(
    401,
    ({ name }) => `The token '${name}' was revoked`,
    ({ name }) => `Make another one in Latchkey, or with: latchkey token add ${name}`,
  ),
  token_expired: row<{ name: string; at: string }>(
    401,
    ({ name, at }) => `The token '${name}' expired on ${at.slice(0, 10)}`,
    'Revoke it in Latchkey and make another one.',
  ),
  rate_limited: row<{ whose: string; most: number; of: 'request' | 'token'; seconds: number }>(
    429,
    ({ whose, most, of }) =>
      `The limit of ${whose} is reached: ${most.toLocaleString('en-US')} ${most === 1 ? of : `${of}s`} a minute`,
    ({ seconds }) => `Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}, or raise the limit in Latchkey.`,
  ),
  spend_limited: row<{ whose: string; most: number; spent: number; per: 'day' | 'month' }>(
    429,
    ({ whose, most, spent, per }) =>
      `The limit of ${whose} is reached: ${usd(most)} a ${per}, and ${usd(spent)} has been spent`,
    ({ per }) => `Wait for the next ${per}, or raise the limit in Latchkey.`,
  ),
  tools_paused: row(403, 'All tools are paused', 'Resume them on the Tools page, or with: latchkey token resume'),
  price_unknown: row<{ whose: string; model: string | null }>(
    403,
    ({ whose, model }) =>
      `${model === null ? 'What this request costs' : `The price of the model '${model}'`} is not known, and ${whose} has a limit in money`,
    'Give the model a price in models.yaml in the Latchkey folder, or lift that limit.',
  ),
  not_allowed: row<{ what: string }>(403, ({ what }) => what),
  unknown_operation: row<{ id: string }>(
    404,
    ({ id }) => `There is no operation '${id}'`,
    'The operations are listed in /api/v1/openapi.json.',
  ),
  route_not_found: row(404, 'There is no such address here', 'The routes are listed in /api/v1/openapi.json.'),
  method_not_allowed: row<{ allow: string }>(405, ({ allow }) => `This address answers ${allow} only`),
  confirmation_wrong: row<{ name: string }>(
    422,
    ({ name }) => `The typed name is not the vault's name, '${name}'`,
    'Nothing has been changed. Type the name exactly to start over.',
  ),

  // The listener's front door
  host_not_allowed: row<{ address: string }>(
    403,
    'The Host header does not name this listener',
    ({ address }) => `Use the address ${address}`,
  ),
  origin_not_allowed: row(
    403,
    'Web pages cannot call the listener: the request carries the mark of a browser',
    'Call it from a program on this machine, without an Origin header.',
  ),
  request_malformed: row<{ what: string }>(
    400,
    ({ what }) => what,
    'Nothing was done. Mend the request and send it again.',
  ),
  media_type_unsupported: row(
    415,
    'The body must be JSON',
    'Send it with "Content-Type: application/json" in UTF-8, without a content encoding.',
  ),
  body_too_large: row<{ limit: string }>(
    413,
    ({ limit }) => `The body is larger than ${limit}`,
    'Nothing was done. Send less in one request.',
  ),
  headers_too_large: row<{ limit: string }>(
    431,
    ({ limit }) => `The headers are larger than ${limit}`,
    'Nothing was done. Send fewer or shorter headers.',
  ),
  request_too_slow: row<{ seconds: number }>(
    408,
    ({ seconds }) => `The request did not arrive within ${seconds} seconds`,
    'Nothing was done. Send the whole request at once, then wait for the answer.',
  ),
  expectation_failed: row(417, 'Only "Expect: 100-continue" is understood', 'Leave the Expect header out.'),
  upgrade_refused: row(426, 'WebSocket and other upgrades are not carried here', 'Use plain HTTP requests.'),
  too_many_attempts: row(
    429,
    'Too many requests without a valid token',
    'Wait a minute, then use a valid token. A valid token is never held back by this.',
  ),
  too_many_connections: row(503, 'The listener has all the connections it can hold', 'Close some and try again.'),
  tools_not_allowed: row(
    403,
    'Local tools may not connect at the moment',
    'Switch on "Let local tools connect" in Settings.',
  ),

  // The gateway
  model_missing: row(
    400,
    'The request names no model, so its provider is not known',
    'Write "model": "provider/model" in the JSON body, or call /proxy/PROVIDER.',
  ),
  model_ambiguous: row<{ model: string; providers: readonly string[] }>(
    400,
    ({ model, providers }) => `Several providers with a key have the model '${model}': ${providers.join(', ')}`,
    ({ model, providers }) => `Write which one is meant: ${providers.map((name) => `${name}/${model}`).join(' or ')}`,
  ),
  endpoint_missing: row<{ name: string; dialect: string }>(
    400,
    ({ name, dialect }) => `Provider '${name}' has no address that speaks ${dialect}, and nothing is translated`,
    ({ name }) => `Use a client of its own dialect, or call it at /proxy/${name}.`,
  ),
  upstream_failed: row<{ name: string; what: string }>(502, ({ name, what }) => `Provider '${name}' ${what}`),
  upstream_timeout: row<{ name: string; what: string }>(504, ({ name, what }) => `Provider '${name}' ${what}`),
  upstream_redirected: row<{ name: string; status: number }>(
    502,
    ({ name, status }) => `Provider '${name}' answered with a redirect (${status}), which is not followed`,
    'A key goes only to the address it was entered for. If the provider has moved, change its address and enter its key again.',
  ),
  upstream_echoed_key: row<{ name: string }>(
    502,
    ({ name }) => `Provider '${name}' sent its own key back, so the answer was stopped`,
    'Check the address of the provider: an address that shows what it is sent must not be given a key.',
  ),

  // The vault
  vault_locked: row(423, 'The vault is locked', 'Unlock it in the window, or run: latchkey unlock'),
  vault_busy: row(503, 'The vault is busy: another program has held it for 5 seconds', 'Nothing was saved. Try again.'),
  vault_in_use: row(
    409,
    'Another Latchkey has this vault open',
    'Nothing has been changed. Close the window, the listener and other commands, then try again.',
  ),
  encryption_key_missing: row<{ keys: number; last: string | null }>(
    503,
    'ENCRYPTION_KEY environment variable is not set',
    ({ keys, last }) =>
      `${keys === 0 ? 'This vault' : keys === 1 ? 'The stored key in this vault' : `The ${keys} stored keys in this vault`} ` +
      `cannot be ${keys === 0 ? 'changed' : 'read'} without the master key` +
      `${last === null ? '' : `, which was last taken from ${last}`}. Give it again and restart; nothing has been changed.`,
  ),
  encryption_key_malformed: row<{ place: string }>(
    503,
    ({ place }) => `The master key from ${place} is malformed`,
    'It must be 32 bytes in base64: 43 characters and a "=". Make a new one with: latchkey keygen',
  ),
  encryption_key_wrong: row<{ place: string }>(
    503,
    ({ place }) => `Failed to decrypt data: the master key from ${place} does not open this vault`,
    'Start Latchkey with the right master key. Nothing has been changed or lost.',
  ),
  keychain_unavailable: row<{ what: string }>(
    503,
    ({ what }) => `The master key is in the keychain, and ${what}`,
    'Unlock the keychain, or log in to the desktop it belongs to, and try again. Nothing has been changed.',
  ),
  key_command_failed: row<{ command: string; what: string }>(
    503,
    ({ command, what }) => `The command for the master key, ${command}, ${what}`,
    'Run it in a terminal: it has to print the key and nothing else. Nothing has been changed.',
  ),
  master_key_busy: row(
    409,
    'Another Latchkey is moving or exchanging the master key just now',
    'Nothing has been changed. Wait until it is done, then try again.',
  ),
  rotation_needs_key: row<{ place: string }>(
    409,
    ({ place }) => `The master key comes from ${place}, where Latchkey cannot put a new one`,
    'Make one with latchkey keygen, give both as NEW,OLD where the old one was, and rotate again. Or move it first: latchkey key-source set keychain',
  ),
  master_key_not_moved: row<{ place: string; what: string }>(
    422,
    ({ place, what }) => `The master key was not moved to ${place}: ${what}`,
    'The vault opens as before. Nothing has been changed.',
  ),
  passphrase_wrong: row(403, 'The passphrase is wrong', 'Nothing has been changed. Try again.'),
  passphrase_set: row(409, 'A passphrase is set already', 'Change it in Settings, or with: latchkey passphrase change'),
  passphrase_not_set: row(
    409,
    'No passphrase is set, so there is nothing to lock or unlock',
    'Set one in Settings, or with: latchkey passphrase set',
  ),
  passphrase_unavailable: row<{ place: string | null }>(
    409,
    ({ place }) =>
      `The master key comes from ${place ?? 'elsewhere'}, where Latchkey does not keep it, so no passphrase can be put over it`,
    'Only a master key in the keychain or in master.key can have a passphrase.',
  ),
  passphrase_too_short: row<{ least: number }>(422, ({ least }) => `A passphrase has at least ${least} characters`),
  unlock_delayed: row<{ seconds: number }>(
    429,
    ({ seconds }) => `Too many wrong passphrases: wait ${seconds} more ${seconds === 1 ? 'second' : 'seconds'}`,
    'Each wrong try makes the wait longer, up to five minutes.',
  ),
  wrapped_key_damaged: row<{ place: string }>(
    503,
    ({ place }) => `The master key in ${place} is damaged, so no passphrase can open it`,
    'Put back a copy of it, or use the recovery file. Nothing has been changed.',
  ),
  passphrase_needed: row(422, 'The recovery copy opens with its passphrase', 'Give the one it was made with.'),
  recovery_copy_damaged: row(
    422,
    'This is no recovery copy of Latchkey, or it is damaged',
    'Use another copy, or type the master key again as it was printed. Nothing has been changed.',
  ),
  recovery_copy_newer: row(
    422,
    'A newer Latchkey made this recovery copy',
    'Use it with that version. Nothing has been changed.',
  ),
  recovery_copy_foreign: row<{ found: string; needed: string | null }>(
    409,
    ({ found, needed }) =>
      `The recovery copy holds the master key ${found}, and this vault ${needed === null ? 'has none yet' : `needs ${needed}`}`,
    'It is of another vault, or from before the master key was exchanged. Nothing has been changed.',
  ),
  recovery_copy_unwritable: row<{ path: string; what: string }>(
    422,
    ({ path, what }) => `The recovery copy cannot be written to ${path}: ${what}`,
    'Give a path in a folder that is there and that you may write to.',
  ),
  database_damaged: row<{ path: string; what: string }>(
    503,
    ({ path, what }) => `The vault ${path} is damaged: ${what}`,
    'It has not been changed. Put back a backup: latchkey restore PATH, with one of your own or of: latchkey backup --list',
  ),
  database_foreign: row<{ path: string; what: string }>(
    503,
    ({ path, what }) => `${path} is not a vault that Latchkey made: ${what}`,
    'It has not been changed. Move it away, or set LATCHKEY_HOME to another folder.',
  ),
  database_too_new: row<{ found: number; known: number }>(
    503,
    ({ found, known }) =>
      `This vault was written by a newer Latchkey (format ${found}; this one reads up to ${known}). It has not been opened or changed`,
    'Start the newer version of Latchkey.',
  ),
  disk_full: row(507, 'The disk is full, so nothing was saved', 'Free some space and try again.'),
  vault_unwritable: row<{ path: string; what: string }>(
    503,
    ({ path, what }) => `The vault cannot be written at ${path}: ${what}`,
    'Check that you own the folder and may write to it.',
  ),

  // Updates
  no_release_place: row(
    409,
    'This build was not made for a release, so it does not know where newer ones are told of',
    'Look where you got Latchkey from.',
  ),
  update_check_failed: row<{ host: string; what: string }>(
    502,
    ({ host, what }) => `${host} did not say which version is the newest: ${what}`,
    'Nothing was changed. Try again later.',
  ),

  // Backup and import
  backup_unreadable: row<{ path: string }>(
    422,
    ({ path }) =>
      `The backup ${path} cannot be opened: the passphrase is wrong, or the file is damaged or no backup of Latchkey`,
    'Nothing has been changed. A backup that a newer Latchkey made opens there.',
  ),
  backup_exists: row<{ path: string }>(
    409,
    ({ path }) => `${path} is there already`,
    'Nothing was written over. Give the path of a file that is not there yet.',
  ),
  backup_unwritable: row<{ path: string; what: string }>(
    422,
    ({ path, what }) => `The backup cannot be written to ${path}: ${what}`,
    'Give a path in a folder that is there and that you may write to.',
  ),
  backup_passphrase_not_set: row(
    409,
    'No backup passphrase is set',
    'Set one in Settings, or with: latchkey backup passphrase set',
  ),
  restore_over: row(
    409,
    'This restore is over: its backup is no longer open',
    'Nothing has been changed. Choose the backup again.',
  ),
  backup_key_unreadable: row(
    409,
    'The backup passphrase cannot be used: what is kept of it does not belong to this master key, or was changed from outside',
    'Set it again in Settings, or with: latchkey backup passphrase set',
  ),
  import_unreadable: row<{ path: string; what: string }>(
    422,
    ({ path, what }) => `${path} cannot be read: ${what}`,
    'Nothing has been changed. Check the file, or give the path of another.',
  ),
  import_source_changed: row<{ path: string }>(
    409,
    ({ path }) => `${path} has changed in the meantime`,
    'It has been left as it is. Look at it, or search for keys again.',
  ),

  import_over: row(
    409,
    'What was found has been forgotten',
    'It is kept for ten minutes, until it is imported, and no longer than the dialog is open. Search again.',
  ),

  settings_not_editable: row<{ path: string; what: string }>(
    422,
    ({ path, what }) => `${path} cannot be changed: ${what}`,
    'It has been left as it is. Copy the lines into it by hand: latchkey connect TOOL --print',
  ),

  // The place Latchkey runs in
  folder_unsafe: row<{ path: string; what: string }>(
    500,
    ({ path, what }) => `${path} is not safe to keep keys in: ${what}`,
    'Latchkey uses only folders and files of your own that are not links. Move it away, or set LATCHKEY_HOME.',
  ),
  file_readable_by_others: row<{ path: string }>(
    500,
    ({ path }) => `${path} can be read by other users`,
    ({ path }) => `Run: chmod 600 '${path}'`,
  ),
  key_file_unreadable: row<{ path: string; what: string }>(
    500,
    ({ path, what }) => `The master key cannot be read from ${path}: ${what}`,
    'Give the path of a file that holds a key made with: latchkey keygen',
  ),
  catalog_broken: row<{ what: string }>(
    500,
    ({ what }) => what,
    'The vault is open with what it has; mend the catalog and start again.',
  ),
  certificates_unreadable: row<{ path: string; what: string }>(
    422,
    ({ path, what }) => `The certificates in ${path} cannot be used: ${what}`,
    'Nothing has been changed. Give a PEM file with the certificates of the authority itself.',
  ),
  port_busy: row<{ port: number }>(
    503,
    ({ port }) => `Port ${port} is used by another program`,
    'Choose another port with --port or LATCHKEY_PORT (0 takes any free one), or quit that program.',
  ),
  port_not_permitted: row<{ port: number }>(
    503,
    ({ port }) => `Port ${port} may not be used by this user`,
    'Choose a port from 1024 to 65535.',
  ),
  listener_running: row<{ address: string | null; pid: number | null }>(
    503,
    ({ address, pid }) =>
      `A listener already runs for this folder${address === null ? '' : ` at ${address}`}${pid === null ? '' : ` (process ${pid})`}`,
    'Use that one, stop it first, or set LATCHKEY_HOME to another folder.',
  ),
  command_not_run: row<{ command: string; what: string }>(
    500,
    ({ command, what }) => `${command} cannot be run: ${what}`,
    'Check the name of the program, and that it is on the PATH.',
  ),
  page_not_built: row(503, 'The pages of the window have not been built', 'Run: npm run build'),
  command_taken: row<{ path: string }>(
    409,
    ({ path }) => `${path} was not made by Latchkey, so it is left as it is`,
    'Move it away, or run the command line from where the app lies.',
  ),
  desktop_failed: row<{ what: string }>(503, ({ what }) => what, 'Nothing has been changed. Try again.'),
  setting_invalid: row<{ what: string }>(500, ({ what }) => what),
  internal: row(
    500,
    'Latchkey made a mistake and stopped this request',
    'Nothing was half-done. The log of Latchkey says more.',
  ),
} as const

export type ErrorCode = keyof typeof errors
type ParamsOf<C extends ErrorCode> = (typeof errors)[C] extends Row<infer P> ? P : never

/** A field that was refused: `path` is its name (dotted where nested), `message` a sentence. */
export interface FieldError {
  path: string
  message: string
}

/** What a person and a program get to know of an error, through every door. */
export interface ErrorBody {
  detail: string
  code: ErrorCode
  hint?: string
  errors?: FieldError[]
}

interface AppErrorOptions {
  cause?: unknown
  hint?: string
  errors?: FieldError[]
}

/** An error with a known cause: a row of the table, filled in. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly status: number
  readonly body: ErrorBody

  constructor(code: ErrorCode, body: ErrorBody, status: number, cause?: unknown) {
    super(body.detail, cause === undefined ? undefined : { cause })
    this.name = 'AppError'
    this.code = code
    this.status = status
    this.body = body
  }
}

/** Makes the error of a row: `appError('provider_not_found', { ref: 7 })`. Rows without parameters take `undefined`. */
export function appError<C extends ErrorCode>(code: C, params: ParamsOf<C>, options: AppErrorOptions = {}): AppError {
  const { status, detail, hint } = errors[code] as Row<ParamsOf<C>>
  const say = (text: Text<ParamsOf<C>>): string => (typeof text === 'function' ? text(params) : text)
  const body: ErrorBody = { detail: say(detail), code }
  const help = options.hint ?? (hint === undefined ? undefined : say(hint))
  if (help !== undefined) body.hint = help
  if (options.errors !== undefined) body.errors = options.errors
  return new AppError(code, body, status, options.cause)
}

/** True for an error of the table, whichever bundle or process made it: known by its shape, not by its class. */
export function isAppError(value: unknown): value is AppError {
  return (
    value instanceof Error &&
    'code' in value &&
    'body' in value &&
    typeof value.code === 'string' &&
    Object.hasOwn(errors, value.code)
  )
}

/** Turns anything that was thrown into an error of the table; what is unknown becomes `internal`, with its cause kept. */
export function toAppError(cause: unknown): AppError {
  return isAppError(cause) ? cause : appError('internal', undefined, { cause })
}

/** The error a client raises for a body it was answered. */
export function fromErrorBody(body: ErrorBody, status: number = errors[body.code]?.status ?? 500): AppError {
  return new AppError(body.code, body, status)
}
