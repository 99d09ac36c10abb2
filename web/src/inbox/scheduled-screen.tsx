import { useQuery } from "@tanstack/react-query"
import { accounts as accountsQuery } from "../api/accounts"
import { explain } from "../api/client"
import type { Scheduled } from "../api/model"
import { scheduledList, useTracked } from "../api/outbox"
import { describeOutlook, formatRelease, ON_REPLY } from "../lib/scheduled"
import { selectSummary } from "../lib/selectors"
import { formatExact, plural } from "../lib/time"
import { Button } from "../ui/button"
import { Icon } from "../ui/icon"
import { useNow } from "../ui/use-now"
import { Notice } from "./list-states"
import { OutboxFrame, OutboxSkeleton, ShowMore, Whom } from "./outbox-frame"
import { ScheduleActions } from "./schedule-actions"

/** Everything that is to go out later, and what waits for somebody to look at it. */
export function ScheduledScreen() {
  const { data: list, error, refetch } = useTracked<Scheduled>(scheduledList)
  const held = list?.items.filter(({ message }) => message.status === "held") ?? []
  const later = list?.items.filter(({ message }) => message.status !== "held") ?? []
  return (
    <OutboxFrame
      title="Scheduled"
      hint="Answers that go out by themselves when their time comes, and those that wait for you."
    >
      {list === undefined && error && (
        <Notice icon="alert" title="The list could not be loaded" text={explain(error)}>
          <Button onClick={() => void refetch()}>Try again</Button>
        </Notice>
      )}
      {list === undefined && !error && <OutboxSkeleton label="Loading what is scheduled" />}
      {list?.items.length === 0 && (
        <Notice
          icon="clock"
          title="Nothing is scheduled"
          text="The clock beside Send puts an answer off until the time you choose."
        />
      )}
      {held.length > 0 && <Section title="Held for review" items={held} />}
      {later.length > 0 && <Section title="To be sent" items={later} />}
      {list?.next && <ShowMore kind="scheduled" />}
    </OutboxFrame>
  )
}

function Section({ title, items }: { title: string; items: Scheduled[] }) {
  return (
    <section aria-label={title} className="mb-6">
      <h2 className="mb-2 font-semibold text-ink-3 text-xs">
        {title} <span className="tabular-nums">({items.length})</span>
      </h2>
      <ul className="flex max-w-3xl flex-col gap-2">
        {items.map((item) => (
          <li key={item.message.id}>
            <Item scheduled={item} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function Item({ scheduled }: { scheduled: Scheduled }) {
  const { message, conversation, release_at, on_reply, parts, text } = scheduled
  const now = useNow()
  const { data: accounts } = useQuery(accountsQuery)
  const account = accounts?.items.find((one) => one.id === conversation.account.id)
  const isHeld = message.status === "held"
  const outlook = isHeld ? null : describeOutlook(conversation, account, Date.parse(release_at))
  return (
    <article
      tabIndex={-1}
      aria-label={`For ${formatRelease(release_at, now)}`}
      className={`rounded-xl border p-3.5 ${isHeld ? "border-amber bg-amber-soft" : "border-line"}`}
    >
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Whom conversation={conversation} />
        <time
          dateTime={release_at}
          title={formatExact(release_at)}
          className="ml-auto inline-flex items-center gap-1 font-medium text-sm tabular-nums"
        >
          <Icon name="clock" size={15} />
          {formatRelease(release_at, now)}
        </time>
      </div>
      <p dir="auto" className="mt-2 line-clamp-4 text-base wrap-anywhere whitespace-pre-wrap">
        {text ?? selectSummary(message)}
      </p>
      <p className="mt-1.5 text-ink-3 text-xs">
        {[
          parts > 1 && plural(parts, "message"),
          message.author.name && `by ${message.author.name}`,
          !isHeld && `If they write before: ${ON_REPLY[on_reply].toLowerCase()}`,
        ]
          .filter(Boolean)
          .join(" · ")}
      </p>
      {(isHeld || outlook) && (
        <p className="mt-1.5 flex items-start gap-1.5 text-amber text-sm [&>svg]:mt-0.5 [&>svg]:shrink-0">
          <Icon name="alert" size={15} />
          {isHeld ? (message.error?.message ?? "They wrote after this was scheduled.") : outlook}
        </p>
      )}
      <div className="mt-2.5">
        <ScheduleActions message={message} scheduled={scheduled} />
      </div>
    </article>
  )
}
