import { explain } from "../api/client"
import { useCreateExport } from "../api/exports"
import { useMe } from "../api/me"
import type { Conversation, Export } from "../api/model"
import { Button } from "../ui/button"
import { showToast } from "../ui/toast"
import { EXPORTS_HASH } from "../ui/use-hash"

/** Taking out a conversation, or all about its person: for owners and admins. */
export function ExportSection({ conversation }: { conversation: Conversation }) {
  const create = useCreateExport()
  if (useMe().agent.role === "agent") return null
  const take = (kind: Export["kind"]) => () =>
    create.mutate(
      { kind, id: conversation.id },
      {
        onSuccess: () => window.location.assign(EXPORTS_HASH),
        onError: (error) => showToast(explain(error), { isError: true }),
      },
    )
  return (
    <section className="flex flex-col gap-1.5 border-t border-line pt-4">
      <h3 className="text-xs font-semibold text-ink-3">Export</h3>
      <div className="flex flex-wrap gap-2">
        <Button small disabled={create.isPending} onClick={take("conversation")}>
          This conversation
        </Button>
        <Button small disabled={create.isPending} onClick={take("person")}>
          All about this person
        </Button>
      </div>
    </section>
  )
}
