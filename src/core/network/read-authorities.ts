import { X509Certificate } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { appError } from '../../shared/errors.ts'
import { readSmallFile, reason } from '../private-files.ts'

const LIMIT = 1024 * 1024
const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g

/** The certificates in a PEM file, and nothing else of it. Throws `certificates_unreadable`. */
export function readAuthorities(path: string): string {
  try {
    const text = readSmallFile(realpathSync(path), LIMIT, false)?.bytes.toString('latin1') ?? ''
    const blocks = text.match(BLOCK) ?? []
    if (blocks.length === 0) throw new Error('it holds no certificate in PEM')
    return blocks.map((block) => checked(block).toString()).join('')
  } catch (cause) {
    throw appError('certificates_unreadable', { path, what: reason(cause) }, { cause })
  }
}

function checked(block: string): X509Certificate {
  let certificate: X509Certificate
  try {
    certificate = new X509Certificate(block)
  } catch {
    throw new Error('one of its certificates is damaged')
  }
  if (!certificate.ca) throw new Error('one of its certificates is not that of an authority')
  return certificate
}
