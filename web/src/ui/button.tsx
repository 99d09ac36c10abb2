import type { ComponentProps } from "react"
import { Icon, type IconName } from "./icon"

type Look = "primary" | "outline" | "quiet" | "danger"

const LOOKS: Record<Look, string> = {
  primary: "bg-accent text-on-accent hover:bg-accent-strong disabled:bg-hover disabled:text-ink-3",
  outline: "border border-line-strong bg-surface text-ink hover:bg-hover disabled:text-ink-3",
  quiet: "text-ink-2 hover:bg-hover hover:text-ink disabled:text-ink-3",
  danger: "border border-line-strong bg-surface text-red hover:bg-red-soft disabled:text-ink-3",
}

type ButtonProps = ComponentProps<"button"> & { look?: Look; icon?: IconName; small?: boolean }

export function Button({
  look = "outline",
  icon,
  small = false,
  className = "",
  children,
  ...rest
}: ButtonProps) {
  const size = small ? "h-7 px-2 text-xs" : "h-8 px-3 text-sm"
  return (
    <button
      type="button"
      {...rest}
      className={`tap inline-flex items-center justify-center gap-1.5 rounded-lg font-medium whitespace-nowrap transition-colors disabled:cursor-not-allowed ${size} ${LOOKS[look]} ${className}`}
    >
      {icon && <Icon name={icon} size={small ? 14 : 16} />}
      {children}
    </button>
  )
}

type IconButtonProps = ComponentProps<"button"> & {
  icon: IconName
  label: string
  size?: number
  shortcut?: string
}

/** A button that is only an icon: its label is its name, and shows on hover. */
export function IconButton({ icon, label, size = 18, shortcut, className = "", ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={shortcut ? `${label} (${shortcut})` : label}
      aria-keyshortcuts={shortcut}
      {...rest}
      className={`tap inline-flex size-8 shrink-0 items-center justify-center rounded-lg text-ink-2 transition-colors hover:bg-hover hover:text-ink aria-pressed:bg-accent-soft aria-pressed:text-accent-text disabled:opacity-40 aria-disabled:opacity-40 ${className}`}
    >
      <Icon name={icon} size={size} />
    </button>
  )
}
