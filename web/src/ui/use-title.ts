import { useEffect } from "react"

const DEFAULT = "Confab"

/** What the window is called while something is drawn. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · ${DEFAULT}`
    return () => {
      document.title = DEFAULT
    }
  }, [title])
}
