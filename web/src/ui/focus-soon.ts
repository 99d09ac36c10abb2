/** Whether what is typed there is meant for the field. */
export function isField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null
  )
}

/** Gives the focus in the next frame, when what has it is drawn; not to who began to write somewhere meanwhile. */
export function focusSoon(find: () => HTMLElement | null | undefined): void {
  const before = document.activeElement
  requestAnimationFrame(() => {
    const now = document.activeElement
    if (now === before || !isField(now)) find()?.focus({ preventScroll: true })
  })
}
