import { later } from "../ui/later"

const FirstSteps = later(async () => (await import("./first-steps")).FirstSteps)

/** The first steps where the conversation would be, or, on a small screen, where the list would be. */
export function FirstRun({ hasMessage }: { hasMessage: boolean }) {
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <FirstSteps hasMessage={hasMessage} />
    </div>
  )
}
