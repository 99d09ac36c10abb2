import { type ReactNode, useState } from "react"

type AsTableProps = { label: string; className: string; children: () => ReactNode }

/** What a picture shows, as a table for who cannot see it; made when somebody opens it. */
export function AsTable({ label, className, children }: AsTableProps) {
  const [isOpen, setOpen] = useState(false)
  return (
    <details
      data-picture="off"
      className="mt-2 text-xs"
      onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
    >
      <summary className="cursor-pointer text-ink-2">As a table</summary>
      {isOpen && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
        <section tabIndex={0} aria-label={label} className={`mt-2 ${className}`}>
          {children()}
        </section>
      )}
    </details>
  )
}
