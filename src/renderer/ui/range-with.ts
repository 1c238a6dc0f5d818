import { defaultRangeExtractor, type Range } from '@tanstack/react-virtual'

/** The rows in sight, and `kept` wherever it is: the tab stop is always drawn, so that scrolling never loses focus. */
export function rangeWith(kept: number): (range: Range) => number[] {
  return (range) => {
    const drawn = defaultRangeExtractor(range)
    return drawn.includes(kept) || kept >= range.count ? drawn : [...drawn, kept].sort((a, b) => a - b)
  }
}
