import { type KeyboardEvent, type ReactNode, type Ref, useRef } from "react"
import { Icon, type IconName } from "./icon"
import { Popover, type PopoverButton } from "./popover"

type MenuProps = {
  label: string
  button: (properties: PopoverButton) => ReactNode
  children: (close: () => void) => ReactNode
  buttonRef?: Ref<HTMLButtonElement> | undefined
}

const TYPED_MS = 600

/** A menu: arrows and first letters move, Enter chooses, Escape closes. */
export function Menu({ label, button, children, buttonRef }: MenuProps) {
  const typed = useRef({ text: "", at: 0 })

  function move(event: KeyboardEvent<HTMLDivElement>): void {
    const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[role^="menuitem"]')]
    const at = items.indexOf(document.activeElement as HTMLElement)
    const target = byArrow(event.key, at, items.length) ?? byLetters(event, items)
    if (target === null) return
    event.preventDefault()
    event.stopPropagation()
    items[target]?.focus()
  }

  function byLetters(event: KeyboardEvent, items: HTMLElement[]): number | null {
    if (event.key.length !== 1 || event.key === " " || event.ctrlKey || event.metaKey || event.altKey)
      return null
    const now = event.timeStamp
    const text = (now - typed.current.at < TYPED_MS ? typed.current.text : "") + event.key.toLocaleLowerCase()
    typed.current = { text, at: now }
    const found = items.findIndex((item) => item.textContent?.trim().toLocaleLowerCase().startsWith(text))
    return found < 0 ? null : found
  }

  return (
    <Popover label={label} role="menu" button={button} buttonRef={buttonRef} onKeyDown={move}>
      {children}
    </Popover>
  )
}

function byArrow(key: string, at: number, count: number): number | null {
  switch (key) {
    case "ArrowDown":
      return (at + 1) % count
    case "ArrowUp":
      return (at - 1 + count) % count
    case "Home":
      return 0
    case "End":
      return count - 1
    default:
      return null
  }
}

type MenuItemProps = {
  onSelect: () => void
  /** Whether it is the chosen one; without it the item is a plain action. */
  isChecked?: boolean
  icon?: IconName | undefined
  leading?: ReactNode
  hint?: string | undefined
  children: ReactNode
}

export function MenuItem({ onSelect, isChecked, icon, leading, hint, children }: MenuItemProps) {
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: the role that takes it is there whenever it is
    <button
      type="button"
      role={isChecked === undefined ? "menuitem" : "menuitemradio"}
      aria-checked={isChecked}
      tabIndex={-1}
      onClick={onSelect}
      className="inset-focus tap flex w-full items-center gap-2.5 rounded-lg px-2.5 py-1.5 text-left text-ink hover:bg-hover focus-visible:bg-hover"
    >
      {icon && (
        <span className="text-ink-3">
          <Icon name={icon} size={16} />
        </span>
      )}
      {leading}
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {hint && <span className="shrink-0 pl-3 text-xs text-ink-3">{hint}</span>}
      {isChecked && (
        <span className="text-accent-text">
          <Icon name="check" size={16} />
        </span>
      )}
    </button>
  )
}

export function MenuTitle({ children }: { children: ReactNode }) {
  return <div className="px-2.5 pt-1.5 pb-1 text-xs font-medium text-ink-3">{children}</div>
}
