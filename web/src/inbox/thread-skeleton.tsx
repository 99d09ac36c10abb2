/** The place of a thread that is on its way. */
export function ThreadSkeleton() {
  return (
    <div
      role="status"
      aria-label="Loading the conversation"
      className="flex h-14 items-center gap-3 border-b border-line px-5"
    >
      <span className="size-[34px] animate-pulse rounded-full bg-hover" />
      <span className="h-3 w-40 animate-pulse rounded bg-hover" />
    </div>
  )
}
