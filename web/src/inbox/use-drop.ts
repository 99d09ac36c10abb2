import { type DragEvent, useEffect, useRef, useState } from "react"

type Handlers = {
  onDragEnter: (event: DragEvent) => void
  onDragOver: (event: DragEvent) => void
  onDragLeave: (event: DragEvent) => void
  onDrop: (event: DragEvent) => void
}

function holdsFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer.types.includes("Files")
}

/** A file that falls beside its target opens nothing in place of the inbox. */
export function useNoStrayDrops(): void {
  useEffect(() => {
    const keep = (event: globalThis.DragEvent): void => {
      if (event.dataTransfer?.types.includes("Files")) event.preventDefault()
    }
    window.addEventListener("dragover", keep)
    window.addEventListener("drop", keep)
    return () => {
      window.removeEventListener("dragover", keep)
      window.removeEventListener("drop", keep)
    }
  }, [])
}

/** Whether files hang over an element, and what to do when they fall. */
export function useDrop(onFiles: (files: File[]) => void): { isOver: boolean; handlers: Handlers } {
  const depth = useRef(0) // each child that is entered is an event of its own
  const [isOver, setOver] = useState(false)

  function move(event: DragEvent, by: number): void {
    if (!holdsFiles(event)) return
    event.preventDefault()
    depth.current = Math.max(0, depth.current + by)
    setOver(depth.current > 0)
  }

  function drop(event: DragEvent): void {
    if (!holdsFiles(event)) return
    event.preventDefault()
    depth.current = 0
    setOver(false)
    onFiles([...event.dataTransfer.files])
  }

  return {
    isOver,
    handlers: {
      onDragEnter: (event) => move(event, 1),
      onDragOver: (event) => move(event, 0),
      onDragLeave: (event) => move(event, -1),
      onDrop: drop,
    },
  }
}
