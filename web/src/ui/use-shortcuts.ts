import { useEffect, useRef } from "react"
import { isCovered, isField } from "./focus-soon"
import { areSingleKeysOn } from "./single-keys"

/** What each key does, by the character it types, so that every keyboard layout works. */
export type Shortcuts = Record<string, (event: KeyboardEvent) => void>

/** An Escape that just closed something has done its work, whether the browser acts before we hear of the key or after. */
const CLOSING_MS = 100

/** Single keys for the whole page. They rest while somebody types, while a dialog or a menu is open, and when switched off. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const current = useRef(shortcuts)
  current.current = shortcuts
  useEffect(() => {
    let closedAt = Number.NEGATIVE_INFINITY
    const closes = (event: Event): void => {
      if (!(event instanceof ToggleEvent) || event.newState === "closed") closedAt = performance.now()
    }
    const press = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || isResting(event)) return
      if (event.key === "Escape" && performance.now() - closedAt < CLOSING_MS) return
      const run = current.current[event.key]
      if (run === undefined) return
      event.preventDefault()
      run(event)
    }
    document.addEventListener("keydown", press)
    document.addEventListener("beforetoggle", closes, true)
    document.addEventListener("close", closes, true)
    return () => {
      document.removeEventListener("keydown", press)
      document.removeEventListener("beforetoggle", closes, true)
      document.removeEventListener("close", closes, true)
    }
  }, [])
}

function isResting(event: KeyboardEvent): boolean {
  const isOther = event.ctrlKey || event.metaKey || event.altKey || event.isComposing
  const isOff = event.key.length === 1 && !areSingleKeysOn()
  return isOther || isOff || isField(event.target) || isCovered()
}
