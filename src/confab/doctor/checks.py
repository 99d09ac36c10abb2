"""The one list of checks: the command, the page, the daily run and the first steps are all made from it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from confab.doctor import account, installation, meta
from confab.doctor.seen import Seen
from confab.doctor.verdicts import Verdict
from confab.model.doctor import Finding

GUIDE = "meta-setup.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A check: what it is called, where docs/meta-setup.md tells more, and how it judges."""

    name: str
    title: str
    guide: str
    judge: Callable[[Seen], Iterator[Verdict]]

    def findings(self, seen: Seen) -> Iterator[Finding]:
        """What it finds."""
        for verdict in self.judge(seen):
            one = verdict.account
            yield Finding(
                check=self.name, title=self.title, account_id=one.id if one else None, about=one.about if one else verdict.about,
                level=verdict.level, says=verdict.says, means=verdict.means, remedy=verdict.remedy, path=verdict.path,
                guide=f"{GUIDE}#{self.guide}",
            )  # fmt: skip


CHECKS: tuple[Check, ...] = (
    Check(name="secrets", title="Secrets", guide="the-secrets", judge=installation.secrets),
    Check(name="services", title="Own services", guide="the-secrets", judge=installation.services),
    Check(name="settings", title="Settings", guide="settings-of-other-set-ups", judge=installation.settings),
    Check(name="database", title="Database", guide="the-installation", judge=installation.database),
    Check(name="storage", title="Storage", guide="the-installation", judge=installation.storage),
    Check(name="media", title="Media", guide="media-and-metas-rules", judge=installation.media),
    Check(name="clock", title="Clock", guide="the-installation", judge=installation.clock),
    Check(name="keys", title="Encryption keys", guide="the-encryption-keys", judge=installation.keys),
    Check(name="work", title="Work", guide="the-installation", judge=installation.work),
    Check(name="public", title="Public address", guide="the-public-address", judge=meta.public),
    Check(name="meta", title="Way to Meta", guide="the-public-address", judge=meta.reachable),
    Check(name="app", title="Meta app", guide="the-callback-and-the-fields", judge=meta.app),
    Check(name="signatures", title="Signatures", guide="the-secrets", judge=meta.signatures),
    Check(name="nobodys", title="Unclaimed deliveries", guide="connecting-the-account", judge=meta.nobodys),
    Check(name="connected", title="Accounts", guide="connecting-the-account", judge=account.connected),
    Check(name="token", title="Access token", guide="the-access-token", judge=account.token),
    Check(name="permissions", title="Permissions", guide="permissions-and-review", judge=account.permissions),
    Check(name="subscription", title="Subscription", guide="the-callback-and-the-fields", judge=account.subscription),
    Check(name="access", title="Access to messages", guide="allow-access-to-messages", judge=account.access),
    Check(name="mode", title="Published app", guide="publishing-the-app", judge=account.mode),
    Check(name="incoming", title="Webhooks", guide="the-first-message", judge=account.arrivals),
    Check(name="complete", title="Completeness", guide="the-first-message", judge=account.complete),
    Check(name="deliveries", title="Deliveries", guide="when-something-stops", judge=account.deliveries),
    Check(name="limits", title="Limits", guide="limits", judge=account.limits),
    Check(name="numbers", title="Insights", guide="permissions-and-review", judge=account.numbers),
    Check(name="connecting", title="Customers connect", guide="after-the-first-message", judge=installation.connecting),
)
"""In the order in which they are to be read: each can be mended only when those before it are."""


def findings(seen: Seen) -> list[Finding]:
    """What all checks find."""
    return [finding for check in CHECKS for finding in check.findings(seen)]


def turned_red(before: Sequence[Finding], now: Sequence[Finding]) -> list[str]:
    """What is red now and was not before, in words; not what is the same trouble in other words."""
    known = {(one.check, one.about) for one in before if one.level == "red"}
    return [in_words(one) for one in now if one.level == "red" and (one.check, one.about) not in known]


def in_words(finding: Finding) -> str:
    """A finding as one line."""
    about = f", {finding.about}" if finding.about else ""
    return f"{finding.title}{about}: {finding.says}"
