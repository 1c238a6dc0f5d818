// Stands where Electron's binary would: node main.ts APP_FOLDER [arguments]
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { app, setAppRoot } from './app.ts'
import { answerTests } from './control.ts'

process.argv.splice(1, 1)
const root = resolve(process.argv[1] ?? '.')
setAppRoot(root)

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron'
      ? { url: new URL('electron.ts', import.meta.url).href, format: 'module-typescript', shortCircuit: true }
      : next(specifier, context),
})

answerTests()
const { main } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8')) as { main: string }
await import(pathToFileURL(resolve(root, main)).href)
await app.becomeReady()
