// Changes a vault and is killed before the log reaches the file.
import { actorOf } from '../../../src/core/actor.ts'
import { openVaultForWriting } from '../../../src/core/store/sqlite/sqlite-vault-file.ts'

const file = await openVaultForWriting(process.argv[2] ?? '', { warn: () => {} })
const facts = { display_name: 'x', base_url: null, dialect: 'openai', auth: 'bearer', key: null } as const
await file.store.insertProvider({ name: 'only-in-log', ...facts }, [], actorOf('cli'))
process.kill(process.pid, 'SIGKILL')
