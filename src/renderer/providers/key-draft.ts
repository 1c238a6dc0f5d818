/** A key as it is typed. `kept` is the text whose foreign look was answered with "it is one". */
export interface KeyDraft {
  value: string
  trimmed: boolean
  kept: string | null
}

export const emptyKey: KeyDraft = { value: '', trimmed: false, kept: null }
