import { useRef } from "react"
import { ACCEPTED } from "../lib/uploads"
import { IconButton } from "../ui/button"

/** Opens the system's file chooser. */
export function AttachButton({ onFiles }: { onFiles: (files: File[]) => void }) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <IconButton
        icon="clip"
        label="Attach files"
        className="size-7!"
        size={16}
        onClick={() => input.current?.click()}
      />
      <input
        ref={input}
        type="file"
        multiple
        hidden
        tabIndex={-1}
        accept={ACCEPTED}
        aria-label="Files to attach"
        onChange={({ target }) => {
          onFiles([...(target.files ?? [])])
          target.value = "" // the same file may be chosen again
        }}
      />
    </>
  )
}
