"""Meta's webhook body → our events. Pure: the same bytes give the same events, and nothing unknown is dropped.

Each item stands alone (rule N11): one that makes no sense becomes `Unknown`, one of a known kind with a value that cannot be
kept becomes `Unreadable`, and its neighbours never notice.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import msgspec

from confab.errors import BadDelivery
from confab.inbox.normalise import changes, messaging
from confab.inbox.normalise.content import text_of
from confab.model.events import Event, Routed, TestReceived, Unknown, Unreadable, ValuesSwitchedOff
from confab.model.inbox import IgId

_MESSENGER = "page"  # rule N9
_ESCAPED_NUL = b"\\u0000"  # the one character that PostgreSQL does not keep

Item = dict[str, Any]  # an object of Meta's, not looked into yet


def normalise(body: bytes, received_at: datetime) -> list[Routed]:
    """The events of one delivery in its order; none for what is empty (rule N8) or not Instagram's (rule N9).

    Raises BadDelivery when the whole body is unreadable. Times are clamped to [2010, five minutes after arrival].
    """
    return list(_envelopes(_parse(body), received_at))


def _parse(body: bytes) -> object:
    try:
        return msgspec.json.decode(body)
    except RecursionError:
        raise BadDelivery("the body is nested too deeply to be read") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadDelivery(f"the body is not readable JSON: {error}") from None


def _envelopes(whole: object, received_at: datetime) -> Iterator[Routed]:
    match whole:
        case list():  # rule N7
            for envelope in whole:
                yield from (_envelopes(envelope, received_at) if isinstance(envelope, dict) else [_unknown("not an object")])
        case {"object": str(product)} if product == _MESSENGER:
            return
        case {"entry": list(entries)}:
            for entry in entries:
                yield from (_entry(entry, received_at) if isinstance(entry, dict) else [_unknown("entry is not an object")])
        case {"field": str(field), "value": _}:  # a bare sample, of no account (rule N73)
            yield Routed(ig_id=None, event=TestReceived(type="test_received", field=field))
        case {"object": _, **rest} if not rest:
            return
        case _:
            yield _unknown("no envelope")


def _entry(entry: Item, received_at: datetime) -> Iterator[Routed]:
    """Everything one entry carries; which keys it has is Meta's choice (rule N2)."""
    ig_id = text_of(entry["id"]) if isinstance(entry.get("id"), str | int) else None
    if ig_id is not None and "\0" in ig_id:
        yield Routed(ig_id=None, event=Unreadable(type="unreadable", reason="entry.id holds a NUL character"))
        return
    account = IgId(ig_id) if ig_id else None
    known = False
    for key, is_standby in (("messaging", False), ("standby", True)):
        if isinstance(items := entry.get(key), list):
            known = True
            for item in items:
                yield from _routed(
                    account, item, lambda one, s=is_standby: messaging.event_of(one, account, received_at, is_standby=s)
                )
    if isinstance(items := entry.get("changes"), list):
        known = True
        for item in items:
            yield from _routed(account, item, lambda one: changes.event_of(one, account, entry.get("time"), received_at))
    if "field" in entry:  # rule N63
        known = True
        yield from _routed(account, entry, lambda one: changes.event_of(one, account, entry.get("time"), received_at))
    if isinstance(fields := entry.get("changed_fields"), list):
        known = True
        names = [str(field) for field in fields]
        yield Routed(ig_id=account, event=ValuesSwitchedOff(type="values_switched_off", fields=names))
    if not known:
        yield Routed(ig_id=account, event=Unknown(type="unknown", name="entry: " + ", ".join(sorted(entry))[:100]))


def _routed(account: IgId | None, item: object, read: Callable[[Item], Event]) -> Iterator[Routed]:
    """One item as one event of an account: the entry's, else the one the item itself names (rule N3)."""
    if not isinstance(item, dict):
        yield Routed(ig_id=account, event=Unknown(type="unknown", name="not an object"))
        return
    try:
        event = _checked(item, read)
    except messaging.NotKept as error:
        event = Unreadable(type="unreadable", reason=str(error))
    if isinstance(event, TestReceived):
        yield Routed(ig_id=None, event=event)
        return
    named = messaging.account_of(item)
    yield Routed(ig_id=account or named, named_ig_id=named if named != account else None, event=event)


def _checked(item: Item, read: Callable[[Item], Event]) -> Event:
    if _ESCAPED_NUL in msgspec.json.encode(item):
        raise messaging.NotKept("a text holds a NUL character")
    try:
        return read(item)
    except msgspec.ValidationError as error:
        raise messaging.NotKept(str(error)) from None


def _unknown(name: str) -> Routed:
    return Routed(ig_id=None, event=Unknown(type="unknown", name=name))
