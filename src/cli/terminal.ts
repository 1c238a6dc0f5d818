// What was asked for goes to stdout, so that it can be piped; everything said to people goes to stderr.
import { isatty } from 'node:tty'
import { styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]

/** Writes what was asked for. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** Says something to the person. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`)
}

/** Says something that deserves a look, though nothing failed. */
export function note(sentence: string): void {
  say(`${painted(process.stderr, 'yellow', 'note:')} ${printable(sentence)}`)
}

/** Colours a text where the stream is a terminal with colours; NO_COLOR is respected. */
export function painted(stream: NodeJS.WriteStream, style: Style, text: string): string {
  const colours = stream.isTTY && stream.hasColors()
  return colours ? styleText(style, text, { validateStream: false }) : text
}

/** Whether somebody can be asked: prompts are read from stdin. */
export function canAsk(): boolean {
  return isatty(0)
}

/** A text from a vault or a file, on one line and without anything that a terminal would act on. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0
    return `\\u${code > 0xffff ? `{${code.toString(16)}}` : code.toString(16).padStart(4, '0')}`
  })
}

/** A reader that has read enough (`latchkey providers | head -1`) is no error. */
export function allowClosedPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      process.exit()
    })
  }
}
