import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls'

/** Whose certificates are believed: the list that comes with Node, and what the owner adds. */
export interface Trust {
  /** PEM text of the owner's own authorities. */
  extra?: string | undefined
  /** The operating system's store too. */
  system?: boolean | undefined
}

/**
 * Reads the authorities once, since that takes as long as many requests. Naming them is also what keeps
 * NODE_EXTRA_CA_CERTS out: it only adds to the default list.
 */
export function secureContextOf({ extra, system = false }: Trust): SecureContext {
  const ca = [...getCACertificates('bundled')]
  if (system) ca.push(...getCACertificates('system'))
  if (extra !== undefined) ca.push(extra)
  return createSecureContext({ ca })
}
