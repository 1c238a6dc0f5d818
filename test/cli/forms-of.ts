import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** The forms in which a secret could slip out: as it is, encoded for a URL, in base64 at each alignment, hex, UTF-16. */
function formsOf(secret: string): Buffer[] {
  const raw = Buffer.from(secret)
  const base64 = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), raw]).toString('base64')
    // The first and last characters also depend on the neighbours.
    return text.slice(shift === 0 ? 0 : 4, -4)
  })
  return [
    raw,
    Buffer.from(encodeURIComponent(secret)),
    Buffer.from(raw.toString('hex')),
    Buffer.from(secret, 'utf16le'),
    ...base64.flatMap((text) => [Buffer.from(text), Buffer.from(text.replaceAll('+', '-').replaceAll('/', '_'))]),
  ]
}

/** Where in these texts, or in the files of these folders, a secret can be found; empty where it cannot. */
export function findSecret(secret: string, texts: Record<string, string>, folders: readonly string[]): string[] {
  const forms = formsOf(secret)
  const holds = (content: Buffer): boolean => forms.some((form) => content.includes(form))
  const inTexts = Object.entries(texts).filter(([, content]) => holds(Buffer.from(content)))
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  )
  return [
    ...inTexts.map(([name]) => name),
    ...files.filter((file) => statSync(file).isFile() && holds(readFileSync(file))),
  ]
}
