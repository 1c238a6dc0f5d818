// Chromium's devtools cannot answer for schemes of one's own, so app://latchkey/x stands in the browser as
// https://latchkey.app.standin/x and is turned back before the app sees it.
const SUFFIX = '.standin'

/** The address that the browser loads for one of the app's. */
export function toBrowser(address: string, schemes: ReadonlySet<string>): string {
  const url = new URL(address)
  const scheme = url.protocol.slice(0, -1)
  if (!schemes.has(scheme)) return url.href
  return `https://${url.host}.${scheme}${SUFFIX}${url.pathname || '/'}${url.search}${url.hash}`
}

/** The address that the app sees for one of the browser's. */
export function toApp(address: string): string {
  const found = /^https:\/\/([^/]+)\.([a-z]+)\.standin(\/.*)?$/.exec(address)
  return found === null ? address : `${found[2]}://${found[1]}${found[3] ?? '/'}`
}

/** The origin that the app sees, as Electron writes it for a standard scheme. */
export function appOrigin(address: string): string {
  const found = /^([a-z]+):\/\/([^/]+)/.exec(toApp(address))
  return found === null ? 'null' : found[0]
}
