/** Who stands behind a valid token. */
export interface Caller {
  /** `admin` manages the vault; `tool` uses keys through the gateway; `session` is the page of browser window mode. */
  kind: 'admin' | 'tool' | 'session'
  /** What lists and records call it. */
  name: string
  /** Where it is a token of the vault. */
  token_id?: number
  /** When the token that was shown ends, where that is not the end of `token_id` itself; in milliseconds since 1970. */
  until?: number
  /** The only providers it may use, besides what its token may. */
  providers?: readonly string[]
}

/** A request that the front door let in. It was read once, here; nothing behind the door reads the URL again. */
export interface Admitted {
  method: string
  /** As sent, without the query: `/` and printable ASCII. */
  path: string
  /** What stood behind `?`, undecoded; empty where nothing did. */
  query: string
  caller: Caller
}
