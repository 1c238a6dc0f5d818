// What stands on paper: the master key itself, for the day it is lost.

interface PaperCopy {
  /** The path of the vault. */
  vault: string
  key: string
  fingerprint: string
}

/** The page, a line each. */
export function paperLines({ vault, key, fingerprint }: PaperCopy, now = new Date()): string[] {
  return [
    'Latchkey recovery copy: the master key itself',
    `Vault        ${vault}`,
    `Fingerprint  ${fingerprint}`,
    `Printed      ${now.toISOString().slice(0, 10)}`,
    '',
    `  ${inGroups(key)}`,
    '',
    'If the master key is lost, run latchkey restore-key and type it; spaces do not matter.',
  ]
}

/** Four at a time, as a person reads and types them. */
function inGroups(key: string): string {
  return key
    .split(',')
    .map((one) => one.replaceAll(/.{4}(?=.)/g, '$& '))
    .join(' , ')
}
