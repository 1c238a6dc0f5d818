// Where cards stand, and which one an arrow leads to.
export const GAP = 12
const NARROWEST_CARD = 310

/** How many cards stand side by side in `width`. */
export const columnsIn = (width: number): number => Math.max(1, Math.floor((width + GAP) / (NARROWEST_CARD + GAP)))

/** Where an arrow leads from card `at`; the same place where there is none. */
export function cardAfter(key: string, at: number, columns: number, count: number): number {
  const steps: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }
  const last = count - 1
  if (key === 'Home') return 0
  if (key === 'End') return last
  const next = at + (steps[key] ?? 0)
  if (next < 0) return at
  // Down from the last row but one, past the end of a short last row, leads to its last card.
  if (next > last) return Math.floor(at / columns) < Math.floor(last / columns) ? last : at
  return next
}
