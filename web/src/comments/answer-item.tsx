import { explain } from "../api/client"
import { useDiscardComment, useRetryComment } from "../api/comment-actions"
import type { Comment } from "../api/model"
import { formatExact, formatRowTime } from "../lib/time"
import { Button } from "../ui/button"
import { Icon } from "../ui/icon"
import { showToast } from "../ui/toast"

const STATES: Record<NonNullable<Comment["status"]>, string> = {
  queued: "Waiting to go out",
  sending: "Going out",
  sent: "Public",
  failed: "Not sent",
  in_doubt: "Unknown",
}

/** What we wrote under a comment, where everybody sees it. */
export function AnswerItem({ answer, now }: { answer: Comment; now: number }) {
  const retry = useRetryComment()
  const discard = useDiscardComment()
  const isTroubled =
    answer.status === "failed" || (answer.status === "in_doubt" && answer.error?.code !== "checking")
  const refused = { onError: (error: unknown) => showToast(explain(error), { isError: true }) }
  return (
    <div className="ml-1 flex flex-col gap-1 border-accent/50 border-l-2 pl-3">
      <p className="flex flex-wrap items-baseline gap-x-2 text-xs">
        <span className="font-medium text-ink-2">{answer.written_by ?? `@${answer.account.username}`}</span>
        <time
          dateTime={answer.created_at}
          title={formatExact(answer.created_at)}
          className="text-ink-3 tabular-nums"
        >
          {formatRowTime(answer.created_at, now)}
        </time>
        <span className={isTroubled ? "text-red" : "text-ink-3"}>
          {STATES[answer.status ?? "sent"]}
          {answer.error && answer.status !== "sent" && `: ${answer.error.message}`}
        </span>
      </p>
      <p
        className={`whitespace-pre-wrap break-words text-sm ${answer.status === "failed" ? "text-ink-3" : ""}`}
      >
        {answer.deleted_at !== null ? "Deleted." : answer.text}
      </p>
      {isTroubled && (
        <div className="flex gap-2">
          <Button small disabled={retry.isPending} onClick={() => retry.mutate(answer, refused)}>
            <Icon name="retry" size={14} />
            Send again
          </Button>
          <Button
            small
            look="danger"
            disabled={discard.isPending}
            onClick={() => discard.mutate(answer, refused)}
          >
            Discard
          </Button>
        </div>
      )}
    </div>
  )
}
