import { painted, printable } from './terminal.ts'

/** How many columns a terminal gives a text: East Asian characters and emoji take two. */
function widthOf(text: string): number {
  let width = 0
  for (const character of text) {
    if (/\p{Mn}/u.test(character)) continue
    width +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]|\p{Emoji_Presentation}/u.test(
        character,
      )
        ? 2
        : 1
  }
  return width
}

/** A number with the word it counts: `1 key`, `2 keys`. */
export function counted(count: number, word: string): string {
  return `${count} ${count === 1 ? word : `${word}s`}`
}

/** A time to the minute, in UTC. */
export function minuteOf(time: string): string {
  return `${time.slice(0, 16).replace('T', ' ')}Z`
}

/** Sets rows below a heading, two spaces between columns. Cells may come from anywhere: nothing in them is acted on. */
export function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [heading, ...rows].map((row) => row.map(printable))
  const widths = heading.map((_, column) => Math.max(...cells.map((row) => widthOf(row[column] ?? ''))))
  const lines = cells.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell)))
      .join('  ')
      .trimEnd(),
  )
  const [first = '', ...rest] = lines
  return [painted(process.stdout, 'bold', first), ...rest].join('\n')
}

/** Sets names with what belongs to them, one below the other; lines after the first are indented alike. */
export function facts(pairs: readonly (readonly [name: string, lines: readonly string[]])[]): string {
  const width = Math.max(...pairs.map(([name]) => widthOf(name)))
  return pairs
    .flatMap(([name, lines]) =>
      lines.map((line, index) => {
        const label = index === 0 ? painted(process.stdout, 'bold', name) : ''
        return `${label}${' '.repeat(width - (index === 0 ? widthOf(name) : 0))}  ${printable(line)}`.trimEnd()
      }),
    )
    .join('\n')
}
