"""What there is to judge: values alone, looked at beforehand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from confab.graph import standing
from confab.model.inbox import Account, AccountId
from confab.settings import Settings
from confab.store.standing import Nobodys
from confab.store.tallies import Tally

Trouble = Literal["token", "wait", "passing", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why Meta did not answer a question: the token is dead, it asks to wait, it may answer later, or it never will."""

    trouble: Trouble
    detail: str
    is_closed_to_us: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseSeen:
    """`missing`: migrations of ours that were not applied; `strange`: those that a newer version of ours applied."""

    version: int
    missing: list[str]
    strange: list[str]
    drift: timedelta


PublicOutcome = Literal["answers", "refuses", "other", "redirects", "certificate", "unknown_name", "unreachable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicSeen:
    """What came of Meta's handshake at our public address. `is_private`: its name leads to an address that Meta cannot reach."""

    outcome: PublicOutcome
    detail: str
    is_private: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MetaSeen:
    """`drift`: how far our clock is ahead of Meta's, None when Meta did not say. `error`: why Meta cannot be reached."""

    error: str | None
    drift: timedelta | None
    took_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppSeen:
    """What Meta says of the environment's app: `standing` is None where it is subscribed to nothing."""

    refusal: Refusal | None
    standing: standing.AppSubscription | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysSeen:
    """What the encryption keys are called that are here, and what was sealed with one that is not, by that key's name.

    `damaged`: what a key that is here does not open, because it was changed or belongs to another row.
    """

    here: tuple[str, ...]
    lost: Mapping[str, list[str]]
    damaged: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenSeen:
    """An account's token: whether it opens, and what Meta answered to it. `ig_id`: whose Meta says that it is."""

    is_there: bool
    missing_key: str | None = None
    is_damaged: bool = False
    refusal: Refusal | None = None
    ig_id: str | None = None
    took_s: float | None = None

    @property
    def is_good(self) -> bool:
        """Whether Meta answers to it."""
        return self.is_there and self.missing_key is None and not self.is_damaged and self.refusal is None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSeen:
    """An account, as everybody sees it and as Meta tells. `about` is how findings name it.

    `fields`: what it is subscribed to, or why Meta did not say; None when it was not asked. `reading`: why its conversations
    cannot be read; None when they can, or were not asked for. `scopes`: what was granted, empty where nobody knows.
    """

    account: Account
    about: str
    platform: Literal["instagram", "facebook"]
    scopes: frozenset[str]
    connected_at: datetime
    heard_at: datetime | None
    habit: timedelta
    is_reached: bool
    token: TokenSeen
    fields: frozenset[str] | Refusal | None
    reading: Refusal | None
    failed: int
    withheld: int
    used_percent: int | None
    read_at: datetime | None
    paused_until: datetime | None

    @property
    def id(self) -> AccountId:
        """Its id, as findings carry it."""
        return self.account.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """All that was seen at `now`. `storage_error`: why our storage does not take files, None when it does.

    `foreign`: variables of other set-ups, each with what to set instead. `app` is None when we do not know which it is, `public`
    when there is no public address. `today` and `lately` are what came to the webhook's door in the last day and the last two
    hours. `tests`: dashboard tests that came lately. `connecting_off`: why customers cannot connect, None when they can.
    """

    now: datetime
    settings: Settings
    foreign: Mapping[str, str]
    database: DatabaseSeen
    storage_error: str | None
    public: PublicSeen | None
    meta: MetaSeen
    app: AppSeen | None
    keys: KeysSeen
    today: Tally
    lately: Tally
    nobodys: list[Nobodys]
    tests: int
    is_worker_there: bool
    dead: Mapping[str, int]
    connecting_off: str | None
    accounts: list[AccountSeen]

    @property
    def is_simulated(self) -> bool:
        """Whether something plays Meta here: then nothing has to be reachable from the internet."""
        return not standing.is_metas(self.settings.graph_url)
