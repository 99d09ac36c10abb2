import { useQuery } from "@tanstack/react-query"
import { Link, useRoute } from "wouter"
import { outbox } from "../api/outbox"
import { Icon, type IconName } from "../ui/icon"
import { RailCount } from "./rail-count"

/** The ways to what is scheduled and to what failed, each with how much there is. */
export function OutboxLinks() {
  const { data } = useQuery(outbox)
  const held = data?.held.length ?? 0
  const later = (data?.scheduled.length ?? 0) + held
  const troubled = data?.troubled.length ?? 0
  return (
    <>
      <RailLink
        href="/scheduled"
        icon="clock"
        label={
          later === 0 ? "Scheduled" : `Scheduled: ${later}${held > 0 ? `, ${held} held for review` : ""}`
        }
        count={later}
        look={held > 0 ? "bg-amber text-surface" : "bg-line text-ink-2"}
      />
      <RailLink
        href="/troubled"
        icon="alert"
        label={troubled === 0 ? "Failed and in doubt" : `Failed and in doubt: ${troubled}`}
        count={troubled}
        look="bg-red text-surface"
      />
    </>
  )
}

type LinkProps = { href: string; icon: IconName; label: string; count: number; look: string }

function RailLink({ href, icon, label, count, look }: LinkProps) {
  const [isHere] = useRoute(href)
  return (
    <Link
      href={href}
      aria-label={label}
      aria-current={isHere ? "page" : undefined}
      title={label}
      className={`tap relative inline-flex size-10 items-center justify-center rounded-xl hover:bg-hover hover:text-ink ${isHere ? "bg-hover text-ink" : "text-ink-2"}`}
    >
      <Icon name={icon} size={20} />
      <RailCount count={count} look={look} />
    </Link>
  )
}
