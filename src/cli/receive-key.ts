import { appError, type AppError } from '../shared/errors.ts'
import { askHidden, severalLines } from './ask.ts'
import { canAsk, printable } from './terminal.ts'

/** More than this is no key; it is what schemas.ts allows, with room for white space around it. */
const LIMIT = 16_384

/** Takes a key for a provider: from a hidden prompt on a terminal, else from stdin. Never from the arguments. */
export async function receiveKey({ name, display_name }: { name: string; display_name: string }): Promise<string> {
  const key = canAsk() ? await askHidden(`Key of ${printable(display_name)} (it is not shown): `) : await readStdin()
  const trimmed = key.trim()
  if (trimmed === '') throw noKey(name)
  if (/[\r\n]/.test(trimmed)) throw severalLines()
  return trimmed
}

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    length += chunk.length
    if (length > LIMIT) throw refused('More than a key arrived on standard input: a key has at most 8,192 characters')
  }
  const bytes = Buffer.concat(chunks)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw refused('What arrived on standard input is not UTF-8 text', cause)
  } finally {
    for (const chunk of [bytes, ...chunks]) chunk.fill(0)
  }
}

function noKey(name: string): AppError {
  return appError(
    'invalid_input',
    { summary: canAsk() ? 'No key was entered' : 'No key arrived on standard input' },
    { hint: canAsk() ? 'Nothing was changed.' : `Pipe it in: printf %s "$KEY" | latchkey key set ${name}` },
  )
}

function refused(summary: string, cause?: unknown): AppError {
  return appError('invalid_input', { summary }, { hint: 'Nothing was stored.', cause })
}
