// A recovery copy: the wrapped master key below lines that say what the file is. Those lines are for the person who finds
// it after years; nothing is taken from them but the number of the form.
import { appError } from '../../shared/errors.ts'
import { MalformedKey } from '../crypto/fernet.ts'
import { KeyRing } from '../crypto/master-key.ts'
import { isWrappedKey, WrappingKey, wrappedKeyFacts } from '../crypto/wrapped-key.ts'

const FORM = 1
const FIRST_LINE = /^# Latchkey recovery copy, form (\d+)/
/** How the text is called where it is damaged. */
const PLACE = 'the recovery copy'

/** The text of the file. Throws as `WrappingKey.wrap` does. */
export function recoveryText(keyText: string, wrapping: WrappingKey, vaultName: string, now = new Date()): string {
  const wrapped = wrapping.wrap(keyText, now)
  const { master_key_id } = wrappedKeyFacts(wrapped, PLACE)
  return [
    `# Latchkey recovery copy, form ${FORM}: the master key ${master_key_id} of the vault ${JSON.stringify(vaultName)}, ${now.toISOString().slice(0, 10)}.`,
    '# It opens with the passphrase it was made with, and with nothing else. Where the master key is lost:',
    '#   latchkey restore-key THIS-FILE',
    wrapped,
    '',
  ].join('\n')
}

/** What a person proposes to bring back: a file with its passphrase, or the master key itself, as it was printed. */
export interface GivenCopy {
  text: string
  passphrase?: string | undefined
}

/**
 * The master key in a recovery copy of the vault with this key id, as it goes into the key's place. Throws
 * `recovery_copy_damaged`, `recovery_copy_newer`, `recovery_copy_foreign`, `passphrase_needed` or `passphrase_wrong`.
 */
export async function openRecoveryCopy({ text, passphrase }: GivenCopy, needed: string | null): Promise<string> {
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/)
  const form = Number(FIRST_LINE.exec(lines[0] ?? '')?.[1] ?? FORM)
  if (form > FORM) throw appError('recovery_copy_newer', undefined)
  const body = lines.filter((line) => !line.startsWith('#')).join('\n')
  const keyText = isWrappedKey(body) ? await unwrapped(body, passphrase, needed) : body.replaceAll(/\s/g, '')
  assertOpens(keyText, needed)
  return keyText
}

/** Whether it takes a passphrase to open this text. */
export function asksForPassphrase(text: string): boolean {
  return text.split('\n').some((line) => isWrappedKey(line))
}

async function unwrapped(body: string, passphrase: string | undefined, needed: string | null): Promise<string> {
  const { master_key_id } = factsOf(body)
  // Said before anybody is asked for a passphrase, and before scrypt takes its time.
  if (master_key_id !== needed) throw appError('recovery_copy_foreign', { found: master_key_id, needed })
  if (passphrase === undefined || passphrase === '') throw appError('passphrase_needed', undefined)
  const { key, wrapping } = await WrappingKey.open(body.trim(), passphrase, PLACE)
  wrapping.destroy()
  try {
    return key.toString('utf8')
  } finally {
    key.fill(0)
  }
}

function factsOf(body: string): { master_key_id: string } {
  try {
    return wrappedKeyFacts(body, PLACE)
  } catch (cause) {
    throw appError('recovery_copy_damaged', undefined, { cause })
  }
}

/** By the check value, whatever the file says of itself. */
function assertOpens(keyText: string, needed: string | null): void {
  let ring: KeyRing
  try {
    ring = KeyRing.parse(keyText)
  } catch (cause) {
    if (cause instanceof MalformedKey) throw appError('recovery_copy_damaged', undefined, { cause })
    throw cause
  }
  ring.destroy()
  if (needed === null || !ring.has(needed)) throw appError('recovery_copy_foreign', { found: ring.currentId, needed })
}
