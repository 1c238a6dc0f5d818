import type { Row } from './sql-tables.ts'

// A field in quotes, in which two quotes stand for one, or a field without; then a comma, or the end of the line.
const FIELD = /(?:"([^"]*(?:""[^"]*)*)"|([^",\r\n]*))(,|\r?\n|$)/y

/** The rows below the header of a CSV file as RFC 4180 has it. Throws an error without the text where it is none. */
export function rowsOfCsv(text: string): Row[] {
  const plain = text.replace(/^\ufeff/, '')
  const lines: string[][] = []
  let line: string[] = []
  FIELD.lastIndex = 0
  while (FIELD.lastIndex < plain.length) {
    const match = FIELD.exec(plain)
    if (match === null) throw new Error('it is not valid CSV')
    const [, quoted, bare = '', end] = match
    line.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'))
    if (end === ',') {
      // A comma at the very end has an empty field behind it.
      if (FIELD.lastIndex === plain.length) line.push('')
      else continue
    }
    if (line.length > 1 || line[0] !== '') lines.push(line)
    line = []
  }
  const [header = [], ...rows] = lines
  return rows.map((values) => {
    if (values.length !== header.length) throw new Error('a line does not have the columns of the header')
    return Object.fromEntries(header.map((name, at) => [name, values[at] ?? null]))
  })
}
