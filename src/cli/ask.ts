// Questions to a person on a terminal. They are asked on stderr; stdout stays what was asked for.
import { appError, type AppError } from '../shared/errors.ts'
import { HiddenLine, type HiddenResult } from './hidden-line.ts'
import { Cancelled, NotConfirmed } from './refusals.ts'
import { canAsk } from './terminal.ts'

/** Tells the terminal to frame what is pasted, and to stop that. */
const FRAME_PASTE = '\x1b[?2004h'
const UNFRAME_PASTE = '\x1b[?2004l'

/** Asks for one line that is not shown; `what` names it. */
export async function askHidden(question: string, what = 'key'): Promise<string> {
  const { stdin, stderr } = process
  const line = new HiddenLine()
  stdin.setRawMode(true)
  stderr.write(`${FRAME_PASTE}${question}`)
  let result: HiddenResult
  try {
    result = await new Promise((resolve, reject) => {
      const take = (chunk: Buffer): void => {
        const result = line.take(chunk)
        chunk.fill(0)
        if (result === undefined) return
        stdin.off('data', take)
        resolve(result)
      }
      stdin.on('data', take)
      stdin.once('end', () => reject(new Cancelled()))
      stdin.once('error', reject)
      stdin.resume()
    })
  } finally {
    stdin.pause()
    stdin.setRawMode(false)
    stderr.write(`${UNFRAME_PASTE}\n`)
  }
  if (result.kind === 'cancelled') throw new Cancelled()
  if (result.kind === 'several_lines') throw severalLines(what)
  return result.text
}

/** The error for more than one line where one was expected. */
export function severalLines(what = 'key'): AppError {
  return appError(
    'invalid_input',
    { summary: `More than one line arrived, and a ${what} is a single line` },
    { hint: `Nothing was stored. Copy one ${what} alone, without the lines around it.` },
  )
}

/** Asks for one line, shown as it is typed. Where stdin is no terminal, its first line is the answer. */
export async function askLine(question: string): Promise<string> {
  // Loaded when something is asked: most commands ask nothing, and starting is most of what they take.
  const { createInterface } = await import('node:readline')
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: canAsk() })
  try {
    return await new Promise((resolve, reject) => {
      lines.once('close', () => reject(new Cancelled()))
      lines.once('SIGINT', () => reject(new Cancelled()))
      if (canAsk()) lines.question(question, resolve)
      else lines.once('line', resolve)
    })
  } finally {
    lines.close()
  }
}

/** Goes on only after a yes: given on a terminal, or beforehand with `--yes`. */
export async function confirm(question: string, given: boolean): Promise<void> {
  if (given) return
  if (!canAsk()) throw new NotConfirmed('This needs a yes, and there is no terminal to ask on', 'Add --yes.')
  const answer = await askLine(`${question} [y/N] `)
  if (!/^y(es)?$/i.test(answer.trim())) throw new NotConfirmed('Nothing was changed')
}
