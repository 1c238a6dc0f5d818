/** The service under which the OS keychain keeps Latchkey's entries; each vault has an account of its own. */
export const KEYCHAIN_SERVICE = 'latchkey'

/** The helper's first message: from here on time counts against the keychain, not against a busy machine. */
export const KEYCHAIN_HELPER_READY = 'ready'

/** What the helper process is asked; `value` goes with `write` alone. */
export interface KeychainRequest {
  op: 'read' | 'write' | 'delete'
  account: string
  value?: string
}

/** `answered`: it did as asked; `value` is what the entry holds now, null where there is none. */
export type KeychainReply =
  | { state: 'answered'; value: string | null }
  /** `absent`: no keychain on this machine. `locked`: one that refused. `silent`: one that did not reply. */
  | { state: 'absent' | 'locked' | 'silent'; what: string }
