import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { bytesAnswer, type Answer } from './answer.ts'

/** What the build wrote down: the path in the address → the file below `renderer`, beside the list, and its media type. */
export const PageFileList = z.record(
  z.string().startsWith('/'),
  z.object({ file: z.string().regex(/^(?!.*\.\.)[\w.@-]+(\/[\w.@-]+)*$/), type: z.string() }),
)

/** The bundle of the window, in memory: a fixed list, so that no address can reach another file. */
export interface PageFiles {
  has: (path: string) => boolean
  answer: (path: string) => Answer | undefined
}

const NONCE = '__CSP_NONCE__'

/** Reads the files that the build listed in `renderer-files.json`. */
export async function loadPageFiles(listPath: string): Promise<PageFiles> {
  const list = PageFileList.parse(JSON.parse(await readFile(listPath, 'utf8')))
  const files = new Map<string, { type: string; body: Buffer }>()
  for (const [path, { file, type }] of Object.entries(list)) {
    files.set(path, { type, body: await readFile(join(dirname(listPath), 'renderer', file)) })
  }
  return {
    has: (path) => files.has(path),
    answer(path) {
      const file = files.get(path)
      if (file === undefined) return undefined
      if (!file.type.startsWith('text/html'))
        return bytesAnswer(200, file.type, file.body, path, pageHeaders(undefined))
      // A fresh nonce for every load: the styles a library inserts carry it, and nothing else can.
      const nonce = randomBytes(16).toString('base64')
      const body = Buffer.from(file.body.toString('utf8').replaceAll(NONCE, nonce))
      return bytesAnswer(200, file.type, body, path, pageHeaders(nonce))
    },
  }
}

function pageHeaders(nonce: string | undefined): string[] {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    nonce === undefined ? "style-src 'self'" : `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ]
  return [
    'Content-Security-Policy',
    policy.join('; '),
    'Referrer-Policy',
    'no-referrer',
    'Cross-Origin-Opener-Policy',
    'same-origin',
    'Cross-Origin-Resource-Policy',
    'same-origin',
  ]
}
