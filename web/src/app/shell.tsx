import { type ReactNode, useEffect, useState } from "react"
import { useRoute } from "wouter"
import type { Session } from "../api/session"
import { useLiveStatus } from "../api/status"
import { Icon } from "../ui/icon"
import { later } from "../ui/later"
import {
  ACCOUNTS_HASH,
  dropHash,
  EXPORTS_HASH,
  SAVED_REPLIES_HASH,
  SEARCH_HASH,
  useHash,
} from "../ui/use-hash"
import { NARROW, useMedia } from "../ui/use-media"
import { useShortcuts } from "../ui/use-shortcuts"
import { AccountBanner } from "./account-banner"
import { Rail } from "./rail"

const AccountsDialog = later(async () => (await import("../accounts/accounts-dialog")).AccountsDialog)
const SavedRepliesDialog = later(
  async () => (await import("../inbox/saved-replies-dialog")).SavedRepliesDialog,
)
const SearchDialog = later(async () => (await import("../inbox/search-dialog")).SearchDialog)
const ExportsDialog = later(async () => (await import("../inbox/exports-dialog")).ExportsDialog)
const HelpDialog = later(async () => (await import("./help-dialog")).HelpDialog)

/** The frame around every screen of somebody who is signed in. */
export function Shell({ session, children }: { session: Session; children: ReactNode }) {
  const [isHelpOpen, setHelpOpen] = useState(false)
  const isNarrow = useMedia(NARROW)
  const hash = useHash()
  const [isInThread] = useRoute("/inbox/:id")
  useShortcuts({ "?": () => setHelpOpen(true), "/": () => window.location.assign(SEARCH_HASH) })
  return (
    <div className="flex h-dvh flex-col">
      <AccountBanner />
      <div className="relative flex min-h-0 flex-1 flex-col-reverse pane:flex-row">
        {!(isNarrow && isInThread) && <Rail session={session} onHelp={() => setHelpOpen(true)} />}
        <ConnectionBanner />
        {children}
      </div>
      {hash === ACCOUNTS_HASH && <AccountsDialog onClose={dropHash} />}
      {hash === SAVED_REPLIES_HASH && <SavedRepliesDialog onClose={dropHash} />}
      {hash === SEARCH_HASH && <SearchDialog onClose={dropHash} />}
      {hash === EXPORTS_HASH && <ExportsDialog onClose={dropHash} />}
      {isHelpOpen && <HelpDialog onClose={() => setHelpOpen(false)} />}
    </div>
  )
}

const PATIENCE_MS = 2_500

/**
 * Shown once a break lasts: a blink of the connection is nobody's business. It moves nothing, and is no taller than the margin
 * that every screen has at its bottom: above the rail where that stands there, else above the home bar of a phone.
 */
function ConnectionBanner() {
  const status = useLiveStatus()
  const [isLate, setLate] = useState(false)
  const isBroken = status !== "live"
  useEffect(() => {
    setLate(false)
    if (!isBroken) return
    const timer = setTimeout(() => setLate(true), PATIENCE_MS)
    return () => clearTimeout(timer)
  }, [isBroken])
  const isShown = isBroken && isLate
  return (
    <div
      role="status"
      aria-label="Connection"
      className="pointer-events-none z-40 first:bottom-[max(0px,calc(env(safe-area-inset-bottom)-0.75rem))] max-pane:relative"
    >
      {isShown && (
        <p className="absolute inset-x-0 bottom-0 mx-auto flex w-fit animate-appear items-center gap-1.5 whitespace-nowrap rounded-t-lg bg-amber-soft px-3 py-0.5 text-2xs text-amber">
          <Icon name="alert" size={13} />
          {status === "offline" ? "You are offline. " : "The live connection is interrupted. "}
          <span className="max-pane:sr-only">
            {status === "offline"
              ? "You can go on reading and writing; it is sent when you are back."
              : "Reconnecting; new messages may come with a delay."}
          </span>
        </p>
      )}
    </div>
  )
}
