#!/usr/bin/env node
// The entry: takes the master key out of the environment, sees that Node is new enough, and only then loads the rest,
// because the database's native part ends an older Node with a crash and not with a sentence.
import '../core/crypto/take-environment-key.ts'
import module from 'node:module'
import { fileURLToPath } from 'node:url'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 12)) {
  process.stderr.write(
    `error: Latchkey needs Node 22.12 or newer, and this is Node ${process.versions.node}\n` +
      'hint: Install a newer Node from https://nodejs.org, or start it through npm, which brings its own: npm run latchkey\n',
  )
  process.exitCode = 1
} else {
  // What was compiled is kept beside the bundle and trusted like it: never in a folder of temporary files that others can
  // write to, and not at all where this user may not write beside the bundle.
  const beside = fileURLToPath(new URL('../code-cache', import.meta.url))
  if (import.meta.url.endsWith('.js')) module.enableCompileCache(beside)
  const { run } = await import('./run.ts')
  await run(process.argv.slice(2))
}
