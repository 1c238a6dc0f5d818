// The place that a master key moves to, and how it gets there.
import { renameSync } from 'node:fs'
import { dirname } from 'node:path'
import { appError, isAppError, type AppError } from '../../shared/errors.ts'
import type { MoveMasterKey } from '../../shared/master-key-schemas.ts'
import { commandSource, writeKeyCommand, type CommandSource } from '../crypto/command-source.ts'
import type { KeySource, WritableKeySource } from '../crypto/key-source.ts'
import { ownEnvSource, recordedKeySource } from '../crypto/key-sources.ts'
import { newKeychainSource, type KeychainOptions } from '../crypto/keychain.ts'
import { plainKeyringWith } from '../crypto/plain-keyring.ts'
import { writableSource } from '../crypto/writable-sources.ts'
import type { KeyCustody } from '../key-custody.ts'
import { lookAt, syncFolder, unwritable } from '../private-files.ts'
import { assertHolds, holds, isSame, isWrapped, notMoved } from './held-key.ts'

export interface NewPlace {
  source: KeySource
  /** Puts the key there; absent where it has to be there already. */
  write?: (text: string) => Promise<void>
  /** Takes back what `write` did. */
  undo?: () => Promise<void>
}

/** Finds the place, without putting anything there. Throws where the key is there already, or cannot be. */
export async function newPlaceFor(custody: KeyCustody, destination: MoveMasterKey, text: string): Promise<NewPlace> {
  const { source, places } = custody
  if (destination.command !== undefined) return commandPlace(custody, destination.command, text)
  if (destination.to === 'keychain') return keychainPlace(custody)
  if (destination.to === 'env' && source.name === 'environment') return { source }
  const target = own(custody, destination.to === 'file' ? fileSource(custody) : ownEnvSource(places))
  if (isSame(source, target)) throw already(source)
  return destination.to === 'file' ? filePlace(custody, target) : writtenTo(target)
}

function fileSource({ places, given }: KeyCustody): KeySource | undefined {
  return recordedKeySource('file', null, places, given.session)
}

function own(custody: KeyCustody, source: KeySource | undefined): WritableKeySource {
  const writable = source && writableSource(source, { ...custody, session: custody.given.session })
  if (writable === undefined) throw appError('internal', undefined, { cause: new Error('a place of our own is not') })
  return writable
}

function writtenTo(target: WritableKeySource): NewPlace {
  return { source: target, write: (text) => target.write(text), undo: () => target.remove() }
}

/** Asked before it is kept: what it prints decides. */
async function commandPlace(custody: KeyCustody, argv: string[], text: string): Promise<NewPlace> {
  const { given, places, row, onStep } = custody
  const source: CommandSource = commandSource(argv, { env: given.session?.env ?? {} })
  await assertHolds(source, row.master_key_id, text)
  const write = async (): Promise<void> => {
    onStep?.(`write ${places.key_command_file}`)
    writeKeyCommand(places.key_command_file, argv)
  }
  return { source, write }
}

async function keychainPlace(custody: KeyCustody): Promise<NewPlace> {
  const { source, given, places } = custody
  if (source.name === 'keychain') throw already(source)
  if (given.session === undefined) throw notMoved('the keychain', 'none answers here')
  const session: KeychainOptions = given.session
  const entry = own(custody, newKeychainSource(places.data, session))
  const write = async (text: string): Promise<void> => {
    await entry.write(text).catch((cause: unknown) => {
      if (!isAppError(cause) || cause.code !== 'keychain_unavailable') throw cause
      throw notMoved('the keychain', 'none answers here, or it is locked', cause)
    })
    const plain = isWrapped(text) ? undefined : await plainKeyringWith(text, session.env)
    if (plain === undefined) return
    throw notMoved('the keychain', `it would keep it unencrypted, in ${plain}`)
  }
  const undo = (): Promise<void> =>
    entry.remove().catch((cause: unknown) => {
      // A keychain that did not answer has kept nothing.
      if (!isAppError(cause)) throw cause
    })
  return { source: entry, write, undo }
}

/** A key file of another vault, or an older one, may be all that opens a copy: it is set aside. */
async function filePlace({ row }: KeyCustody, target: WritableKeySource): Promise<NewPlace> {
  if (lookAt(target.place) === undefined || (await holds(target, row.master_key_id))) return writtenTo(target)
  const aside = `${target.place}.before-move-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`
  return {
    source: target,
    async write(text) {
      rename(target.place, aside)
      await target.write(text)
    },
    async undo() {
      if (lookAt(aside) !== undefined) rename(aside, target.place)
    },
  }
}

function rename(from: string, to: string): void {
  try {
    renameSync(from, to)
    syncFolder(dirname(to))
  } catch (cause) {
    throw unwritable(to, cause)
  }
}

function already({ place }: KeySource): AppError {
  return appError('not_allowed', { what: `The master key is there already: ${place}` })
}
