"""What a check says of one thing that it looked at."""

from dataclasses import dataclass

from confab.doctor.seen import AccountSeen
from confab.model.doctor import Level

INSTAGRAM_APP = (
    "Instagram app › Settings › Messages and story replies › Message controls › Connected tools › Allow access to messages"
)
DASHBOARD = "App Dashboard"
SETUP = f"{DASHBOARD} › Use cases › Manage messaging and content on Instagram › Customize › API setup with Instagram login"
CALLBACK = f"{SETUP} › Configure webhooks"
SECRET = f"{DASHBOARD} › App settings › Basic › App secret"
PUBLISH = f"{DASHBOARD} › Publish (in older dashboards: the switch App Mode at the top)"
REVIEW = f"{DASHBOARD} › App Review › Permissions and features"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One thing, judged: see `Finding`."""

    level: Level
    says: str
    means: str | None = None
    remedy: str | None = None
    path: str | None = None
    about: str | None = None
    account: AccountSeen | None = None


def green(says: str, *, about: str | None = None, account: AccountSeen | None = None) -> Verdict:
    """All is well."""
    return Verdict(level="green", says=says, about=about, account=account)


def unknown(says: str, remedy: str | None = None, *, account: AccountSeen | None = None, path: str | None = None) -> Verdict:
    """It could not be learned."""
    return Verdict(level="unknown", says=says, remedy=remedy, account=account, path=path)


def listed(names: list[str], most: int = 5) -> str:
    """Some names as a person would say them."""
    shown = names[:most]
    rest = [f"{len(names) - most} more"] if len(names) > most else []
    parts = [*shown, *rest]
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def counted(count: int, noun: str) -> str:
    """As in: 1 message, 2 messages."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
