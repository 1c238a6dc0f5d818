// The shapes that cross a door, and the rules of every field: REST, the window's forms and the command line share them.
import { z } from 'zod'
import { addressProblem } from './address-rules.ts'
import { AuditKeptYears } from './audit-schemas.ts'
import { BackupSchedule, BackupStatus } from './backup-schemas.ts'
import { LockStatus } from './lock-schemas.ts'
import { Network } from './network-schemas.ts'
import { UpdateAnswer } from './update-schemas.ts'

/** What a provider's endpoint speaks. */
export const Dialect = z.enum(['openai', 'anthropic', 'google'], {
  error: 'Choose one of openai, anthropic, google.',
})
export type Dialect = z.infer<typeof Dialect>

/** The header that carries the key to the provider. */
export const Auth = z.enum(['bearer', 'x-api-key', 'x-goog-api-key', 'api-key'], {
  error: 'Choose one of bearer, x-api-key, x-goog-api-key, api-key.',
})
export type Auth = z.infer<typeof Auth>

/** The header a dialect's own vendor uses for the key. */
export function defaultAuth(dialect: Dialect): Auth {
  return { openai: 'bearer', anthropic: 'x-api-key', google: 'x-goog-api-key' }[dialect] as Auth
}

/** Which of several keys is tried first: the first one that works, or each in its turn. */
export const KeyChoice = z.enum(['in_order', 'round_robin'], { error: 'Choose in_order or round_robin.' })
export type KeyChoice = z.infer<typeof KeyChoice>

/** A sentence for a field that is absent, and one for a field of the wrong kind. */
const text = (name: string) =>
  z.string({ error: (issue) => (issue.input === undefined ? `${name} is needed.` : `${name} must be a text.`) })

const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]/u
const LONE_SURROGATE = /\p{Cs}/u

export const ProviderName = text('A name').regex(/^[a-z0-9][a-z0-9._-]{0,99}$/, {
  error: 'Write 1 to 100 of a–z, 0–9, dot, underscore and hyphen, beginning with a letter or digit.',
})

export const ModelName = text('A model name')
  .trim()
  .min(1, { error: 'Write a model name.' })
  .max(255, { error: 'A model name has at most 255 characters.' })
  .refine((value) => !CONTROL.test(value) && !LONE_SURROGATE.test(value), {
    error: 'A model name has printable characters only.',
  })

export const DisplayName = text('A display name')
  .trim()
  .min(1, { error: 'Write a display name.' })
  .max(255, { error: 'A display name has at most 255 characters.' })
  .refine((value) => !CONTROL.test(value) && !LONE_SURROGATE.test(value), {
    error: 'A display name has printable characters only.',
  })

/** An absolute http(s) address a key may travel to; what is refused, and why, is in address-rules.ts. */
export const BaseUrl = text('A base URL')
  .trim()
  .superRefine((value, context) => {
    const message = addressProblem(value)
    if (message !== undefined) context.addIssue({ code: 'custom', message })
  })

export const ApiKey = text('A key')
  .trim()
  .min(1, { error: 'A key cannot be empty. Removing a key is an act of its own.' })
  .max(8192, { error: 'A key has at most 8,192 characters.' })
  .refine((value) => !/[\s\p{Cc}]/u.test(value), { error: 'A key has no spaces or line breaks inside.' })
  .refine((value) => !LONE_SURROGATE.test(value), { error: 'A key has printable characters only.' })

const Timestamp = z.iso.datetime()

export const Model = z.object({
  id: z.int(),
  provider_id: z.int(),
  name: z.string(),
  display_name: z.string(),
  created_at: Timestamp,
  updated_at: Timestamp,
})
export type Model = z.infer<typeof Model>

/** `stored`: usable. `unreadable`: there is one, under another master key or not bound to this address. */
export const KeyState = z.enum(['none', 'stored', 'unreadable', 'environment'])
export type KeyState = z.infer<typeof KeyState>

export const Provider = z.object({
  id: z.int(),
  name: z.string(),
  display_name: z.string(),
  base_url: z.string().nullable(),
  dialect: Dialect,
  auth: Auth,
  has_api_key: z.boolean(),
  key_state: KeyState,
  is_predefined: z.boolean(),
  key_url: z.string().nullable(),
  key_prefixes: z.array(z.string()),
  created_at: Timestamp,
  updated_at: Timestamp,
  models: z.array(Model),
})
export type Provider = z.infer<typeof Provider>

// An id that no row has is 404, whatever its size; only what is not an integer at all is 422.
const Id = z.number({ error: 'The id must be an integer.' }).refine(Number.isInteger, {
  error: 'The id must be an integer.',
})

export const ProviderRef = z.strictObject({ provider_id: Id })
export const ModelRef = z.strictObject({ model_id: Id })

/** Trimmed, blanks and repeats dropped, in the order given. */
const ModelNames = z
  .array(z.string({ error: 'Each model is a text.' }), { error: 'Models are a list of texts.' })
  .max(10_000, { error: 'At most 10,000 models at once.' })
  .transform((names) => [...new Set(names.map((name) => name.trim()).filter((name) => name !== ''))])
  .pipe(z.array(ModelName))

export const NewProvider = z.strictObject({
  name: ProviderName,
  display_name: DisplayName,
  base_url: BaseUrl.optional(),
  dialect: Dialect.optional(),
  auth: Auth.optional(),
  api_key: ApiKey.optional(),
  models: ModelNames.optional(),
})
export type NewProvider = z.infer<typeof NewProvider>

/** The fields of `Provider` that an update passes over, so that a client may send back what it got. */
export const outputOnlyFields = [
  'id',
  'has_api_key',
  'key_state',
  'is_predefined',
  'key_url',
  'key_prefixes',
  'created_at',
  'updated_at',
  'models',
] as const satisfies readonly (keyof Provider)[]

/** The rules of `schema`, or nothing at all: an empty text is a request of its own. */
const orEmpty = (schema: z.ZodType<string, string>) =>
  text('This')
    .trim()
    .superRefine((value, context) => {
      if (value === '') return
      for (const issue of schema.safeParse(value).error?.issues ?? []) {
        context.addIssue({ code: 'custom', message: issue.message })
      }
    })

export const ProviderPatch = z.strictObject({
  ...ProviderRef.shape,
  /** Accepted only unchanged: a name is for good. */
  name: text('A name').optional(),
  /** Empty on a predefined provider: back to the catalog's. */
  display_name: orEmpty(DisplayName).optional(),
  /** Empty: no address; on a predefined provider: back to the catalog's. */
  base_url: orEmpty(BaseUrl).optional(),
  dialect: Dialect.optional(),
  auth: Auth.optional(),
  api_key: ApiKey.optional(),
})
export type ProviderPatch = z.infer<typeof ProviderPatch>

export const NewModel = z.strictObject({
  ...ProviderRef.shape,
  name: ModelName,
  display_name: DisplayName,
})
export type NewModel = z.infer<typeof NewModel>

/** What the catalog says of a predefined provider, and where the vault differs by the person's own hand. */
export const CatalogEntry = z.object({
  display_name: z.string(),
  base_url: z.string().nullable(),
  dialect: Dialect,
  auth: Auth,
  /** Fields that "Reset to catalog" would change. */
  differs: z.array(z.enum(['display_name', 'base_url', 'dialect', 'auth'])),
  /** An address of another origin, not applied because the provider has a key. */
  offered_base_url: z.string().nullable(),
  /** Models of the catalog that were deleted here. */
  deleted_models: z.array(z.string()),
})
export type CatalogEntry = z.infer<typeof CatalogEntry>

const Port = z
  .int({ error: 'A port is a whole number.' })
  .min(0, { error: 'A port is a number from 0 to 65535; 0 takes any free one.' })
  .max(65_535, { error: 'A port is a number from 0 to 65535; 0 takes any free one.' })

export const RemindAfterDays = z.literal([0, 90, 180, 365], { error: 'Days are 90, 180 or 365, or 0 for never.' })

/** What the person may choose; kept in the vault. */
export const Settings = z.object({
  theme: z.enum(['system', 'light', 'dark']),
  listener_port: Port,
  /** Switch the listener on when Latchkey starts. */
  listener_at_start: z.boolean(),
  start_at_login: z.boolean(),
  close_to_tray: z.enum(['ask', 'tray', 'quit']),
  /** Lock after so many minutes in which nobody asked anything of the vault; 0: never. Needs a passphrase, as the next do. */
  lock_after_minutes: z
    .int({ error: 'Minutes are a whole number.' })
    .min(0, { error: 'Minutes are a number from 0 (never) to 1440.' })
    .max(1440, { error: 'Minutes are a number from 0 (never) to 1440.' }),
  /** Lock when the screen is locked or the machine goes to sleep. */
  lock_with_screen: z.boolean(),
  /** Lock when the window is closed to the tray. */
  lock_in_tray: z.boolean(),
  /** Whether names, models and usage may be read over REST and from the command line while the vault is locked. */
  reads_while_locked: z.boolean(),
  /** Whether a provider without a stored key uses the variable that its tools look into. */
  environment_keys: z.boolean(),
  /** Ask once a day whether there is a newer version. */
  update_check: z.boolean(),
  audit_kept_years: AuditKeptYears,
  /** How often a backup is made by itself, in backups/, while the window or `serve` runs. */
  backup_schedule: BackupSchedule,
  /** Whether the window has asked, once, to make a recovery copy of the master key. */
  recovery_copy_asked: z.boolean(),
  /** Tell of keys, the master key too, that were set so many days ago or more; 0: never. */
  remind_after_days: RemindAfterDays,
})
export type Settings = z.infer<typeof Settings>
/** What only its owner in person chooses: a program with a token must not have its own traces removed. */
export const ownersSettings = ['audit_kept_years'] as const
export const SettingsPatch = z.strictObject(Settings.omit({ audit_kept_years: true }).partial().shape)
export type SettingsPatch = z.infer<typeof SettingsPatch>

/** The one place of every setting's default. */
export const defaultSettings: Settings = {
  theme: 'system',
  listener_port: 5625,
  listener_at_start: false,
  start_at_login: false,
  close_to_tray: 'ask',
  lock_after_minutes: 10,
  lock_with_screen: true,
  lock_in_tray: false,
  reads_while_locked: false,
  environment_keys: false,
  update_check: false,
  audit_kept_years: 0,
  backup_schedule: 'daily',
  recovery_copy_asked: false,
  remind_after_days: 0,
}

export const Problem = z.object({
  detail: z.string(),
  code: z.string(),
  hint: z.string().optional(),
})

/** Where the master key came from. */
export const KeySourceName = z.enum(['key_file', 'environment', 'env_file', 'keychain', 'file', 'command'])
export type KeySourceName = z.infer<typeof KeySourceName>

export const Status = z.object({
  version: z.string(),
  updates: z.object({
    /** Whom a look for a newer version would ask; null where this build knows of nobody. */
    host: z.string().nullable(),
    /** What was answered last in this run. */
    known: UpdateAnswer.nullable(),
  }),
  /** Answered to the desktop window: it has a clipboard, a tray and a login item. */
  desktop: z.boolean(),
  vault: z.object({
    path: z.string(),
    /** What `start-over` asks to be typed. */
    name: z.string(),
    state: z.enum(['open', 'read_only', 'locked', 'closed']),
    problem: Problem.nullable(),
    format: z.int(),
    /** Made by this very start: nothing is in it yet but the catalog. */
    is_new: z.boolean(),
    providers: z.int(),
    keys: z.int(),
    unreadable_keys: z.int(),
  }),
  master_key: z.object({
    source: KeySourceName.nullable(),
    place: z.string().nullable(),
    /** A keyed hash of the master key: tells two apart and gives nothing away. */
    fingerprint: z.string().nullable(),
    expected_fingerprint: z.string().nullable(),
    /** When it became this vault's; null where that is not known. */
    since: Timestamp.nullable(),
    /** The last recovery copy; null where there is none. One that is not `current` was made of another master key. */
    recovery_copy: z.object({ at: Timestamp, current: z.boolean() }).nullable(),
  }),
  lock: LockStatus,
  catalog: z.object({ path: z.string(), problem: z.string().nullable() }),
  /** The backups that Latchkey makes by itself; null where the vault cannot be read. */
  backup: BackupStatus.nullable(),
  /** Whether keys of the environment stand in, and which do: those of the process that answers this. */
  environment: z.object({
    on: z.boolean(),
    keys: z.array(z.object({ provider: z.string(), variable: z.string() })),
  }),
  /** How providers are reached. */
  network: Network,
  /** Since when the tokens of all tools are paused; null where they are not. */
  tools_paused_at: z.iso.datetime().nullable(),
  listener: z.object({
    state: z.enum(['off', 'on', 'elsewhere']),
    address: z.string().nullable(),
    pid: z.int().nullable(),
    problem: Problem.nullable(),
    /** The token that tools use was made; only its hash is kept. */
    has_token: z.boolean(),
    /** Whether tools may use it; differs from `state` where the listener also carries this page. */
    tools_allowed: z.boolean(),
  }),
  /** What is as old as the settings say, or older; nothing of a vault that is not open. */
  reminders: z.object({
    after_days: RemindAfterDays,
    /** How many days the master key has been this vault's; null where that is not to be told of, or not known. */
    master_key_days: z.int().nullable(),
    /** The oldest first. */
    keys: z.array(
      z.object({
        provider_id: z.int(),
        name: z.string(),
        display_name: z.string(),
        /** Which of several keys; null where there is one. */
        label: z.string().nullable(),
        days: z.int(),
      }),
    ),
  }),
  /** Accesses were refused more often than by mistake, and nobody has looked yet. */
  refusals_to_see: z.boolean(),
  /** Sentences a person should know of: a key file beside the vault, a `.env` that is not read. */
  notes: z.array(z.string()),
})
export type Status = z.infer<typeof Status>

export const Job = z.object({ id: z.string(), kind: z.string(), done: z.int(), total: z.int() })
export type Job = z.infer<typeof Job>

export const Change = z.object({
  /** Changes whenever anything that an operation could answer differs; compare for equality only. */
  revision: z.string(),
  jobs: z.array(Job),
  lock: z.enum(['none', 'unlocked', 'locked']),
})
export type Change = z.infer<typeof Change>

/** A token, this once: only its hash is kept. */
export const FreshToken = z.object({ token: z.string() })

/** An export to be saved: the name that is proposed for the file, and what goes into it. */
export const SavedText = z.strictObject({
  name: z.string().regex(/^[\w-][\w.-]{0,99}$/, { error: 'Propose a plain file name.' }),
  text: z.string().max(64 * 1024 * 1024, { error: 'At most 64 MiB can be saved.' }),
})

/** What start-over did: the copy it kept, and the providers whose keys must be entered again. */
export const StartOverResult = z.object({
  copy: z.string(),
  /** What was kept of the backup passphrase was under the lost key, and is gone: scheduled backups need it set again. */
  backup_passphrase_dropped: z.boolean(),
  keys_to_enter_again: z.array(
    z.object({
      name: z.string(),
      display_name: z.string(),
      key_url: z.string().nullable(),
      /** Those of its keys that were dropped. */
      labels: z.array(z.string()),
    }),
  ),
})

/** A row another program wrote, opened once so that its owner can decide. */
export const Adoptable = z.object({ name: z.string(), display_name: z.string(), base_url: z.string().nullable() })
