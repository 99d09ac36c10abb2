import { useQuery } from "@tanstack/react-query"
import { accounts as accountsQuery } from "../api/accounts"
import { explain } from "../api/client"
import { exportsQuery, fileOf, isUnderWay, useCreateExport } from "../api/exports"
import type { Export } from "../api/model"
import { formatMoment, formatSize, plural } from "../lib/time"
import { Button } from "../ui/button"
import { Dialog } from "../ui/dialog"
import { Icon } from "../ui/icon"
import { showToast } from "../ui/toast"
import { useNow } from "../ui/use-now"

const KINDS = { conversation: "Conversation with", person: "All about", account: "Account" }

/** What was taken out, what is being made, and the way to take out an account. Owners and admins see it. */
export function ExportsDialog({ onClose }: { onClose: () => void }) {
  const { data, error, refetch } = useQuery(exportsQuery)
  const { data: accounts } = useQuery(accountsQuery)
  const create = useCreateExport()
  return (
    <Dialog title="Exports" onClose={onClose} wide>
      <div className="flex flex-col gap-4">
        <p className="text-sm text-ink-2">
          An export is a ZIP with pages to read, the same as JSON, and every file we have a copy of. It is
          kept for seven days. A conversation or a person is taken out from their details.
        </p>
        <div className="flex flex-wrap gap-2">
          {accounts?.items.map(({ id, username }) => (
            <Button
              key={id}
              icon="down"
              disabled={create.isPending}
              onClick={() =>
                create.mutate(
                  { kind: "account", id },
                  { onError: (failure) => showToast(explain(failure), { isError: true }) },
                )
              }
            >
              Export @{username}
            </Button>
          ))}
        </div>
        {error && data === undefined && (
          <p role="alert" className="flex items-center gap-3 text-red text-sm">
            They could not be loaded: {explain(error)}
            <Button onClick={() => void refetch()}>Try again</Button>
          </p>
        )}
        {data?.items.length === 0 && <p className="text-ink-3 text-sm">Nothing was exported yet.</p>}
        <ul aria-label="Exports" className="flex flex-col gap-2">
          {data?.items.map((one) => (
            <Row key={one.id} one={one} />
          ))}
        </ul>
      </div>
    </Dialog>
  )
}

function Row({ one }: { one: Export }) {
  const now = useNow()
  return (
    <li className="flex items-center gap-3 rounded-xl border border-line p-3 text-sm">
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium">
          {KINDS[one.kind]} {one.kind === "account" ? `@${one.title}` : one.title}
        </p>
        <p className="text-ink-3 text-xs">
          {formatMoment(Date.parse(one.created_at), now)} · {one.asked_by} · {describe(one)}
        </p>
      </div>
      {one.state === "done" && (
        <a
          href={fileOf(one)}
          download
          className="tap inline-flex h-8 items-center gap-1.5 rounded-lg border border-line-strong bg-surface px-3 font-medium text-sm hover:bg-hover"
        >
          <Icon name="down" size={16} />
          Download
        </a>
      )}
      {isUnderWay(one) && <Icon name="clock" size={16} />}
    </li>
  )
}

function describe(one: Export): string {
  const size = `${plural(one.messages, "message")}, ${plural(one.files, "file")}`
  switch (one.state) {
    case "done":
      return `${size}, ${formatSize(one.size_bytes)}`
    case "failed":
      return `failed: ${one.error ?? "nobody knows why"}`
    case "withdrawn":
      return one.error ?? "removed"
    default:
      return one.messages > 0 ? `being made, ${size} so far` : "waiting for its turn"
  }
}
