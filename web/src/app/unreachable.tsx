import { Button } from "../ui/button"

export function Unreachable({ onRetry }: { onRetry: () => void }) {
  return (
    <main className="flex h-full flex-col items-center justify-center gap-2 p-6 text-center">
      <h1 className="text-lg font-semibold">Confab cannot be reached</h1>
      <p className="max-w-80 text-sm text-ink-3">
        The server gave no answer. Nothing is lost: what customers write is kept until it is back.
      </p>
      <Button look="primary" icon="retry" onClick={onRetry} className="mt-3">
        Try again
      </Button>
    </main>
  )
}
