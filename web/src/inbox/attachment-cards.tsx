import type { Attachment } from "../api/model"
import { safeHref } from "../lib/links"
import { selectAttachmentLabel, selectMediaUrl } from "../lib/selectors"
import { Icon, type IconName } from "../ui/icon"

const STATES: Record<Attachment["state"], string> = {
  pending: "is being copied from Instagram",
  stored: "cannot be shown here",
  relayed: "cannot be shown here",
  failed: "could not be fetched from Instagram",
  expired: "is no longer available on Instagram",
  refused: "was not kept",
  link: "can be seen on Instagram",
  unavailable: "is not passed on by Instagram",
}

/** Why a file was refused: what a person may change, or ask the customer to. */
function reasonOf({ state, error }: Attachment): string {
  return state === "refused" && error !== null ? `: ${error}` : ""
}

type PlaceholderProps = { attachment: Attachment; icon: IconName; text?: string; isTile?: boolean }

/** Stands where something would be, and says what it was and why it is not there. */
export function Placeholder({ attachment, icon, text, isTile = false }: PlaceholderProps) {
  return (
    <div
      className={`flex items-center gap-3 rounded-2xl border border-line border-dashed bg-surface p-3 text-sm text-ink-3 ${isTile ? "size-[156px] max-w-full flex-col justify-center text-center text-xs" : "max-w-80"}`}
    >
      <span className="rounded-lg bg-sunken p-2 text-ink-3">
        <Icon name={icon} size={20} />
      </span>
      <span className="min-w-0">
        {text ?? `${selectAttachmentLabel(attachment)} ${STATES[attachment.state]}${reasonOf(attachment)}`}
        <OpenLink permalink={attachment.permalink} />
      </span>
    </div>
  )
}

/** Something shared from Instagram or the web: what it is, its words, and the way to it. */
export function LinkCard({ attachment }: { attachment: Attachment }) {
  const url = selectMediaUrl(attachment)
  const icon = attachment.kind.includes("reel") ? "video" : attachment.kind === "fallback" ? "link" : "grid"
  return (
    <Card icon={icon} kind={selectAttachmentLabel(attachment)}>
      {url && (
        <img
          src={url}
          alt=""
          width={264}
          height={180}
          loading="lazy"
          className="mb-2 aspect-[4/3] w-full rounded-lg bg-hover object-cover"
        />
      )}
      {attachment.title && (
        <span className="line-clamp-4 text-sm wrap-anywhere text-ink">{attachment.title}</span>
      )}
      <OpenLink permalink={attachment.permalink} />
      {attachment.permalink === null && url === null && (
        <span className="text-xs text-ink-3">
          {STATES[attachment.state].replace(/^(.)/u, (first) => `It ${first}`)}
        </span>
      )}
    </Card>
  )
}

export function TemplateCard({ attachment }: { attachment: Attachment }) {
  return (
    <Card icon="grid" kind={attachment.title ? "Card" : "Shared content"}>
      {attachment.title ? (
        <span className="text-sm wrap-anywhere whitespace-pre-wrap text-ink">{attachment.title}</span>
      ) : (
        <span className="text-sm text-ink-3">Instagram does not pass its content on.</span>
      )}
      <OpenLink permalink={attachment.permalink} />
    </Card>
  )
}

export function Card({ icon, kind, children }: { icon: IconName; kind: string; children: React.ReactNode }) {
  return (
    <div className="flex w-72 max-w-full flex-col gap-1 rounded-2xl border border-line bg-surface p-3">
      <span className="flex items-center gap-1.5 pb-0.5 text-xs font-medium text-ink-3">
        <Icon name={icon} size={15} />
        {kind}
      </span>
      {children}
    </div>
  )
}

export function OpenLink({ permalink }: { permalink: string | null }) {
  const href = safeHref(permalink)
  if (href === null) return null
  const host = new URL(href).hostname
  const isInstagram = host === "instagram.com" || host.endsWith(".instagram.com")
  return (
    <a
      href={href}
      target="_blank"
      rel="noopener noreferrer"
      className="tap mt-0.5 inline-flex items-center gap-1 self-start text-sm font-medium text-accent-text hover:underline"
    >
      {isInstagram ? "Open in Instagram" : `Open ${host}`}
      <Icon name="external" size={14} />
    </a>
  )
}
