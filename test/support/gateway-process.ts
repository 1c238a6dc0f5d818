// The gateway in a process of its own, for what is measured from outside: `node gateway-process.ts` with an IPC channel.
// Each message { provider } adds one; `memory` answers what the process holds, after a collection where it may.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { actorOf } from '../../src/core/actor.ts'
import { generateFernetKey } from '../../src/core/crypto/fernet.ts'
import { catalogInUse } from '../../src/core/catalog/catalog-in-use.ts'
import { EnvironmentKeys } from '../../src/core/environment/environment-keys.ts'
import { Endings } from '../../src/core/gateway/endings.ts'
import { HealthNotes } from '../../src/core/gateway/health-notes.ts'
import { KeyTurns } from '../../src/core/gateway/key-turns.ts'
import { createGateway } from '../../src/core/gateway/gateway.ts'
import { Upstreams } from '../../src/core/gateway/upstreams.ts'
import { vaultPorts } from '../../src/core/gateway/vault-ports.ts'
import { startListener } from '../../src/core/http/listener.ts'
import { hashToken, newToken, sameHash } from '../../src/core/http/token.ts'
import { createLog } from '../../src/core/log.ts'
import { openCore } from '../../src/core/open-core.ts'
import { TokenBook } from '../../src/core/token-book.ts'
import type { NewProvider } from '../../src/shared/schemas.ts'

export interface Ready {
  address: string
  token: string
}

export type Question = { add: NewProvider } | { ask: 'memory' }

export interface Memory {
  rss: number
  /** Of user and system, in microseconds. */
  cpu: number
}

const folder = mkdtempSync(join(tmpdir(), 'latchkey-process-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
process.on('disconnect', () => process.exit(0))

const log = createLog({ level: process.env['LATCHKEY_TEST_LOG'] === 'info' ? 'info' : 'silent' })
const core = await openCore({
  env: { LATCHKEY_HOME: join(folder, 'home') },
  cwd: folder,
  log,
  environmentKey: generateFernetKey(),
})
const token = newToken()
const tokenHash = hashToken(token)
const { vault } = core
const catalog = catalogInUse(core.places)
const endings = new Endings({ vault, catalog, log })
const turns = new KeyTurns(new HealthNotes({ vault, log }).add)
const environment = new EnvironmentKeys({ vault, catalog, env: {} })
const ports = vaultPorts({ vault, environment, tokens: new TokenBook(vault), endings, turns, catalog, log })
if (process.argv.includes('--unrecorded')) ports.beforeUse = async () => undefined
const gateway = createGateway({ vault, upstreams: new Upstreams(), ports, log })
const listener = await startListener(
  {
    call: () => Promise.reject(new Error('there is no REST here')),
    revision: () => '',
    identify: (hash) => (sameHash(hash, tokenHash) ? { kind: 'admin', name: 'test' } : undefined),
    log,
    mounts: gateway.mounts,
  },
  { port: 0 },
)
const api = core.apiFor(actorOf('cli'))

process.on('message', (question: Question) => {
  if ('add' in question) {
    api.createProvider(question.add).then(
      () => process.send?.({ added: question.add.name }),
      (cause: unknown) => process.send?.({ failed: String(cause) }),
    )
  } else {
    globalThis.gc?.()
    const { user, system } = process.cpuUsage()
    process.send?.({ rss: process.memoryUsage().rss, cpu: user + system } satisfies Memory)
  }
})
process.send?.({ address: listener.address, token } satisfies Ready)
