import { type ComponentType, lazy, type ReactNode, useState } from "react"

/** A part of the page in a file of its own that is asked for at once and not waited for. */
type Part<Props> = { loaded: ComponentType<Props> | null; awaited: ComponentType<Props> }

export function early<Props extends object>(load: Promise<ComponentType<Props>>): Part<Props> {
  const part: Part<Props> = { loaded: null, awaited: lazy(async () => ({ default: await load })) }
  void load.then((component) => {
    part.loaded = component
  })
  return part
}

type EarlyProps<Props> = { part: Part<Props>; children: (component: ComponentType<Props>) => ReactNode }

/** Shows such a part: without a gap when it is there, else it suspends until it is. */
export function Early<Props>({ part, children }: EarlyProps<Props>) {
  const [component] = useState(() => part.loaded ?? part.awaited)
  return children(component)
}
