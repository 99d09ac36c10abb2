import { Link } from "wouter"
import { explain } from "../api/client"
import { useExamined, useLookAgain } from "../api/doctor"
import { DOCTOR } from "../lib/doctor"
import { selectFirstSteps } from "../lib/findings"
import { Button } from "../ui/button"
import { FindingItem } from "../ui/finding-item"

/** What a new installation still lacks, from the doctor's list; the last step turns green by itself when a message comes. */
export function FirstSteps({ hasMessage }: { hasMessage: boolean }) {
  const { checkup, findings, error } = useExamined()
  const look = useLookAgain()
  const steps = findings === undefined ? [] : selectFirstSteps(findings, hasMessage)
  const done = steps.filter((step) => step.finding.level === "green").length
  const isLooking = look.isPending || checkup?.asked_at != null || checkup?.looked_at == null
  return (
    <section aria-labelledby="first-steps" className="mx-auto w-full max-w-xl px-5 py-8 text-left">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <h2 id="first-steps" className="mr-auto font-semibold text-lg">
          {hasMessage ? "Your first message is here" : "First steps"}
        </h2>
        <Button icon="retry" aria-disabled={isLooking} onClick={() => isLooking || look.mutate()}>
          {isLooking ? "Looking…" : "Look again"}
        </Button>
      </div>
      <p role="status" aria-label="First steps" className="mt-1 text-ink-3 text-sm">
        {hasMessage && "Open it on the left. "}
        {steps.length > 0 && `${done} of ${steps.length} done.`}
      </p>
      {error !== null && findings === undefined && (
        <p role="alert" className="mt-2 text-red text-sm">
          {explain(error)}
        </p>
      )}
      <ol className="mt-2 divide-y divide-line">
        {steps.map((step) => (
          <FindingItem
            key={step.check}
            title={step.title}
            finding={step.finding}
            isWaiting={step.isWaiting}
            isNamed
          />
        ))}
      </ol>
      <Link href={DOCTOR} className="mt-3 inline-block text-accent-text text-sm underline underline-offset-2">
        Everything that was looked at
      </Link>
    </section>
  )
}
