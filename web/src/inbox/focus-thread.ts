import { focusSoon } from "../ui/focus-soon"

/** A button that is about to vanish hands the focus to the thread around it, where it would be lost otherwise. */
export function focusThread({ currentTarget }: { currentTarget: Element }): void {
  const log = currentTarget.closest<HTMLElement>('[role="log"]')
  focusSoon(() => log)
}
