// The window's own origin, app://latchkey, serves exactly the files that the build listed. A path is looked up in
// that list and never joined to a folder, so there is nothing to climb out of.
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PageFileList } from '../core/http/page-files.ts'

export const SCHEME = 'app'
/** The address of the window, and with it the only origin that IPC answers. */
export const WINDOW_URL = 'app://latchkey/'
export const WINDOW_ORIGIN = 'app://latchkey'

export type Serve = (request: Pick<Request, 'method' | 'url'>) => Promise<Response>

/** Reads the list that the build wrote to `out/renderer-files.json` and answers from it. */
export async function openBundle(outFolder: string): Promise<Serve> {
  const list = PageFileList.parse(JSON.parse(await readFile(join(outFolder, 'renderer-files.json'), 'utf8')))
  const files = new Map(Object.entries(list))
  return async ({ method, url }) => {
    const { protocol, host, pathname } = new URL(url)
    const found = protocol === `${SCHEME}:` && host === 'latchkey' ? files.get(pathname) : undefined
    if (found === undefined) return new Response('There is no such file.', { status: 404 })
    if (method !== 'GET') return new Response('Only GET is answered.', { status: 405 })
    const bytes = await readFile(join(outFolder, 'renderer', found.file))
    return found.type.startsWith('text/html')
      ? page(bytes, found.type)
      : new Response(bytes, { headers: headers(found.type) })
  }
}

/** A page gets a nonce of its own on each load, for the style elements that the interface's libraries insert. */
function page(html: Buffer, type: string): Response {
  const nonce = randomBytes(16).toString('base64')
  return new Response(html.toString('utf8').replaceAll('__CSP_NONCE__', nonce), {
    headers: { ...headers(type), 'content-security-policy': contentPolicy(nonce) },
  })
}

/** What the page may load: its own scripts, styles, fonts and pictures. It may connect to nothing at all. */
export function contentPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
}

function headers(type: string): Record<string, string> {
  return {
    'content-type': type,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cache-control': 'no-store',
  }
}
