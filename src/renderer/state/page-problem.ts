import { create } from 'zustand'

/** Why an act without a dialog of its own failed; a note over the page says it until it is closed. */
export const usePageProblem = create<{ text: string | null }>()(() => ({ text: null }))

export function showPageProblem(text: string): void {
  usePageProblem.setState({ text })
}

export function closePageProblem(): void {
  usePageProblem.setState({ text: null })
}
