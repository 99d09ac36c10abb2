import { explain } from "../api/client"
import { Button } from "../ui/button"

/** What could not be loaded, and another try. */
export function Failure({ what, error, onRetry }: { what: string; error: Error; onRetry: () => void }) {
  return (
    <p role="alert" className="flex flex-wrap items-center gap-3 text-red text-sm">
      {what} could not be loaded: {explain(error)}
      <Button onClick={onRetry}>Try again</Button>
    </p>
  )
}

export function Loading({ what }: { what: string }) {
  return (
    <div role="status" aria-label={`Loading ${what}`} className="h-40 animate-pulse rounded-xl bg-hover" />
  )
}
