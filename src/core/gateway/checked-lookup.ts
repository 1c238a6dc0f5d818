import { lookup as systemLookup, type LookupAddress } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { isLinkLocal } from '../../shared/address-rules.ts'

export type Resolve = (hostname: string, answer: (error: Error | null, addresses: LookupAddress[]) => void) => void

/** The address a name stands for is one that no key may travel to. */
export class ForbiddenAddress extends Error {
  override name = 'ForbiddenAddress'
}

const resolveBySystem: Resolve = (hostname, answer) => {
  // With an error Node answers no list at all, whatever its types say.
  systemLookup(hostname, { all: true }, (error, addresses) => answer(error, error === null ? addresses : []))
}

/**
 * A lookup for connections: what it checked is what is connected to, in the same breath. A name that is asked for
 * twice, once to check and once to connect, may answer differently the second time.
 */
export function checkedLookup(resolve: Resolve = resolveBySystem): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, (error, addresses) => {
      const refusal = error ?? addresses.map(({ address }) => forbidden(address)).find((found) => found !== undefined)
      const [first] = addresses
      if (refusal !== undefined || first === undefined) {
        callback(refusal ?? new Error(`${hostname} has no address`), '', 0)
      } else if (options.all === true) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }
}

/** The error for an address literal that is link-local or a cloud's metadata service. */
export function forbidden(address: string): ForbiddenAddress | undefined {
  const bare = address.replace(/%.*$/, '')
  // Written as URLs write it, so that ::ffff:169.254.169.254 is known for what it is.
  const host = bare.includes(':') ? URL.parse(`http://[${bare}]`)?.hostname.slice(1, -1) : bare
  return isLinkLocal(host ?? bare) ? new ForbiddenAddress() : undefined
}
