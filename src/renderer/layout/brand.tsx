/** The keyhole of Latchkey, in the accent. */
export function Brand({ size }: { size: 20 | 40 }) {
  return (
    <svg aria-hidden width={size} height={size} viewBox="0 0 20 20" className="shrink-0">
      <rect width="20" height="20" rx="4.5" className="fill-accent" />
      <path
        className="fill-on-accent"
        d="M10 4.6a3.1 3.1 0 0 0-1.7 5.7l-.75 4.6a.45.45 0 0 0 .44.5h4.02c.28 0 .49-.23.44-.5l-.75-4.6A3.1 3.1 0 0 0 10 4.6Z"
      />
    </svg>
  )
}
