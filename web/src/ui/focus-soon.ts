/** Whether what is typed there is meant for the field. */
export function isField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null
  )
}

/** Whether a dialog or a menu is open over it, or over all of the page. */
export function isCovered(target: Element | null = null): boolean {
  const covers = document.querySelectorAll("dialog[open], [popover]:popover-open")
  return [...covers].some((cover) => !cover.contains(target))
}

/** Gives the focus in the next frame, when what has it is drawn; not to who writes or opened something meanwhile. */
export function focusSoon(find: () => HTMLElement | null | undefined): void {
  const before = document.activeElement
  requestAnimationFrame(() => {
    const now = document.activeElement
    const target = find() ?? null
    if ((now === before || !isField(now)) && !isCovered(target)) target?.focus({ preventScroll: true })
  })
}
