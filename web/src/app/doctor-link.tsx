import { useQuery } from "@tanstack/react-query"
import { Link, useRoute } from "wouter"
import { standing, useMayExamine } from "../api/doctor"
import { DOCTOR, describeBroken } from "../lib/doctor"
import { Icon } from "../ui/icon"
import { RailCount } from "./rail-count"

/** How many things the doctor found broken; 0 for those who are not told. */
export function useBroken(): number {
  const mayExamine = useMayExamine()
  const { data } = useQuery({ ...standing, enabled: mayExamine })
  return mayExamine ? (data?.checkup?.red ?? 0) : 0
}

/** The way to the doctor, with a mark while something is broken. On a small screen it is in the menu of one's name. */
export function DoctorLink() {
  const broken = useBroken()
  const [isHere] = useRoute(DOCTOR)
  if (!useMayExamine()) return null
  const label = describeBroken(broken)
  return (
    <Link
      href={DOCTOR}
      aria-label={label}
      aria-current={isHere ? "page" : undefined}
      title={label}
      className={`tap relative hidden size-10 items-center justify-center rounded-xl hover:bg-hover hover:text-ink pane:inline-flex ${isHere ? "bg-hover text-ink" : "text-ink-2"}`}
    >
      <Icon name="pulse" size={20} />
      <RailCount count={broken} look="bg-red text-surface" />
    </Link>
  )
}
