import { explain } from "../api/client"
import type { Message } from "../api/model"
import { ourReaction, useReact } from "../api/reactions"
import { IconButton } from "../ui/button"
import { Menu, MenuItem } from "../ui/menu"
import { showToast } from "../ui/toast"

const PALETTE = [
  ["❤️", "Heart"],
  ["👍", "Thumbs up"],
  ["😂", "Laughing"],
  ["😮", "Surprised"],
  ["😢", "Sad"],
  ["🙏", "Thank you"],
] as const

type ToolsProps = { message: Message; isOurs: boolean; onReply: (message: Message) => void }

/** Beside a message, for who points at it or comes by with Tab: react to it, or answer it. */
export function MessageTools({ message, isOurs, onReply }: ToolsProps) {
  const react = useReact()
  const chosen = ourReaction(message)
  const choose = (emoji: string | null): void =>
    react.mutate(
      { message, emoji },
      { onError: (error) => showToast(`Not reacted: ${explain(error)}`, { isError: true }) },
    )
  return (
    <span
      className={`absolute top-0 z-10 flex opacity-0 focus-within:opacity-100 group-hover:opacity-100 has-[[aria-expanded=true]]:opacity-100 ${isOurs ? "right-full mr-1" : "left-full ml-1"}`}
    >
      <Menu
        label="React or reply"
        button={(properties) => (
          <IconButton {...properties} icon="heart" size={16} label="React or reply" className="size-7!" />
        )}
      >
        {(close) => {
          const closing = (act: () => void) => () => {
            close()
            act()
          }
          return (
            <>
              {PALETTE.map(([emoji, name]) => (
                <MenuItem
                  key={emoji}
                  isChecked={chosen === emoji}
                  leading={<span aria-hidden="true">{emoji}</span>}
                  onSelect={closing(() => choose(chosen === emoji ? null : emoji))}
                >
                  {name}
                </MenuItem>
              ))}
              {chosen !== null && (
                <MenuItem icon="close" onSelect={closing(() => choose(null))}>
                  Take back the reaction
                </MenuItem>
              )}
              <MenuItem icon="reply" onSelect={closing(() => onReply(message))}>
                Reply to this message
              </MenuItem>
            </>
          )
        }}
      </Menu>
    </span>
  )
}
