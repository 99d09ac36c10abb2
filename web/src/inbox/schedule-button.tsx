import { useState } from "react"
import type { Account, Conversation, OnReply } from "../api/model"
import { describeOutlook } from "../lib/scheduled"
import { IconButton } from "../ui/button"
import { Popover } from "../ui/popover"
import { ScheduleForm } from "./schedule-form"

type ButtonProps = {
  conversation: Conversation
  account: Account | undefined
  isReady: boolean
  onSchedule: (at: Date, onReply: OnReply) => void
}

/** Beside Send: the same, later. */
export function ScheduleButton({ conversation, account, isReady, onSchedule }: ButtonProps) {
  const [onReply, setOnReply] = useState<OnReply>("hold")
  return (
    <Popover
      label="Schedule"
      role="dialog"
      button={(properties) => (
        <IconButton
          {...properties}
          icon="clock"
          label="Schedule"
          disabled={!isReady}
          className="disabled:opacity-40"
        />
      )}
    >
      {(close) => (
        <ScheduleForm
          outlook={(at) => describeOutlook(conversation, account, at)}
          onReply={onReply}
          onChangeReply={setOnReply}
          onChoose={(at) => {
            close()
            onSchedule(at, onReply)
          }}
        />
      )}
    </Popover>
  )
}
