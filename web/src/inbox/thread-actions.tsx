import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { agents as agentsQuery } from "../api/agents"
import { useMe } from "../api/me"
import type { Conversation } from "../api/model"
import { formatMoment, snoozePresets } from "../lib/time"
import { Avatar } from "../ui/avatar"
import { Button, IconButton } from "../ui/button"
import { Icon } from "../ui/icon"
import { Menu, MenuItem } from "../ui/menu"
import { Popover } from "../ui/popover"
import type { ThreadDoors } from "./thread-doors"
import { useActions } from "./use-actions"

type ActionProps = { conversation: Conversation; doors: ThreadDoors }

export function AssignMenu({ conversation, doors }: ActionProps) {
  const { assign } = useActions()
  const me = useMe().agent
  const { data: agents } = useQuery(agentsQuery)
  const { assignee } = conversation
  const others = agents?.items.filter((agent) => agent.id !== me.id) ?? []
  const name = assignee === null ? "Nobody" : assignee.id === me.id ? "You" : assignee.name
  return (
    <Menu
      label="Assign to"
      buttonRef={doors.assign.ref}
      button={(properties) => (
        <button
          type="button"
          {...properties}
          aria-label={`Assigned to ${name}`}
          title="Assign (a)"
          className="tap inline-flex h-8 items-center gap-2 rounded-lg px-2 text-sm font-medium text-ink-2 hover:bg-hover hover:text-ink"
        >
          {assignee ? (
            <Avatar id={assignee.id} name={assignee.name} size={20} />
          ) : (
            <Icon name="personPlus" size={18} />
          )}
          <span className="hidden max-w-32 truncate drawer:inline">{assignee ? name : "Assign"}</span>
        </button>
      )}
    >
      {(close) => {
        const choose = (agent: typeof me | null) => () => {
          assign(conversation, agent)
          close()
        }
        return (
          <>
            <MenuItem
              isChecked={assignee?.id === me.id}
              leading={<Avatar id={me.id} name={me.name} size={20} />}
              hint="i"
              onSelect={choose(me)}
            >
              {me.name} (you)
            </MenuItem>
            {others.map((agent) => (
              <MenuItem
                key={agent.id}
                isChecked={assignee?.id === agent.id}
                leading={<Avatar id={agent.id} name={agent.name} size={20} />}
                onSelect={choose(agent)}
              >
                {agent.name}
              </MenuItem>
            ))}
            <MenuItem isChecked={assignee === null} icon="close" onSelect={choose(null)}>
              Nobody
            </MenuItem>
          </>
        )
      }}
    </Menu>
  )
}

export function SnoozeMenu({ conversation, doors }: ActionProps) {
  const { snooze } = useActions()
  const [picked, setPicked] = useState("")
  return (
    <Popover
      label="Snooze until"
      role="dialog"
      buttonRef={doors.snooze.ref}
      button={(properties) => <IconButton {...properties} icon="clock" label="Snooze" shortcut="s" />}
    >
      {(close) => {
        const now = Date.now()
        const until = new Date(picked)
        const isUsable = until.getTime() > now
        const choose = (moment: Date): void => {
          snooze(conversation, moment)
          close()
        }
        return (
          <div className="flex flex-col">
            {snoozePresets(now).map((preset) => (
              <button
                key={preset.label}
                type="button"
                onClick={() => choose(preset.until)}
                className="inset-focus tap flex items-center justify-between gap-6 rounded-lg px-2.5 py-1.5 text-left hover:bg-hover focus-visible:bg-hover"
              >
                {preset.label}
                <span className="text-xs text-ink-3">{formatMoment(preset.until.getTime(), now)}</span>
              </button>
            ))}
            <form
              className="mt-1 flex items-end gap-2 border-t border-line px-2.5 pt-2.5 pb-1.5"
              onSubmit={(event) => {
                event.preventDefault()
                if (isUsable) choose(until)
              }}
            >
              <label className="flex flex-1 flex-col gap-1 text-xs font-medium text-ink-3">
                Another time
                <input
                  type="datetime-local"
                  value={picked}
                  onChange={(event) => setPicked(event.target.value)}
                  className="h-8 rounded-lg border border-line-strong bg-surface px-2 text-sm text-ink"
                />
              </label>
              <Button type="submit" disabled={!isUsable}>
                Snooze
              </Button>
            </form>
          </div>
        )
      }}
    </Popover>
  )
}
