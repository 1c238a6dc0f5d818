import type { LucideIcon } from 'lucide-react'

interface IconProps {
  of: LucideIcon
  size?: 12 | 14 | 16 | 18
  className?: string
}

/** An outline icon, drawn 1.33 px thick at every size. It never carries a name of its own. */
export function Icon({ of: Drawing, size = 16, className = '' }: IconProps) {
  return <Drawing aria-hidden size={size} strokeWidth={1.33} absoluteStrokeWidth className={`shrink-0 ${className}`} />
}
