// Passphrases come from a hidden prompt or from stdin; never from the arguments, which others can read.
import { appError } from '../shared/errors.ts'
import { askHidden, askLine } from './ask.ts'
import { canAsk } from './terminal.ts'

/** More than this on stdin is no passphrase. */
const LIMIT = 16_384

/** What a person answers: on a terminal as they are asked, else the lines of stdin one after the other. */
export class Answers {
  #lines: string[] | undefined

  /** Asks for a line that is not shown. */
  async hidden(question: string, what: string): Promise<string> {
    return canAsk() ? askHidden(question, what) : this.#next(what)
  }

  /** Asks for a line that is shown. */
  async shown(question: string, what: string): Promise<string> {
    return canAsk() ? askLine(question) : this.#next(what)
  }

  async #next(what: string): Promise<string> {
    this.#lines ??= await linesOfStdin()
    const line = this.#lines.shift()
    if (line === undefined || line === '') {
      throw appError(
        'invalid_input',
        { summary: `No ${what} arrived on standard input` },
        { hint: 'Nothing was changed. Each answer is a line of its own.' },
      )
    }
    return line
  }
}

/** Asks for a new passphrase, twice on a terminal, where a slip of the finger cannot be seen. */
export async function receiveNewPassphrase(answers: Answers, question: string): Promise<string> {
  const passphrase = await answers.hidden(question, 'passphrase')
  if (!canAsk()) return passphrase
  const again = await answers.hidden('The same again: ', 'passphrase')
  if (again === passphrase) return passphrase
  throw appError(
    'invalid_input',
    { summary: 'The two passphrases are not the same' },
    { hint: 'Nothing was written. Try again.' },
  )
}

async function linesOfStdin(): Promise<string[]> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    length += chunk.length
    if (length > LIMIT) throw appError('invalid_input', { summary: 'More than answers arrived on standard input' })
  }
  const bytes = Buffer.concat(chunks)
  const lines = bytes.toString('utf8').split(/\r?\n/)
  for (const chunk of [bytes, ...chunks]) chunk.fill(0)
  return lines
}
