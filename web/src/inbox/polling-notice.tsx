import type { Account } from "../api/model"
import { describePolling } from "../lib/account-words"
import { Icon } from "../ui/icon"
import { ACCOUNTS_HASH } from "../ui/use-hash"
import { useNow } from "../ui/use-now"

/** Under the list, where it moves no row: webhooks stay away, and messages come a little later. */
export function PollingNotice({ accounts }: { accounts: readonly Account[] }) {
  const text = describePolling(accounts, useNow())
  return (
    <div role="status" aria-label="Webhooks">
      {text !== null && (
        <p className="flex items-start gap-2 border-line border-t bg-sunken px-4 py-2 text-xs text-ink-2">
          <span className="mt-px text-amber">
            <Icon name="alert" size={14} />
          </span>
          <span className="min-w-0 wrap-anywhere">
            {text}.{" "}
            <a href={ACCOUNTS_HASH} className="font-medium text-accent-text underline underline-offset-2">
              See accounts
            </a>
          </span>
        </p>
      )}
    </div>
  )
}
