import { type ReactNode, useId, useLayoutEffect, useRef } from "react"
import { IconButton } from "./button"

type DialogProps = {
  title: string
  onClose: () => void
  children: ReactNode
  footer?: ReactNode
  wide?: boolean
}

/**
 * A modal dialog of the browser's own: focus stays inside, Escape closes. It is open as long as it is drawn. The focus goes to
 * what has `data-focus`, else to "Close": what is in a closed dialog cannot take it, so `autoFocus` has no effect.
 */
export function Dialog({ title, onClose, children, footer, wide = false }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null)
  const isOutside = useRef(false)
  const id = useId()
  // Closed while it is still in the page, it gives the focus back to where it was.
  useLayoutEffect(() => {
    const dialog = element.current
    dialog?.showModal()
    dialog?.querySelector<HTMLElement>("[data-focus]")?.focus()
    return () => dialog?.close()
  }, [])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it for the keyboard
    <dialog
      ref={element}
      aria-labelledby={id}
      onClose={onClose}
      onMouseDown={(event) => {
        isOutside.current = event.target === element.current
      }}
      onClick={(event) => {
        // Who marks text and lets go outside has not pressed outside.
        if (event.target === element.current && isOutside.current) onClose()
      }}
      className={`mx-auto mb-auto max-h-[90dvh] w-[calc(100vw-2rem)] overflow-y-auto rounded-2xl bg-raised p-0 text-ink shadow-pop open:animate-appear ${wide ? "mt-[6dvh] max-w-2xl" : "mt-auto max-w-md"}`}
    >
      <div className="p-5">
        <div className="mb-3 flex items-start justify-between gap-4">
          <h2 id={id} className="text-lg font-semibold">
            {title}
          </h2>
          <IconButton icon="close" label="Close" onClick={onClose} className="-mt-1 -mr-2" />
        </div>
        {children}
        {footer && <div className="mt-5 flex justify-end gap-2">{footer}</div>}
      </div>
    </dialog>
  )
}
