// Numbered and append-only: a migration that has shipped is never edited, a later one mends it.

/** The SQL that takes a vault from format N to N + 1, at index N. */
export const migrations: readonly string[] = [
  // 1: provider and model are the origin system's tables and what Latchkey adds; a row another program inserts
  // with the origin's columns alone is a complete custom provider.
  `
  CREATE TABLE provider (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    base_url TEXT,
    dialect TEXT NOT NULL DEFAULT 'openai',
    auth TEXT NOT NULL DEFAULT 'bearer',
    api_key_encrypted TEXT,
    key_id TEXT,
    binding TEXT,
    master_key_id TEXT,
    is_predefined INTEGER NOT NULL DEFAULT 0,
    catalog_entry TEXT,
    edited TEXT NOT NULL DEFAULT '[]',
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
  ) STRICT;

  CREATE TABLE model (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    provider_id INTEGER NOT NULL REFERENCES provider (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    display_name TEXT NOT NULL,
    from_catalog INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    UNIQUE (provider_id, name)
  ) STRICT;

  -- What the person deleted of the catalog; an empty model_name stands for the provider itself.
  CREATE TABLE deleted (
    provider_name TEXT NOT NULL,
    model_name TEXT NOT NULL,
    PRIMARY KEY (provider_name, model_name)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE token (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    prefix TEXT NOT NULL,
    sha256 BLOB NOT NULL UNIQUE,
    created_at TEXT NOT NULL
  ) STRICT;

  CREATE TABLE audit (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    door TEXT NOT NULL,
    caller TEXT,
    os_user TEXT NOT NULL,
    pid INTEGER NOT NULL,
    act TEXT NOT NULL,
    provider TEXT,
    detail TEXT NOT NULL DEFAULT '{}'
  ) STRICT;

  -- One row: the check value (id of the master key), where that key came from, and the catalog last merged.
  CREATE TABLE vault (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    master_key_id TEXT,
    key_source TEXT,
    key_place TEXT,
    catalog_digest TEXT,
    lock_epoch INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL
  ) STRICT;
  INSERT INTO vault (id, created_at) VALUES (1, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'));
  `,
  // 2: what a tool's token may use, and each use of a key. A name is free again once its token is revoked.
  `
  CREATE TABLE token_2 (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    prefix TEXT NOT NULL,
    sha256 BLOB NOT NULL UNIQUE,
    providers TEXT,
    models TEXT,
    requests_per_minute INTEGER,
    expires_at TEXT,
    created_at TEXT NOT NULL,
    revoked_at TEXT
  ) STRICT;
  INSERT INTO token_2 (id, name, kind, prefix, sha256, created_at)
    SELECT id, name, kind, prefix, sha256, created_at FROM token;
  DROP TABLE token;
  ALTER TABLE token_2 RENAME TO token;
  CREATE UNIQUE INDEX token_name ON token (name) WHERE revoked_at IS NULL;

  -- at: milliseconds since 1970, so that a sliding minute is a subtraction. No key, prompt or answer is ever in it.
  CREATE TABLE key_use (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    token_id INTEGER,
    caller TEXT NOT NULL,
    provider TEXT NOT NULL,
    key_id TEXT,
    model TEXT,
    route TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    status INTEGER,
    outcome TEXT,
    first_byte_ms REAL,
    total_ms REAL
  ) STRICT;
  CREATE INDEX key_use_by_token ON key_use (token_id, at);
  `,
  // 3: what a use took and cost, in USD; null where the provider did not say, or no price is known.
  `
  ALTER TABLE key_use ADD COLUMN input_tokens INTEGER;
  ALTER TABLE key_use ADD COLUMN output_tokens INTEGER;
  ALTER TABLE key_use ADD COLUMN cached_tokens INTEGER;
  ALTER TABLE key_use ADD COLUMN cost REAL;
  CREATE INDEX key_use_by_time ON key_use (at);
  `,
  // 4: the audit trail as a chain; migrate.ts gives the rows there are their hashes.
  "ALTER TABLE audit ADD COLUMN hash TEXT NOT NULL DEFAULT ''",
  // 5: several keys for a provider. The first stays in provider; where it goes, the next takes its place, so a provider
  // without one has none at all. What a provider said to a key lies apart: it changes while the key does not.
  `
  ALTER TABLE provider ADD COLUMN key_label TEXT NOT NULL DEFAULT 'Key 1';
  ALTER TABLE provider ADD COLUMN key_enabled INTEGER NOT NULL DEFAULT 1;
  ALTER TABLE provider ADD COLUMN key_choice TEXT NOT NULL DEFAULT 'in_order';

  CREATE TABLE provider_key (
    provider_id INTEGER NOT NULL REFERENCES provider (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    api_key_encrypted TEXT NOT NULL,
    key_id TEXT NOT NULL UNIQUE,
    binding TEXT,
    master_key_id TEXT,
    label TEXT NOT NULL,
    enabled INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (provider_id, position)
  ) STRICT, WITHOUT ROWID;

  -- at, until: milliseconds since 1970.
  CREATE TABLE key_health (
    key_id TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    status INTEGER NOT NULL,
    at INTEGER NOT NULL,
    until INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX key_use_by_key ON key_use (key_id, at);
  `,
  // 6: tokens that `token print` made of a tool's token. Each counts as that one, so it has no name, limit or use of its own.
  `
  CREATE TABLE printed_token (
    sha256 BLOB PRIMARY KEY,
    token_id INTEGER NOT NULL,
    expires_at TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  // 7: limits in tokens and in USD, of tokens and of providers; when all tools were paused; which uses are an estimate.
  `
  ALTER TABLE token ADD COLUMN tokens_per_minute INTEGER;
  ALTER TABLE token ADD COLUMN spend_per_day REAL;
  ALTER TABLE token ADD COLUMN spend_per_month REAL;
  ALTER TABLE vault ADD COLUMN paused_at TEXT;
  ALTER TABLE key_use ADD COLUMN estimated INTEGER NOT NULL DEFAULT 0;

  CREATE TABLE provider_limit (
    provider_id INTEGER PRIMARY KEY REFERENCES provider (id) ON DELETE CASCADE,
    requests_per_minute INTEGER,
    tokens_per_minute INTEGER,
    spend_per_day REAL,
    spend_per_month REAL
  ) STRICT;

  -- What the rows of key_use come to by day of this machine's calendar, written with them: a month is summed up in a few
  -- rows however much was used. token_id: 0 where the token is in no vault. In the sum are estimates too; requests
  -- without a known cost are not.
  CREATE TABLE spend (
    day TEXT NOT NULL,
    token_id INTEGER NOT NULL,
    provider TEXT NOT NULL,
    cost REAL NOT NULL,
    estimated INTEGER NOT NULL,
    unpriced INTEGER NOT NULL,
    PRIMARY KEY (day, token_id, provider)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO spend
    SELECT strftime('%Y-%m-%d', at / 1000, 'unixepoch', 'localtime'), coalesce(token_id, 0), provider, total(cost), 0,
      count(*) FILTER (WHERE outcome IS NOT NULL AND cost IS NULL)
    FROM key_use GROUP BY 1, 2, 3;
  `,
  // 8: by what a person tells keys apart: at most four characters of one, kept when it is stored.
  `
  CREATE TABLE key_hint (
    key_id TEXT PRIMARY KEY,
    hint TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  // 9: what scrypt made of the backup passphrase, under the master key; and why a scheduled backup failed last, as JSON.
  `
  CREATE TABLE backup_key (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    key_encrypted TEXT NOT NULL,
    scrypt TEXT NOT NULL,
    binding TEXT NOT NULL,
    master_key_id TEXT NOT NULL,
    set_at TEXT NOT NULL
  ) STRICT;
  ALTER TABLE vault ADD COLUMN backup_problem TEXT;
  `,
  // 10: since when the master key is this vault's, as far as the trail tells; when its last recovery copy was made, and of
  // which key.
  `
  ALTER TABLE vault ADD COLUMN master_key_since TEXT;
  ALTER TABLE vault ADD COLUMN recovery_copy_at TEXT;
  ALTER TABLE vault ADD COLUMN recovery_copy_of TEXT;
  UPDATE vault SET master_key_since = (
    SELECT max(at) FROM audit WHERE act IN ('vault.create', 'vault.start_over')
      OR (act = 'master_key.rotate' AND json_valid(detail) AND detail ->> '$.from' <> detail ->> '$.to'));
  `,
]

/** The format from which on the audit trail is a chain. */
export const CHAINED = 4

/** The newest format this Latchkey reads and writes; it stands in `user_version`. */
export const FORMAT = migrations.length

/** Marks a file as a vault: the bytes of "Lkey", in SQLite's application_id. */
export const APPLICATION_ID = 0x4c_6b_65_79
