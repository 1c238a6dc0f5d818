// The places that Latchkey may write the master key to: its own key file, its entry in the keychain, and the line of
// `.env` in its own folder. What the owner made (a key file, an environment, a command) is the owner's to change.
import { closeSync, fsyncSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { appError } from '../../shared/errors.ts'
import type { Places } from '../places.ts'
import {
  ensurePrivateFolder,
  lookAt,
  readSmallFile,
  reason,
  syncFolder,
  unwritable,
  writePrivateFile,
  type OnStep,
  type Warn,
} from '../private-files.ts'
import type { KeySource, WritableKeySource } from './key-source.ts'
import { keychainSource, type KeychainOptions } from './keychain.ts'

const LIMIT = 64 * 1024
/** As `writePrivateFile` names what is not in place yet. */
const DRAFT = /^\.[0-9a-f]{12}\.tmp$/
const LINE = /^[ \t]*(?:export[ \t]+)?ENCRYPTION_KEY[ \t]*=.*(?:\r?\n|$)/gm

export interface WritingOptions {
  places: Places
  session?: KeychainOptions | undefined
  warn: Warn
  onStep?: OnStep | undefined
}

/** The same source with the right to write to it; undefined where it is not Latchkey's own. */
export function writableSource(source: KeySource, options: WritingOptions): WritableKeySource | undefined {
  const { places, session, warn, onStep } = options
  if (source.name === 'file') {
    return {
      ...source,
      async write(text) {
        ensurePrivateFolder(places.config, warn)
        writePrivateFile(source.place, `${text}\n`, { onStep })
      },
      async remove() {
        wipeFile(source.place, onStep)
      },
    }
  }
  if (source.name === 'env_file' && source.place === places.env_file) return ownEnvFile(source, options)
  if (source.name !== 'keychain' || session === undefined) return undefined
  const entry = keychainSource(source.place, session)
  return (
    entry && {
      ...entry,
      async write(text) {
        onStep?.(`write ${source.place}`)
        await entry.write(text)
      },
      async remove() {
        onStep?.(`remove ${source.place}`)
        await entry.remove()
      },
    }
  )
}

/** Other lines of the file are other programs' and stay as they are. */
function ownEnvFile(source: KeySource, { onStep }: WritingOptions): WritableKeySource {
  const path = source.place
  const rest = (): string => textOf(path).replaceAll(LINE, '')
  const put = (text: string): void => void writePrivateFile(path, text, { onStep })
  return {
    ...source,
    async write(text) {
      const others = rest()
      put(`${others}${others === '' || others.endsWith('\n') ? '' : '\n'}ENCRYPTION_KEY=${text}\n`)
    },
    async remove() {
      if (lookAt(path) === undefined) return
      const others = rest()
      if (others.trim() === '') return wipeFile(path, onStep)
      put(others)
    },
  }
}

function textOf(path: string): string {
  try {
    return readSmallFile(path, LIMIT)?.bytes.toString('utf8') ?? ''
  } catch (cause) {
    throw appError('key_file_unreadable', { path, what: reason(cause) }, { cause })
  }
}

/** Wipes what a process that was killed while it wrote the key left beside it. For who holds the lock on the key. */
export function wipeKeyDrafts({ places, onStep }: Pick<WritingOptions, 'places' | 'onStep'>): void {
  for (const path of [places.master_key_file, places.env_file]) {
    if (lookAt(dirname(path)) === undefined) continue
    const drafts = readdirSync(dirname(path)).filter(
      (name) => name.startsWith(basename(path)) && DRAFT.test(name.slice(basename(path).length)),
    )
    for (const name of drafts) wipeFile(join(dirname(path), name), onStep)
  }
}

/** Writes zeros over the file before it goes; what a disk keeps of earlier writes is beyond any program. */
function wipeFile(path: string, onStep: OnStep | undefined): void {
  const stats = lookAt(path)
  if (stats === undefined) return
  onStep?.(`remove ${path}`)
  try {
    if (stats.isFile()) {
      const file = openSync(path, 'r+')
      try {
        writeSync(file, Buffer.alloc(stats.size), 0, stats.size, 0)
        fsyncSync(file)
      } finally {
        closeSync(file)
      }
    }
    rmSync(path)
    syncFolder(dirname(path))
  } catch (cause) {
    throw unwritable(path, cause)
  }
}
