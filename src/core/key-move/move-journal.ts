// From where to where the master key is being moved. Written before the new place and taken away after the old one is
// wiped, so that a move that was killed leaves no copy of the key behind for good.
import { rmSync } from 'node:fs'
import { z } from 'zod'
import { KeySourceName } from '../../shared/schemas.ts'
import { checkPrivateFile, ensurePrivateFolder, readSmallFile, writePrivateFile } from '../private-files.ts'
import type { KeyCustody } from '../key-custody.ts'

const Place = z.strictObject({ source: KeySourceName, place: z.string() })
const Journal = z.strictObject({ from: z.array(Place), to: Place })
export type MoveJournal = z.infer<typeof Journal>

type Here = Pick<KeyCustody, 'places' | 'warn' | 'onStep'>

export function writeJournal({ places, warn, onStep }: Here, journal: MoveJournal): void {
  ensurePrivateFolder(places.config, warn)
  writePrivateFile(places.key_move_file, `${JSON.stringify(Journal.parse(journal))}\n`, { onStep })
}

/** The move that was begun and not ended; undefined where there is none, or none that can be read. */
export function readJournal({ places, warn }: Here): MoveJournal | undefined {
  if (!checkPrivateFile(places.key_move_file, warn)) return undefined
  const text = readSmallFile(places.key_move_file, 16_384)?.bytes.toString('utf8') ?? ''
  try {
    return Journal.parse(JSON.parse(text))
  } catch {
    // It is written whole or not at all: this one is not ours, and names nothing to be wiped.
    return undefined
  }
}

export function removeJournal({ places, onStep }: Here): void {
  onStep?.(`remove ${places.key_move_file}`)
  rmSync(places.key_move_file, { force: true })
}
