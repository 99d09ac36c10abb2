import { type ComponentType, type ReactNode, useEffect, useState } from "react"
import { Button } from "./button"

type Outcome<Props> = { component: ComponentType<Props> } | "failed" | null

/**
 * A part of the page in a file of its own, fetched when it is first shown; `gap` stands there until then.
 *
 * Not React's `lazy`: what ends a Suspense fallback is held back until 300 ms after it began (`react-dom` 19, retries of
 * suspended boundaries), however soon the file is there.
 */
export function later<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  gap: ReactNode = null,
): ComponentType<Props> {
  let outcome: Outcome<Props> = null
  let fetching: Promise<void> | null = null

  function fetch(): Promise<void> {
    fetching ??= load().then(
      (component) => {
        outcome = { component }
      },
      () => {
        outcome = "failed"
      },
    )
    return fetching
  }

  // biome-ignore lint/correctness/noComponentHookFactories: called once for each part, where the module is read
  return function Later(props: Props) {
    const [seen, see] = useState<Outcome<Props>>(outcome)
    useEffect(() => {
      if (seen === null) void fetch().then(() => see(outcome))
    }, [seen])
    if (seen === null) return gap
    if (seen === "failed") return <Unfetched />
    const Component = seen.component
    return <Component {...props} />
  }
}

/** The connection is gone, or another version has other files: the page of now has both. */
function Unfetched() {
  return (
    <div
      role="alert"
      className="flex flex-1 flex-col items-center justify-center gap-3 bg-surface p-6 text-sm"
    >
      <p>
        This part of Confab could not be fetched. Confab may have been updated, or the connection is gone.
      </p>
      <Button onClick={() => window.location.reload()}>Reload</Button>
    </div>
  )
}
