"""The checks. Each is a function of what was looked at beforehand, so that all of them are pure but `look`."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from confab.errors import ConfabError
from confab.model.inbox import Account, AccountId, Workspace
from confab.model.insights import OVERDUE_AFTER
from confab.settings import Settings
from confab.store import accounts, claims, insights, team
from confab.store.db import Database

Level = Literal["green", "amber", "red"]
_LATE = timedelta(hours=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check found: `about` names the account or setting, `remedy` what to do; None where nothing is to be done."""

    check: str
    about: str | None
    level: Level
    says: str
    remedy: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What there is to judge. `storage_error`: why our storage does not take files, None when it does.

    `connecting_off`: why customers cannot connect, None when they can. `overdue`: whose numbers nobody could read lately.
    """

    settings: Settings
    accounts: list[tuple[Workspace, Account]]
    dead: dict[str, int]
    storage_error: str | None
    connecting_off: str | None
    now: datetime
    overdue: frozenset[AccountId] = frozenset()


async def look(
    settings: Settings, db: Database, try_storage: Callable[[], Awaitable[None]], connecting_off: str | None, now: datetime
) -> Seen:
    """Look at the installation through the worker's door. `try_storage` keeps a file, reads it and removes it."""
    async with db.transaction() as conn:
        known = [(one, account) for one in await team.workspaces(conn) for account in await accounts.of_workspace(conn, one.id)]
        dead = await claims.dead_counts(conn)
        overdue = frozenset(await insights.overdue(conn, now - OVERDUE_AFTER))
    storage_error: str | None = None
    try:
        await try_storage()
    except ConfabError as error:
        storage_error = error.detail
    return Seen(
        settings=settings, accounts=known, dead=dead, storage_error=storage_error, connecting_off=connecting_off, now=now,
        overdue=overdue,
    )  # fmt: skip


def findings(seen: Seen) -> list[Finding]:
    """All checks, in the order in which they are to be read."""
    return [finding for check in CHECKS for finding in check(seen)]


def secrets(seen: Seen) -> Iterator[Finding]:
    """What Meta's webhooks need to be taken in."""
    given = seen.settings
    if not (given.meta_app_secrets or given.instagram_app_secrets):
        yield Finding(
            check="secrets", about="CONFAB_META_APP_SECRET", level="red", says="Every webhook is refused.",
            remedy="Set it to the secret of the Meta app: App settings, Basic, App secret.",
        )  # fmt: skip
    if not given.meta_verify_token:
        yield Finding(
            check="secrets", about="CONFAB_META_VERIFY_TOKEN", level="red", says="Meta cannot check the webhook's address.",
            remedy="Choose a value, set it here and in the Meta app: Webhooks, Verify token.",
        )  # fmt: skip
    if not given.service_token:
        yield Finding(
            check="secrets", about="CONFAB_SERVICE_TOKEN", level="amber", says="Every request to /api/internal is refused.",
            remedy="Set it to a long random value, here and in your own services, if any are to call us: docs/connect.md.",
        )  # fmt: skip
    if (given.meta_app_secrets or given.instagram_app_secrets) and given.meta_verify_token:
        yield Finding(check="secrets", about=None, level="green", says="Webhooks can be checked and taken in.")


def storage(seen: Seen) -> Iterator[Finding]:
    """Whether files can be kept."""
    at = seen.settings.media_url or f"{seen.settings.data_dir / 'media'}"
    if seen.storage_error is None:
        yield Finding(check="storage", about=at, level="green", says="A file was kept, read and removed.")
    else:
        yield Finding(
            check="storage", about=at, level="red", says=f"Files cannot be kept: {seen.storage_error}.",
            remedy="Let the process write there, or set CONFAB_MEDIA_URL to another place.",
        )  # fmt: skip


def media(seen: Seen) -> Iterator[Finding]:
    """What Meta asks of whoever keeps its users' media. Rules M6-M8."""
    yield Finding(
        check="media", about="CONFAB_MEDIA_MODE", level="amber" if _stores(seen) else "green",
        says=_STORES if _stores(seen) else "Nothing that customers send is kept: it is relayed while Instagram shows it.",
        remedy=_BEFORE_REVIEW if _stores(seen) else None,
    )  # fmt: skip
    for pair in seen.settings.media_allow:
        yield Finding(
            check="media", about="CONFAB_MEDIA_ALLOW", level="red", says=f"Files are fetched from the private address {pair}.",
            remedy="That is meant for a simulator alone: unset it.",
        )  # fmt: skip


def work(seen: Seen) -> Iterator[Finding]:
    """Whether work was given up."""
    given_up = {kind: count for kind, count in seen.dead.items() if count}
    for kind, count in given_up.items():
        yield Finding(
            check="work", about=kind, level="amber", says=f"{count} rows of this kind of work were given up.",
            remedy="`confab dead` says why; `confab dead retry` tries them again.",
        )  # fmt: skip
    if not given_up:
        yield Finding(check="work", about=None, level="green", says="Nothing was given up.")


def incoming(seen: Seen) -> Iterator[Finding]:
    """Whether all that is sent to the accounts arrives. Rules GA1-GA4."""
    for workspace, account in seen.accounts:
        about = f"@{account.username} ({workspace.name})"
        if account.health == "reconnect":
            yield Finding(
                check="incoming", about=about, level="red", says=f"Instagram refuses its token: {account.health_reason}.",
                remedy="Connect the account anew.",
            )  # fmt: skip
        if account.receiving == "polling":
            yield Finding(
                check="incoming", about=about, level="red",
                says=f"No webhooks since {account.polling_since:%Y-%m-%d %H:%M} UTC: Instagram is asked every minute instead.",
                remedy=_NO_WEBHOOKS,
            )  # fmt: skip
        elif account.complete_up_to is None or seen.now - account.complete_up_to > _LATE:
            yield Finding(
                check="incoming", about=about, level="amber", says=_incomplete(account), remedy="See docs/recovery.md."
            )  # fmt: skip
        else:
            says = f"Complete up to {account.complete_up_to:%Y-%m-%d %H:%M} UTC."
            yield Finding(check="incoming", about=about, level="amber" if account.incomplete_reason else "green",
                          says=f"{says} {account.incomplete_reason or ''}".strip())  # fmt: skip


def connecting(seen: Seen) -> Iterator[Finding]:
    """Whether customers can connect where an account wants them to. Rule CN8."""
    wanting = [(workspace, account) for workspace, account in seen.accounts if account.connects_customers]
    for workspace, account in wanting:
        about = f"@{account.username} ({workspace.name})"
        if seen.connecting_off is None:
            yield Finding(check="connecting", about=about, level="green", says="Customers who write can connect.")
        else:
            yield Finding(
                check="connecting", about=about, level="amber", says=f"Customers cannot connect: {seen.connecting_off}",
                remedy="See docs/connect.md, or switch it off for the account.",
            )  # fmt: skip


def numbers(seen: Seen) -> Iterator[Finding]:
    """Whether every account's numbers are read. Rule IV9."""
    for workspace, account in seen.accounts:
        if account.id in seen.overdue:
            yield Finding(
                check="insights", about=f"@{account.username} ({workspace.name})", level="amber",
                says="No reading of its numbers went well for two days.",
                remedy="`confab sync-insights` says why. Does the token have the permission for insights? See docs/insights.md.",
            )  # fmt: skip
    if seen.accounts and not seen.overdue:
        yield Finding(check="insights", about=None, level="green", says="The numbers of every account are read.")


def _incomplete(account: Account) -> str:
    up_to = f"up to {account.complete_up_to:%Y-%m-%d %H:%M} UTC" if account.complete_up_to else "up to no moment yet"
    return f"It is known to be complete {up_to}: {account.incomplete_reason or 'nobody has compared it since'}."


def _stores(seen: Seen) -> bool:
    return seen.settings.media_mode != "reference"


_NO_WEBHOOKS = (
    "Is the public address reachable, the app published, the account subscribed? In the Instagram app: Settings, Messages and "
    "story replies, Message controls, Connected tools, Allow access to messages."
)
_STORES = (
    "What customers send is kept in your storage; stories never are. Meta's pages forbid keeping the media of stories, and older "
    "ones forbade keeping any media of its users."
)
_BEFORE_REVIEW = (
    "Keep no longer than you need (CONFAB_MEDIA_KEEP_DAYS), erase when a customer asks, and set CONFAB_MEDIA_MODE=reference if "
    "your app has to pass Meta's App Review: see docs/media.md."
)

CHECKS: tuple[Callable[[Seen], Iterator[Finding]], ...] = (secrets, storage, media, work, incoming, connecting, numbers)
