"""An installation with one account where all is well, to be spoiled by tests."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from confab.doctor.checks import findings
from confab.doctor.seen import (
    AccountSeen,
    AppSeen,
    DatabaseSeen,
    KeysSeen,
    MetaSeen,
    PublicSeen,
    Refusal,
    Seen,
    TokenSeen,
)
from confab.graph import standing
from confab.graph.standing import AppSubscription
from confab.model.doctor import Finding
from confab.model.inbox import Account, AccountId, IgId
from confab.settings import Settings
from confab.store.tallies import Tally
from tests.world import NOON

CALLBACK = "https://inbox.example.org/api/webhooks/instagram"
ACCOUNT = Account(
    id=AccountId(UUID(int=2)), ig_id=IgId("1784"), username="harbour.bakery", name=None, human_agent=False, media_mode=None,
    health="ok", health_reason=None, token_expires_at=NOON + timedelta(days=50), token_error=None,
    complete_up_to=NOON - timedelta(minutes=5), incomplete_reason=None,
    receiving="webhooks", polling_since=None, restricted_until=None,
    restricted_reason=None, shows_indicators=False, connects_customers=False, acknowledges_every_s=None, version=1,
    platform="instagram", meta_app=None, scopes=None, missing=None,
    is_development=False, disconnected_at=None, disconnected_by=None, erase_at=None, stopped_at=None,
    stopped_by=None, all_stopped_at=None, all_stopped_by=None,
)  # fmt: skip
BAKERY = AccountSeen(
    account=ACCOUNT, about="@harbour.bakery", platform="instagram",
    scopes=frozenset((*standing.NEEDED_SCOPES, *standing.WANTED_SCOPES)), connected_at=NOON - timedelta(days=90),
    heard_at=NOON - timedelta(hours=1), habit=timedelta(hours=10), is_reached=True,
    token=TokenSeen(is_there=True, ig_id="1784", took_s=0.4), fields=frozenset(standing.WANTED_FIELDS), reading=None, failed=0,
    withheld=0, used_percent=10, read_at=NOON, paused_until=None,
)  # fmt: skip
WELL = Seen(
    now=NOON,
    settings=Settings(
        meta_app_id="9", meta_app_secrets=("s",), meta_verify_token="v", service_token="s", media_mode="reference",
        public_url="https://inbox.example.org",
    ),
    foreign={}, database=DatabaseSeen(version=180004, missing=[], strange=[], drift=timedelta(seconds=1)), storage_error=None,
    public=PublicSeen(outcome="answers", detail="", is_private=False),
    meta=MetaSeen(error=None, drift=timedelta(seconds=-2), took_s=0.3),
    app=AppSeen(
        refusal=None,
        standing=AppSubscription(callback_url=CALLBACK, is_active=True, fields=frozenset(standing.WANTED_FIELDS)),
    ),
    keys=KeysSeen(here=("aaaaaaaa",), lost={}, damaged=[]), today=Tally(kept=100, unsigned=0), lately=Tally(kept=9, unsigned=0),
    nobodys=[], tests=0, is_worker_there=True, dead={"deliveries": 0}, connecting_off=None, accounts=[BAKERY],
)  # fmt: skip
DEAD = Refusal(trouble="token", detail="The password was changed.")
BUSY = Refusal(trouble="passing", detail="Instagram answered 500.")
NEVER = Refusal(trouble="refused", detail="Instagram refused: no.")
CLOSED = Refusal(trouble="refused", detail="Off.", is_closed_to_us=True)


def with_settings(**changed: Any) -> Seen:
    """The same installation with other settings."""
    return replace(WELL, settings=replace(WELL.settings, **changed))


def with_bakery(**changed: Any) -> Seen:
    """The same installation with another account. What `Account` alone has is changed there."""
    its_own = Account.__dataclass_fields__.keys() - AccountSeen.__dataclass_fields__.keys()
    of_account = {name: value for name, value in changed.items() if name in its_own}
    rest = {name: value for name, value in changed.items() if name not in of_account}
    return replace(WELL, accounts=[replace(BAKERY, account=replace(ACCOUNT, **of_account), **rest)])


def amiss(seen: Seen) -> list[Finding]:
    """What is not green."""
    return [finding for finding in findings(seen) if finding.level != "green"]
