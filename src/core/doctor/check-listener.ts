import { readdirSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { findListener } from '../http/listener-file.ts'
import type { Places } from '../places.ts'
import { isOpenToOthers, lookAt } from '../private-files.ts'
import { fine, mendable, type Finding } from './finding.ts'

/** Younger drafts may be another process's that is just at work. */
const DRAFT_AGE_MS = 60_000

/** Whether listener.json tells of a listener that runs. */
export function checkListener(places: Places, fix: boolean): Finding[] {
  const lock = lookAt(places.listener_lock)
  // Looking at the lock would mend its mode, which is for --fix alone; checkModes has told of it.
  if (lock !== undefined && isOpenToOthers(lock)) return []
  const found = findListener(places, () => undefined)
  if (found !== undefined) {
    const { about } = found
    return [
      fine(`A listener runs${about === null ? '' : ` at http://127.0.0.1:${about.port} (process ${about.pid})`}.`),
    ]
  }
  if (lookAt(places.listener_file) === undefined) return [fine('No listener runs.')]
  const detail = `${places.listener_file} tells of a listener that no longer runs`
  return [mendable(fix, detail, () => rmSync(places.listener_file, { force: true }))]
}

/** Files of a process that was killed in the middle of writing. Drafts of a master key are left to their owner. */
export function checkDrafts(places: Places, fix: boolean): Finding[] {
  const drafts = [
    ...draftsOf(places.vault, /^\.new-[0-9a-f]{12}(-wal|-shm|-journal)?$/),
    ...draftsOf(places.listener_file, /^\.[0-9a-f]{12}\.tmp$/),
  ]
  return drafts.map((path) =>
    mendable(fix, `${path} was left behind by a process that was stopped`, () => rmSync(path, { force: true })),
  )
}

function draftsOf(path: string, ending: RegExp): string[] {
  const name = basename(path)
  return readdirSync(dirname(path))
    .filter((file) => file.startsWith(name) && ending.test(file.slice(name.length)))
    .map((file) => join(dirname(path), file))
    .filter((file) => Date.now() - (lookAt(file)?.mtimeMs ?? Date.now()) > DRAFT_AGE_MS)
}
