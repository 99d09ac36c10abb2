import { useQuery } from "@tanstack/react-query"
import { type KeyboardEvent, type RefObject, useEffect, useId, useState } from "react"
import { flushSync } from "react-dom"
import { useMe } from "../api/me"
import type { Conversation, SavedReply } from "../api/model"
import { savedReplies } from "../api/saved-replies"
import { findSlash, insert, matching } from "../lib/slash"
import { render, valuesOf } from "../lib/template"

/** Until the list is there. */
function wait(): void {}

type Given = {
  conversation: Conversation
  box: RefObject<HTMLTextAreaElement | null>
  text: string
  isOn: boolean
  onText: (text: string) => void
}

/** "/" at the beginning of a word offers saved replies: what is offered, what the keys do, and what is put in its place. */
export function useSlash({ conversation, box, text, isOn, onText }: Given) {
  const id = useId()
  const [caret, setCaret] = useState(0)
  const [active, setActive] = useState(0)
  const [closedAt, setClosedAt] = useState<string | null>(null)
  const agent = useMe().agent.name
  const slash = isOn ? findSlash(text, caret) : null
  const isOpen = slash !== null && closedAt !== `${slash.from}`
  const { data, isFetching } = useQuery({ ...savedReplies, enabled: isOpen })
  const found = isOpen && slash !== null ? matching(data?.items ?? [], slash.query) : []
  const query = slash?.query
  // biome-ignore lint/correctness/useExhaustiveDependencies: another word begins at its first
  useEffect(() => setActive(0), [query])
  useEffect(() => {
    if (slash === null) setClosedAt(null)
  }, [slash])

  const { participant, account } = conversation
  const values = valuesOf({
    name: participant.name,
    username: participant.username,
    account: account.username,
    agent,
  })
  const said = (reply: SavedReply): string => render(reply.text, values)

  function choose(reply: SavedReply): void {
    if (slash === null) return
    const next = insert(text, slash, said(reply))
    flushSync(() => {
      onText(next.text)
      setCaret(next.caret)
    })
    box.current?.focus()
    box.current?.setSelectionRange(next.caret, next.caret)
  }

  function actions(): Record<string, (() => void) | undefined> {
    const close = (): void => setClosedAt(`${slash?.from}`)
    const chosen = found[active]
    const isComing = data === undefined && isFetching // nobody means to send the word itself
    if (chosen === undefined) return { Escape: close, ...(isComing && { Enter: wait }) }
    const take = (): void => choose(chosen)
    const move = (by: number) => (): void => setActive((active + found.length + by) % found.length)
    return { Escape: close, ArrowDown: move(1), ArrowUp: move(-1), Enter: take, Tab: take }
  }

  /** Whether the key was for the list. */
  function press(event: KeyboardEvent): boolean {
    if (!isOpen || event.nativeEvent.isComposing) return false
    const act = actions()[event.shiftKey ? "" : event.key]
    if (act === undefined) return false
    event.preventDefault()
    act()
    return true
  }

  const chosen = found[active]
  const isShown = isOpen && data !== undefined && data.items.length > 0
  return {
    press,
    followCaret: () => setCaret(box.current?.selectionStart ?? 0),
    list: isShown
      ? {
          id,
          replies: found,
          active,
          preview: chosen === undefined ? null : said(chosen),
          onChoose: choose,
          optionId: (index: number) => `${id}-${index}`,
        }
      : null,
    aria: {
      "aria-autocomplete": isOn ? ("list" as const) : undefined,
      "aria-controls": isShown ? id : undefined,
      "aria-activedescendant": isShown && chosen !== undefined ? `${id}-${active}` : undefined,
    },
  }
}
