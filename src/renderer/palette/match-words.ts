const WORD_START = /(?<![\p{L}\p{N}])[\p{L}\p{N}]|(?<!\p{Lu})\p{Lu}/gu

/** Where words begin in a text: after anything that is no letter or digit, and at a capital after a small letter. */
export const wordStarts = (text: string): number[] => [...text.matchAll(WORD_START)].map(({ index }) => index)

/** A text made ready to be matched many times. */
export interface Matchable {
  lower: string
  starts: readonly number[]
}

export const matchable = (text: string): Matchable => ({ lower: text.toLowerCase(), starts: wordStarts(text) })

/** Which of the query's words begin a word of the text, as bits. */
export function matchedWords({ lower, starts }: Matchable, words: readonly string[]): number {
  let bits = 0
  words.forEach((word, index) => {
    if (starts.some((start) => lower.startsWith(word, start))) bits |= 1 << index
  })
  return bits
}

/** More words than this are not told apart; a query that long finds nothing new. */
const MOST_WORDS = 16

export const wordsOf = (query: string): string[] =>
  query.toLowerCase().split(/\s+/).filter(Boolean).slice(0, MOST_WORDS)

export const allWords = (words: readonly string[]): number => (1 << words.length) - 1

/** The text in pieces, with what matched marked. */
export function markWords(text: string, words: readonly string[]): { text: string; hit: boolean }[] {
  const { lower, starts } = matchable(text)
  const hits = Array.from(text, () => false)
  for (const word of words) {
    for (const start of starts) {
      if (lower.startsWith(word, start)) hits.fill(true, start, start + word.length)
    }
  }
  const pieces: { text: string; hit: boolean }[] = []
  for (let at = 0; at < text.length; at += 1) {
    const hit = hits[at] ?? false
    const last = pieces.at(-1)
    if (last?.hit === hit) last.text += text.charAt(at)
    else pieces.push({ text: text.charAt(at), hit })
  }
  return pieces
}
