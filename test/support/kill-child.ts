// A process that ends itself by SIGKILL at a given step of an act: `node kill-child.ts HOME ACT STEP`. It says "done" and
// exits with 0 where the act has fewer steps. A step is a statement that changes something, or one of a file.
import { join } from 'node:path'
import type { Api } from '../../src/shared/contract.ts'
import { actorOf } from '../../src/core/actor.ts'
import { generateFernetKey } from '../../src/core/crypto/fernet.ts'
import { createLog } from '../../src/core/log.ts'
import { openCore } from '../../src/core/open-core.ts'
import { openForWriting } from '../../src/core/store/sqlite/database.ts'
import { migrate } from '../../src/core/store/sqlite/migrate.ts'
import { migrations } from '../../src/core/store/sqlite/migrations.ts'

const [home = '', act = '', last = '0'] = process.argv.slice(2)
const environmentKey = process.env['TEST_MASTER_KEY']
let counting = act === 'open' || act === 'migrate'
let left = Number(last)

function onStep(step: string): void {
  if (!counting || /^\s*(SELECT|PRAGMA (?!user_version =|application_id =|journal_mode))/i.test(step)) return
  left -= 1
  if (left === 0) process.kill(process.pid, 'SIGKILL')
}

/** Formats that may come: what an upgrade is made of, before there is one. */
const later = [
  "ALTER TABLE setting ADD COLUMN note TEXT; INSERT INTO setting (name, value) VALUES ('from', '2')",
  'CREATE TABLE later (id INTEGER PRIMARY KEY) STRICT; INSERT INTO later VALUES (1); DELETE FROM token',
]
if (act === 'migrate') {
  const db = openForWriting(join(home, 'vault.db'), onStep)
  migrate(db, [...migrations, ...later])
  db.close()
  process.stdout.write('done\n')
  process.exit()
}

const core = await openCore({
  env: { LATCHKEY_HOME: home },
  cwd: home,
  log: createLog({ level: 'silent' }),
  environmentKey: environmentKey === '' ? undefined : environmentKey,
  onStep,
})
const acts: Record<string, (api: Api) => Promise<unknown>> = {
  open: async () => undefined,
  create: (api) =>
    api.createProvider({
      name: 'acme',
      display_name: 'Acme',
      base_url: 'https://acme.test/v1',
      api_key: 'k-acme',
      models: ['a', 'b'],
    }),
  update: (api) => api.updateProvider({ provider_id: 1, display_name: 'Changed', api_key: 'k-changed' }),
  'remove key': (api) => api.removeApiKey({ provider_id: 1 }),
  'delete provider': (api) => api.deleteProvider({ provider_id: 3 }),
  'add model': (api) => api.addModel({ provider_id: 1, name: 'new-model', display_name: 'New' }),
  'delete model': (api) => api.deleteModel({ model_id: 1 }),
  settings: (api) => api.updateSettings({ theme: 'dark', listener_at_start: true }),
  token: (api) => api.makeListenerToken({}),
  'start over': (api) => api.startOver({ vault_name: core.vault.name }),
  /** Changes until it is killed from outside, telling each change that was answered. */
  load: async (api) => {
    // Ends by itself where nobody kills it.
    for (let n = 0; n < 1_000; n += 1) {
      const name = `p-${n}`
      const key = `${name}-${generateFernetKey().slice(0, 20)}`
      const { id } = await api.createProvider({ name, display_name: name, api_key: key, models: ['m'] })
      process.stdout.write(`created ${name} ${key}\n`)
      if (n % 3 === 0) {
        await api.deleteProvider({ provider_id: id })
        process.stdout.write(`deleted ${name}\n`)
      }
    }
  },
}
const api = core.apiFor(actorOf('cli'))
counting = true
await acts[act]?.(api)
counting = false
await core.close()
process.stdout.write('done\n')
