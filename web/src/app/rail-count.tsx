const MOST_SHOWN = 99

/** How much there is behind a link of the rail, at its corner. The link's own name says it too. */
export function RailCount({ count, look }: { count: number; look: string }) {
  if (count === 0) return null
  const isMany = count > MOST_SHOWN
  return (
    <span
      aria-hidden="true"
      className={`absolute -top-0.5 min-w-4.5 rounded-full border-2 border-canvas px-1 text-center font-semibold text-2xs tabular-nums ${isMany ? "-right-2" : "-right-0.5"} ${look}`}
    >
      {isMany ? `${MOST_SHOWN}+` : count}
    </span>
  )
}
