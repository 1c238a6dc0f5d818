/** What the doctor has to say of one thing it looked at. */
export interface Finding {
  /** `wrong` wants something done; `mended` was wrong until now; `note` is worth knowing. */
  level: 'fine' | 'note' | 'wrong' | 'mended'
  detail: string
  /** What to do. */
  hint?: string
}

export const fine = (detail: string): Finding => ({ level: 'fine', detail })
export const note = (detail: string, hint?: string): Finding =>
  hint === undefined ? { level: 'note', detail } : { level: 'note', detail, hint }
export const wrong = (detail: string, hint?: string): Finding =>
  hint === undefined ? { level: 'wrong', detail } : { level: 'wrong', detail, hint }

/** Something that Latchkey can set right by itself: done with `fix`, else said with the way to have it done. */
export function mendable(fix: boolean, detail: string, mend: () => void): Finding {
  if (!fix) return wrong(detail, 'Run: latchkey doctor --fix')
  mend()
  return { level: 'mended', detail }
}
