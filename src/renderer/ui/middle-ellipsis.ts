/** A piece of a shortened text; `hit` where it is what was searched for. */
export interface Piece {
  text: string
  hit: boolean
}

const CUT = '…'
/** What stays of the beginning at least, so that the vendor is still to be seen. */
const HEAD = 8

/**
 * Shortens a text to `max` characters in its middle, so that the version at its end stays. What a search found is
 * kept whatever is cut.
 */
export function middleEllipsis(text: string, max: number, found = ''): Piece[] {
  const at = found === '' ? -1 : text.toLowerCase().indexOf(found.toLowerCase())
  if (text.length <= max) return at < 0 ? [plain(text)] : marked(text, at, at + found.length)
  const room = max - CUT.length
  const end = Math.ceil(room * 0.6)
  if (at < 0) return [plain(text.slice(0, room - end) + CUT + text.slice(text.length - end))]

  const to = at + found.length
  const fromEnd = text.length - at
  if (at >= room - end || to > room - end) {
    // Not within what the plain cut leaves of the beginning: the end grows until it holds the hit.
    const tail = Math.max(end, fromEnd)
    if (tail <= room - Math.min(HEAD, room / 4)) {
      const head = room - tail
      const start = head + CUT.length + tail - fromEnd
      return marked(text.slice(0, head) + CUT + text.slice(text.length - tail), start, start + found.length)
    }
    return twoCuts(text, at, Math.min(to, at + room - 2), max)
  }
  return marked(text.slice(0, room - end) + CUT + text.slice(text.length - end), at, to)
}

/** The hit lies in the middle of a long text: both sides of it are cut. */
function twoCuts(text: string, at: number, to: number, max: number): Piece[] {
  const room = Math.max(0, max - (to - at) - 2 * CUT.length)
  const head = Math.min(at, Math.floor(room / 3))
  const tail = room - head
  const before = head >= at ? text.slice(0, at) : text.slice(0, head) + CUT
  const after = to + tail >= text.length ? text.slice(to) : CUT + text.slice(text.length - tail)
  return [plain(before), { text: text.slice(at, to), hit: true }, plain(after)].filter((piece) => piece.text !== '')
}

const plain = (text: string): Piece => ({ text, hit: false })

function marked(text: string, from: number, to: number): Piece[] {
  const pieces = [plain(text.slice(0, from)), { text: text.slice(from, to), hit: true }, plain(text.slice(to))]
  return pieces.filter((piece) => piece.text !== '')
}
