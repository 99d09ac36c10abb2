import { useState } from "react"
import { selectColour, selectInitials } from "../lib/selectors"

const HUES = [
  "bg-[light-dark(oklch(0.9_0.055_25),oklch(0.4_0.075_25))] text-[light-dark(oklch(0.38_0.1_25),oklch(0.92_0.05_25))]",
  "bg-[light-dark(oklch(0.9_0.055_70),oklch(0.4_0.075_70))] text-[light-dark(oklch(0.38_0.1_70),oklch(0.92_0.05_70))]",
  "bg-[light-dark(oklch(0.9_0.055_120),oklch(0.4_0.075_120))] text-[light-dark(oklch(0.38_0.1_120),oklch(0.92_0.05_120))]",
  "bg-[light-dark(oklch(0.9_0.055_165),oklch(0.4_0.075_165))] text-[light-dark(oklch(0.38_0.1_165),oklch(0.92_0.05_165))]",
  "bg-[light-dark(oklch(0.9_0.055_215),oklch(0.4_0.075_215))] text-[light-dark(oklch(0.38_0.1_215),oklch(0.92_0.05_215))]",
  "bg-[light-dark(oklch(0.9_0.055_265),oklch(0.4_0.075_265))] text-[light-dark(oklch(0.38_0.1_265),oklch(0.92_0.05_265))]",
  "bg-[light-dark(oklch(0.9_0.055_310),oklch(0.4_0.075_310))] text-[light-dark(oklch(0.38_0.1_310),oklch(0.92_0.05_310))]",
  "bg-[light-dark(oklch(0.9_0.055_350),oklch(0.4_0.075_350))] text-[light-dark(oklch(0.38_0.1_350),oklch(0.92_0.05_350))]",
]

type AvatarProps = {
  id: string
  name: string
  url?: string | null
  size?: number
  square?: boolean
  /** The picture cannot be shown, and the initials are. */
  onBroken?: () => void
}

/** Below this size initials cannot be read: the colour stays, and the name shows on hover. */
const LEGIBLE = 20
const SMALLEST_TEXT = 9

/** A picture, or initials on a colour that is always the same for the same id. Decoration: the name stands beside it. */
export function Avatar({ id, name, url = null, size = 36, square = false, onBroken }: AvatarProps) {
  const [broken, setBroken] = useState<string | null>(null)
  const shape = square ? "rounded-lg" : "rounded-full"
  const box = { width: size, height: size, fontSize: Math.max(SMALLEST_TEXT, Math.round(size * 0.37)) }
  if (url !== null && url !== broken) {
    return (
      <img
        src={url}
        alt=""
        width={size}
        height={size}
        loading="lazy"
        decoding="async"
        onError={() => {
          setBroken(url)
          onBroken?.()
        }}
        style={box}
        className={`${shape} shrink-0 bg-hover object-cover`}
      />
    )
  }
  return (
    <span
      aria-hidden="true"
      title={size < LEGIBLE ? name : undefined}
      style={box}
      className={`${shape} ${HUES[selectColour(id, HUES.length)]} inline-flex shrink-0 items-center justify-center font-semibold tracking-tight select-none`}
    >
      {size >= LEGIBLE && selectInitials(name)}
    </span>
  )
}
