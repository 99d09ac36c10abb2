"""What Meta tells without an account's token: that it is there, what time it has, and what an app is subscribed to.

Source: rules T23 and T28 of docs/spec/graph.md.
"""

from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

import httpx2
import msgspec

from confab.errors import Unavailable
from confab.graph.errors import refusal

NEEDED_FIELD = "messages"
"""Without this field no message is told of (rule H15)."""
WANTED_FIELDS = (
    "messages", "messaging_postbacks", "message_reactions", "messaging_seen", "messaging_referral", "message_edit", "comments",
    "live_comments",
)  # fmt: skip
"""The fields whose events we show. Rules N1-N72, T10."""
NEEDED_SCOPES = ("instagram_business_basic", "instagram_business_manage_messages")
NEEDED_SCOPES_FACEBOOK = ("instagram_basic", "instagram_manage_messages", "pages_manage_metadata", "pages_show_list")
"""Without these permissions nothing is read or sent. Rules T2, T21."""
WANTED_SCOPES = ("instagram_business_manage_comments",)
WANTED_SCOPES_FACEBOOK = ("instagram_manage_comments", "pages_read_engagement")
"""Without these comments are missing."""
CLOSED_TO_US = (200, 2534041)
"""The account's owner does not allow access to messages (rule E6)."""
_HOSTS = ("instagram.com", "facebook.com")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """Meta answered: `at` is its time, None where it did not say, `took_s` how long that took."""

    at: datetime | None
    took_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AppSubscription:
    """Where an app's Instagram webhooks go, whether they do, and of which fields they tell."""

    callback_url: str | None
    is_active: bool
    fields: frozenset[str]


class _Field(msgspec.Struct, frozen=True):
    name: str = ""


class _Subscription(msgspec.Struct, frozen=True):
    object: str = ""
    callback_url: str | None = None
    active: bool = False
    fields: list[_Field] = []


class _Subscriptions(msgspec.Struct, frozen=True):
    data: list[_Subscription] = []


def is_metas(base_url: str) -> bool:
    """Whether this is Meta itself, and not something that plays it."""
    host = httpx2.URL(base_url).host
    return any(host == one or host.endswith(f".{one}") for one in _HOSTS)


async def reach(http: httpx2.AsyncClient, base_url: str) -> Reached:
    """Ask for something that needs a token, without one: any answer will do. Raises Unavailable."""
    answer = await _get(http, f"{base_url.rstrip('/')}/me", None)
    date = answer.headers.get("date")
    try:
        at = parsedate_to_datetime(date) if date else None
    except ValueError:
        at = None
    return Reached(at=at, took_s=answer.elapsed.total_seconds())


async def subscription(http: httpx2.AsyncClient, base_url: str, app_id: str, secret: str) -> AppSubscription | None:
    """What the app gets of Instagram; None when it is subscribed to nothing. Raises GraphError. Rule T28."""
    answer = await _get(http, f"{base_url.rstrip('/')}/{app_id}/subscriptions", f"{app_id}|{secret}")
    if answer.status_code != 200:
        raise refusal(answer.status_code, answer.content, answer.headers, is_send=False)
    try:
        found = msgspec.json.decode(answer.content, type=_Subscriptions, strict=False).data
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Unavailable("Meta's answer cannot be read.") from None
    for one in found:
        if one.object == "instagram":
            fields = frozenset(field.name for field in one.fields)
            return AppSubscription(callback_url=one.callback_url, is_active=one.active, fields=fields)
    return None


async def _get(http: httpx2.AsyncClient, url: str, token: str | None) -> httpx2.Response:
    try:
        return await http.get(url, headers={"Authorization": f"Bearer {token}"} if token else {})
    except httpx2.HTTPError as error:
        raise Unavailable(f"Meta cannot be reached: {type(error).__name__}.") from None
