import { create } from 'zustand'

/** What has happened and can be undone, or runs out. Never an error. */
export interface Toast {
  id: number
  text: string
  icon: 'deleted' | 'copied'
  /** Milliseconds since the epoch. */
  ends_at: number
  /** Undoes it; without one the clock is not the person's to stop. */
  undo?: () => void
  /** Shown for a while once the time is over. */
  afterwards?: string
}

export const useToast = create<{ toast: Toast | null }>()(() => ({ toast: null }))

let lastId = 0

/** Shows one toast, in place of the one that stands. */
export function showToast(toast: Omit<Toast, 'id'>): void {
  lastId += 1
  useToast.setState({ toast: { ...toast, id: lastId } })
}

export function closeToast(id: number): void {
  useToast.setState((state) => (state.toast?.id === id ? { toast: null } : state))
}

/** Undoes what the toast that stands tells of. False where there is nothing to undo. */
export function undoToast(): boolean {
  const { toast } = useToast.getState()
  if (toast?.undo === undefined) return false
  closeToast(toast.id)
  toast.undo()
  return true
}
