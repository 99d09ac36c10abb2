import { type ReactNode, type Ref, useId, useRef, useState } from "react"
import { flushSync } from "react-dom"

export type PopoverButton = {
  popoverTarget: string
  "aria-haspopup": "menu" | "dialog"
  "aria-expanded": boolean
  ref: Ref<HTMLButtonElement>
}

type PopoverProps = {
  label: string
  role: "menu" | "dialog"
  /** Draws the button; it must spread the properties that it is given. */
  button: (properties: PopoverButton) => ReactNode
  /** The content, drawn while it is open. */
  children: (close: () => void) => ReactNode
  /** Lets a key press the button. */
  buttonRef?: Ref<HTMLButtonElement> | undefined
  onKeyDown?: (event: React.KeyboardEvent<HTMLDivElement>) => void
}

const GAP = 6
const MARGIN = 8
const WIDEST = 352

/** Something that opens beside its button, in the top layer: the browser closes it on Escape or a press elsewhere. */
export function Popover({ label, role, button, children, buttonRef, onKeyDown }: PopoverProps) {
  const id = useId()
  const panel = useRef<HTMLDivElement>(null)
  const opener = useRef<HTMLButtonElement>(null)
  const [open, setOpen] = useState(false)
  const setOpener = (element: HTMLButtonElement | null): void => {
    opener.current = element
    if (typeof buttonRef === "function") buttonRef(element)
    else if (buttonRef) buttonRef.current = element
  }
  return (
    <>
      {button({ popoverTarget: id, "aria-haspopup": role, "aria-expanded": open, ref: setOpener })}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: its role is menu or dialog */}
      {/* biome-ignore lint/a11y/useAriaPropsSupportedByRole: so it takes a name */}
      <div
        ref={panel}
        id={id}
        popover="auto"
        role={role}
        aria-label={label}
        onBeforeToggle={(event) => {
          if (event.newState !== "open") return
          flushSync(() => setOpen(true))
          if (opener.current && panel.current) place(panel.current, opener.current)
          focusOnOpening(panel.current)
        }}
        onToggle={(event) => setOpen(event.newState === "open")}
        onKeyDown={onKeyDown}
        className="fixed min-w-48 max-w-[min(22rem,calc(100vw-1rem))] overflow-y-auto rounded-xl border-0 bg-raised p-1 text-sm shadow-pop open:animate-appear"
      >
        {open && children(() => panel.current?.hidePopover())}
      </div>
    </>
  )
}

/** Towards the larger part of the window on both axes. Nothing is measured, so it is in place before it is seen. */
function place(panel: HTMLElement, opener: HTMLElement): void {
  const at = opener.getBoundingClientRect()
  const { innerWidth, innerHeight } = window
  const toRight = at.left < innerWidth / 2
  const below = at.bottom < innerHeight / 2
  const style = panel.style
  const farthest = Math.max(MARGIN, innerWidth - MARGIN - WIDEST) // further in, the widest would hang over the edge
  const inset = (wanted: number): string => `${Math.min(farthest, Math.max(MARGIN, wanted))}px`
  style.left = toRight ? inset(at.left) : "auto"
  style.right = toRight ? "auto" : inset(innerWidth - at.right)
  style.top = below ? `${at.bottom + GAP}px` : "auto"
  style.bottom = below ? "auto" : `${innerHeight - at.top + GAP}px`
  style.maxHeight = `${(below ? innerHeight - at.bottom : at.top) - GAP - MARGIN}px`
}

/** The browser gives it the focus in the moment of showing: no key is heard between. */
function focusOnOpening(panel: HTMLElement | null): void {
  const chosen = panel?.querySelector<HTMLElement>('[aria-checked="true"]')
  const first = panel?.querySelector<HTMLElement>('[role^="menuitem"], input, button')
  ;(chosen ?? first)?.setAttribute("autofocus", "")
}
