import type { ReactNode } from 'react'

interface EmptyStateProps {
  title: string
  text: string
  action?: ReactNode
}

/** Stands inside the area that is empty. */
export function EmptyState({ title, text, action }: EmptyStateProps) {
  return (
    <div className="flex flex-col items-center gap-1 px-4 py-8 text-center">
      <p className="text-13 font-medium text-text">{title}</p>
      <p className="text-12 text-text-3">{text}</p>
      {action !== undefined && <div className="mt-3">{action}</div>}
    </div>
  )
}
