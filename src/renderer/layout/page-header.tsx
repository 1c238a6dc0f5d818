import type { ReactNode } from 'react'
import { formatNumber } from '../words.ts'

interface PageHeaderProps {
  title: string
  /** Left out while it is not known. */
  count?: number | undefined
  children?: ReactNode
}

/** Title and count left; search, filters and one primary button right. On macOS it drags the window. */
export function PageHeader({ title, count, children }: PageHeaderProps) {
  return (
    <header className="drag shrink-0 border-b border-line">
      <div className="mx-auto flex min-h-[55px] max-w-[1328px] flex-wrap items-center gap-x-2 gap-y-2 px-6 py-2">
        <h1 className="mr-auto text-15 font-semibold whitespace-nowrap">
          {title}
          {count !== undefined && <span className="tabular ml-2 font-normal text-text-3">{formatNumber(count)}</span>}
        </h1>
        {children}
      </div>
    </header>
  )
}

/** The one scroller below a page's header. */
export function PageBody({ children, ref }: { children: ReactNode; ref?: React.Ref<HTMLDivElement> }) {
  return (
    <div ref={ref} className="min-h-0 grow overflow-y-auto">
      <div className="mx-auto max-w-[1328px] px-6 pt-5 pb-6">{children}</div>
    </div>
  )
}
