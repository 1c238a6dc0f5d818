import { createContext, useContext, useId, type ReactNode } from 'react'

const Query = createContext('')

/** The words that were searched for; rows that hold none of them are left out. */
export const SettingsQuery = Query.Provider

interface GroupProps {
  /** Links lead to it. */
  id: string
  title: string
  text: string
  children: ReactNode
}

/** A group of settings: what it is about left, its rows in a card right. Without a row left it is gone. */
export function SettingsGroup({ id, title, text, children }: GroupProps) {
  const heading = useId()
  return (
    <section
      id={id}
      aria-labelledby={heading}
      className="hidden grid-cols-[164px_minmax(0,1fr)] gap-x-4 gap-y-2 has-[[data-row]]:grid max-roomy:grid-cols-1"
    >
      <div className="flex flex-col gap-0.5 pt-2 max-roomy:pt-0">
        <h2 id={heading} className="text-13 font-semibold">
          {title}
        </h2>
        <p className="text-12 text-text-3">{text}</p>
      </div>
      <div className="flex min-w-0 flex-col overflow-hidden rounded-8 border border-line bg-surface shadow-card">
        {children}
      </div>
    </section>
  )
}

interface RowProps {
  title: string
  text?: ReactNode
  /** Further words it is found by. */
  also?: string
  /** The control; it gets the id of the title, which names it. */
  children?: (titleId: string) => ReactNode
  /** Below the row: a note, an error. */
  below?: ReactNode
}

/** One setting: its name and what it means left, its control right. */
export function SettingsRow({ title, text, also = '', children, below }: RowProps) {
  const titleId = useId()
  const query = useContext(Query)
  const haystack = `${title} ${typeof text === 'string' ? text : ''} ${also}`.toLowerCase()
  const isFound = query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => haystack.includes(word))
  if (!isFound) return null
  return (
    <div data-row="" className="flex flex-col gap-2 border-line px-4 py-1.5 not-first:border-t">
      <div className="flex min-h-8 flex-wrap items-center gap-x-4 gap-y-1.5">
        <div className="flex min-w-0 grow basis-40 flex-col">
          <span id={titleId} className="text-13 font-medium">
            {title}
          </span>
          {text !== undefined && <div className="text-12 text-text-3">{text}</div>}
        </div>
        {children?.(titleId)}
      </div>
      {below !== undefined && below !== null && below !== false && <div className="pb-1.5">{below}</div>}
    </div>
  )
}
