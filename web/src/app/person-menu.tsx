import { useQueryClient } from "@tanstack/react-query"
import { useState } from "react"
import { useLocation } from "wouter"
import { explain } from "../api/client"
import { countDrafts } from "../api/drafts"
import { useMe } from "../api/me"
import { countUnsent } from "../api/pending"
import type { Session } from "../api/session"
import { setUndoSeconds, useUndoSeconds } from "../api/undo"
import { plural } from "../lib/time"
import { Avatar } from "../ui/avatar"
import { Button } from "../ui/button"
import { Dialog } from "../ui/dialog"
import { Menu, MenuItem, MenuTitle } from "../ui/menu"
import { showToast } from "../ui/toast"
import { EXPORTS_HASH, SAVED_REPLIES_HASH } from "../ui/use-hash"
import { useBroken } from "./doctor-link"
import { askForNotifications, notificationPermission } from "./notifications"
import { ThemeItems } from "./theme-menu"

type Loss = { unsent: number; drafts: number }

/** Who is signed in, and the way out. */
export function PersonMenu({ session, onHelp }: { session: Session; onHelp: () => void }) {
  const cache = useQueryClient()
  const { agent, workspace } = useMe()
  const broken = useBroken()
  const [, navigate] = useLocation()
  const [loss, setLoss] = useState<Loss | null>(null)

  function signOut(): void {
    setLoss(null)
    session
      .signOut()
      .catch((error: unknown) => showToast(`Still signed in: ${explain(error)}`, { isError: true }))
  }

  function ask(): void {
    const found = { unsent: countUnsent(cache), drafts: countDrafts() }
    if (found.unsent + found.drafts > 0) setLoss(found)
    else signOut()
  }

  return (
    <>
      <Menu
        label="You"
        button={(properties) => (
          <button
            type="button"
            {...properties}
            aria-label={`You: ${agent.name}`}
            title={`${agent.name}, ${workspace.name}`}
            className="tap relative inline-flex size-10 items-center justify-center rounded-xl hover:bg-hover"
          >
            <Avatar id={agent.id} name={agent.name} size={28} />
            {broken > 0 && (
              <span className="absolute top-1 right-1 size-2.5 rounded-full border-2 border-canvas bg-red pane:hidden" />
            )}
          </button>
        )}
      >
        {(close) => {
          const closing = (act: () => void) => () => {
            close()
            act()
          }
          return (
            <>
              <div className="px-2.5 pt-1.5 pb-2">
                <p className="font-medium">{agent.name}</p>
                <p className="text-xs text-ink-3">{agent.email}</p>
                <p className="text-xs text-ink-3">
                  {workspace.name} · {agent.role}
                </p>
              </div>
              <MenuItem icon="note" onSelect={closing(() => window.location.assign(SAVED_REPLIES_HASH))}>
                Saved replies
              </MenuItem>
              <MenuItem icon="bot" onSelect={closing(() => navigate("/rules"))}>
                Rules
              </MenuItem>
              {agent.role !== "agent" && (
                <MenuItem icon="archive" onSelect={closing(() => window.location.assign(EXPORTS_HASH))}>
                  Exports
                </MenuItem>
              )}
              {agent.role !== "agent" && (
                <MenuItem
                  icon="pulse"
                  hint={broken > 0 ? `${broken} broken` : undefined}
                  onSelect={closing(() => navigate("/doctor"))}
                >
                  Doctor
                </MenuItem>
              )}
              <MenuItem icon="keyboard" onSelect={closing(onHelp)}>
                Keyboard
              </MenuItem>
              <NotificationsChoice onChosen={close} />
              <UndoChoice />
              <div className="pane:hidden">
                <MenuTitle>Theme</MenuTitle>
                <ThemeItems onChosen={close} />
              </div>
              <MenuItem icon="signOut" onSelect={closing(ask)}>
                Sign out
              </MenuItem>
            </>
          )
        }}
      </Menu>
      {loss && <Question loss={loss} onStay={() => setLoss(null)} onLeave={signOut} />}
    </>
  )
}

/** Whether the browser shows what rules tell the team. Once decided, that is changed in the browser's own settings. */
function NotificationsChoice({ onChosen }: { onChosen: () => void }) {
  const permission = notificationPermission()
  if (permission === "none") return null
  if (permission !== "may_ask")
    return (
      <p className="px-2.5 py-1.5 text-ink-3 text-xs">
        {permission === "on" ? "Notifications are on in this browser." : "The browser blocks notifications."}
      </p>
    )
  const ask = () => {
    onChosen()
    askForNotifications()
  }
  return (
    <MenuItem icon="bell" onSelect={ask}>
      Notify me in this browser
    </MenuItem>
  )
}

/** Whether an answer waits for a moment, so that it can be taken back. */
function UndoChoice() {
  const seconds = useUndoSeconds()
  return (
    <>
      <MenuTitle>Undo send</MenuTitle>
      {[0, 5].map((choice) => (
        <MenuItem key={choice} isChecked={seconds === choice} onSelect={() => setUndoSeconds(choice)}>
          {choice === 0 ? "Off" : `For ${choice} seconds`}
        </MenuItem>
      ))}
    </>
  )
}

type QuestionProps = { loss: Loss; onStay: () => void; onLeave: () => void }

function Question({ loss, onStay, onLeave }: QuestionProps) {
  const lost = [
    loss.unsent > 0 && `${plural(loss.unsent, "answer")} not sent yet`,
    loss.drafts > 0 && plural(loss.drafts, "draft"),
  ].filter((part) => part !== false)
  return (
    <Dialog
      title="Sign out and lose what is not sent?"
      onClose={onStay}
      footer={
        <>
          <Button onClick={onStay}>Stay</Button>
          <Button look="danger" onClick={onLeave}>
            Sign out
          </Button>
        </>
      }
    >
      <p className="text-base text-ink-2">
        This browser keeps {lost.join(" and ")}. Signing out deletes everything it keeps.
      </p>
    </Dialog>
  )
}
