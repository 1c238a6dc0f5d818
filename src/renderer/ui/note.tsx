import { CircleAlert, Info, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { Icon } from './icon.tsx'

const looks = {
  information: { icon: Info, box: 'border-line bg-inset', color: 'text-text-3' },
  question: { icon: TriangleAlert, box: 'border-warn-line bg-warn-bg', color: 'text-warn' },
  failure: { icon: CircleAlert, box: 'border-bad-line bg-bad-bg', color: 'text-bad' },
}

interface NoteProps {
  kind: keyof typeof looks
  title?: string
  children?: ReactNode
  /** At most two small buttons. */
  actions?: ReactNode
}

/** A sentence that stands where its cause is. A failure is read out at once, the rest when it is polite. */
export function Note({ kind, title, children, actions }: NoteProps) {
  const { icon, box, color } = looks[kind]
  return (
    <div
      role={kind === 'failure' ? 'alert' : 'status'}
      className={`flex gap-2.5 rounded-8 border px-3 py-2 select-text ${box}`}
    >
      <Icon of={icon} className={`mt-0.5 ${color}`} />
      <div className="flex min-w-0 grow flex-col gap-2">
        <div className="text-13 wrap-anywhere text-text-2">
          {title !== undefined && (
            <strong className={`font-semibold text-text ${actions === undefined ? '' : 'block'}`}>{title} </strong>
          )}
          {children}
        </div>
        {actions !== undefined && <div className="flex flex-wrap gap-2">{actions}</div>}
      </div>
    </div>
  )
}
