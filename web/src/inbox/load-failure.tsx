import { Button } from "../ui/button"
import { Icon } from "../ui/icon"

type FailureProps = { text: string; onRetry: () => void; className?: string }

/** A part of what should stand here could not be had. */
export function LoadFailure({ text, onRetry, className = "" }: FailureProps) {
  return (
    <p
      role="status"
      className={`flex flex-wrap items-center justify-center gap-x-2 gap-y-1 text-xs text-amber ${className}`}
    >
      <Icon name="alert" size={14} />
      {text}
      <Button small onClick={onRetry}>
        Try again
      </Button>
    </p>
  )
}
