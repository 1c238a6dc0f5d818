// Runs a TypeScript file of this project: `node scripts/run.mjs FILE …`. Plain JavaScript, so that a Node that is too
// old for the rest still says so in a sentence: better-sqlite3 13 ends Node 20 with a segmentation fault and no word.
import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const [file = '', ...args] = process.argv.slice(2)
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major < 22 || (major === 22 && minor < 12)) {
  console.error(
    `Node ${process.versions.node} is too old: Latchkey needs 22.12 or newer. "npm install" brings a Node of its own ` +
      'where install scripts may run; else install Node 24 and try again.',
  )
  process.exitCode = 1
} else if (process.features.typescript) {
  process.argv.splice(1, 2, resolve(file))
  await import(pathToFileURL(resolve(file)).href)
} else {
  // Before 22.18 types are stripped only where a flag asks for it.
  const flags = ['--experimental-strip-types', '--disable-warning=ExperimentalWarning']
  const child = spawn(process.execPath, [...flags, resolve(file), ...args], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.once('close', (code, signal) => {
    process.exitCode = code ?? (signal === null ? 1 : 128)
  })
}
