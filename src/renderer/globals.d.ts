import type { Call } from '../shared/client.ts'

declare global {
  interface Window {
    /** The bridge of the desktop window; a browser tab has none. */
    latchkey?: { readonly call: Call }
  }
  /** Read by the library that inserts style elements; see style-nonce.ts. */
  var __webpack_nonce__: string | undefined
}
