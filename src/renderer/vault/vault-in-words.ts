import type { Status } from '../../shared/schemas.ts'
import { strings } from '../strings.ts'

type Problem = NonNullable<Status['vault']['problem']>

const { vault } = strings
const headings: Partial<Record<string, string>> = {
  encryption_key_wrong: vault.wrongTitle,
  encryption_key_missing: vault.missingTitle,
  encryption_key_malformed: vault.malformedTitle,
  database_too_new: vault.newerTitle,
  database_damaged: vault.damagedTitle,
  database_foreign: vault.foreignTitle,
}

/** The one heading of the screen. */
export const headingOf = ({ code }: Problem): string => headings[code] ?? vault.otherTitle

/** What holds now: counts, and that nothing was changed. */
export function sayState({ vault: { problem, keys, providers, state } }: Status): string {
  // Its hint says how many keys wait, and where their master key came from last.
  if (problem?.code === 'encryption_key_missing' && problem.hint !== undefined) return problem.hint
  if (state === 'read_only' && problem?.code === 'encryption_key_wrong') return vault.readOnly(providers, keys)
  const sentence = `${problem?.detail ?? ''}.`.replace(/\.\.$/, '.')
  return problem?.hint === undefined ? sentence : `${sentence} ${problem.hint}`
}

/** The same facts as text, for asking somebody; no key and no name of a provider is in it. */
export function detailsToCopy({ version, vault: file, master_key, catalog }: Status): string {
  return [
    `Latchkey ${version}`,
    `problem: ${file.problem?.code ?? 'none'}: ${file.problem?.detail ?? ''}`,
    `vault: ${file.path}, format ${file.format}, ${file.state}`,
    `providers: ${file.providers}, keys: ${file.keys}, unreadable: ${file.unreadable_keys}`,
    `master key from: ${master_key.source ?? 'no source'} ${master_key.place ?? ''}`,
    `fingerprint: ${master_key.fingerprint ?? 'none'}, expected: ${master_key.expected_fingerprint ?? 'unknown'}`,
    `catalog: ${catalog.path}`,
  ].join('\n')
}
