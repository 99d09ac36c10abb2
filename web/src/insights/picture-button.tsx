import { type RefObject, useState } from "react"
import { pictureOf } from "../lib/picture"

type PictureButtonProps = { of: RefObject<HTMLElement | null>; name: string; className: string }

/** Saves what is seen as a picture. */
export function PictureButton({ of, name, className }: PictureButtonProps) {
  const [error, setError] = useState<string | null>(null)
  async function save() {
    if (of.current === null) return
    try {
      const address = URL.createObjectURL(await pictureOf(of.current))
      const link = document.createElement("a")
      link.href = address
      link.download = name
      link.click()
      setTimeout(() => URL.revokeObjectURL(address), 10_000)
      setError(null)
    } catch (problem) {
      setError(problem instanceof Error ? problem.message : String(problem))
    }
  }
  return (
    <>
      <button type="button" className={className} onClick={() => void save()}>
        PNG
      </button>
      {error && (
        <span role="alert" className="text-red text-sm">
          {error}
        </span>
      )}
    </>
  )
}
