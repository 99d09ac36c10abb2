import { explain } from "../api/client"
import { useExamined, useLookAgain, useMayExamine } from "../api/doctor"
import type { Checkup, Finding } from "../api/model"
import { describeLooked, describeStanding, type Group, groupFindings, worstOf } from "../lib/findings"
import { formatExact, plural } from "../lib/time"
import { Button } from "../ui/button"
import { FindingItem, LevelMark } from "../ui/finding-item"
import { useNow } from "../ui/use-now"
import { useTitle } from "../ui/use-title"

/** Is everything as it should be? What was found last, at once; and another look for who asks. */
export function DoctorScreen() {
  useTitle("Doctor")
  const mayExamine = useMayExamine()
  return (
    <main className="flex h-full min-h-0 min-w-0 flex-1 flex-col bg-surface">
      {mayExamine ? (
        <Examined />
      ) : (
        <div className="p-6">
          <h1 className="font-semibold text-lg">Doctor</h1>
          <p className="mt-1 text-ink-2 text-sm">Owners and admins see what the doctor found.</p>
        </div>
      )}
    </main>
  )
}

function Examined() {
  const { checkup, findings, error, retry } = useExamined()
  const isWell = worstOf(findings ?? []) === "green"
  return (
    <>
      <header className="min-h-14 shrink-0 border-line border-b px-4 py-2 drawer:px-6">
        <div className="flex max-w-3xl flex-wrap items-center gap-x-4 gap-y-1.5">
          <div className="min-w-0 flex-1 basis-64">
            <h1 className="font-semibold text-lg tracking-tight">Doctor</h1>
            <p role="status" aria-label="How it stands" className="text-ink-3 text-xs">
              {checkup?.looked_at && describeStanding(checkup)}
            </p>
          </div>
          {checkup && <LookAgain checkup={checkup} />}
        </div>
      </header>
      <section
        aria-label="What was found"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling part must be reachable by keyboard
        tabIndex={0}
        className="flex min-h-0 flex-1 flex-col overflow-y-auto px-4 py-4 drawer:px-6"
      >
        <div className="flex max-w-3xl flex-col gap-5">
          {findings === undefined &&
            (error ? (
              <div role="alert" className="flex flex-wrap items-center gap-3 text-ink-2 text-sm">
                What was found could not be loaded: {explain(error)}
                <Button onClick={retry}>Try again</Button>
              </div>
            ) : (
              <Waiting isNever={checkup === null} />
            ))}
          {findings !== undefined &&
            groupFindings(findings).map((group) => (
              <Section key={group.key} group={group} isFolded={!isWell} />
            ))}
        </div>
      </section>
    </>
  )
}

function Waiting({ isNever }: { isNever: boolean }) {
  if (isNever) return <p className="text-ink-2 text-sm">The doctor does not come to this workspace.</p>
  return <div role="status" aria-label="Looking" className="h-40 animate-pulse rounded-xl bg-hover" />
}

/** It keeps the focus while it looks; when it has, the list is another. */
function LookAgain({ checkup }: { checkup: Checkup }) {
  const now = useNow()
  const look = useLookAgain()
  const isLooking = look.isPending || checkup.asked_at !== null || checkup.looked_at === null
  return (
    <div className="flex flex-wrap items-center gap-3">
      <p
        className="text-ink-3 text-xs"
        title={checkup.looked_at ? formatExact(checkup.looked_at) : undefined}
      >
        {describeLooked(checkup, now)}
      </p>
      <Button icon="retry" aria-disabled={isLooking} onClick={() => isLooking || look.mutate()}>
        {isLooking ? "Looking…" : "Look again"}
      </Button>
      {look.error && (
        <p role="alert" className="text-red text-xs">
          {explain(look.error)}
        </p>
      )}
    </div>
  )
}

/** What is amiss first; what is well is folded while there is something else to look at. */
function Section({ group, isFolded }: { group: Group; isFolded: boolean }) {
  const isNamed = group.key === ""
  const well = group.findings.filter(({ level }) => level === "green")
  const amiss = group.findings.filter(({ level }) => level !== "green")
  return (
    <section aria-label={group.name} className="rounded-xl border border-line px-4 py-1.5">
      <h2 className="flex items-center gap-2 pt-2 pb-1 font-semibold text-base">
        <LevelMark level={group.worst} />
        {group.name}
      </h2>
      <Findings findings={amiss} isNamed={isNamed} />
      {well.length > 0 && (
        <details open={!isFolded}>
          <summary className="py-2 text-ink-3 text-sm">
            {plural(well.length, "check")} {well.length === 1 ? "is" : "are"} well
          </summary>
          <Findings findings={well} isNamed={isNamed} />
        </details>
      )}
    </section>
  )
}

function Findings({ findings, isNamed }: { findings: Finding[]; isNamed: boolean }) {
  return (
    <ul className="divide-y divide-line">
      {findings.map((finding) => (
        <FindingItem
          key={`${finding.check} ${finding.about} ${finding.says}`}
          title={finding.title}
          finding={finding}
          isNamed={isNamed}
        />
      ))}
    </ul>
  )
}
