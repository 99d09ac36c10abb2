"""Meta's webhook body → our events. Pure: the same bytes give the same events, and nothing unknown is dropped.

Each item stands alone (rule N11): one that makes no sense becomes `Unknown`, one of a known kind with a value that cannot be
kept becomes `Unreadable`, and its neighbours never notice.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import msgspec

from confab.errors import BadDelivery
from confab.graph import payloads
from confab.inbox.normalise import changes, messaging
from confab.inbox.normalise.content import text_of
from confab.model.events import Event, Routed, TestReceived, Unknown, Unreadable, ValuesSwitchedOff
from confab.model.inbox import IgId

_MESSENGER = "page"  # rule N9
_CARRIERS = frozenset({"messaging", "standby", "changes", "field", "changed_fields"})
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
    envelope = payloads.an_object(whole)
    if envelope is None:
        envelopes = payloads.a_list(whole)
        if envelopes is None:
            yield _unknown("not an object")
        for one in envelopes or []:  # rule N7
            yield from _envelopes(one, received_at)
    elif envelope.get("object") == _MESSENGER or envelope.keys() == {"object"}:
        return
    elif (entries := payloads.a_list(envelope.get("entry"))) is not None:
        for one in entries:
            entry = payloads.an_object(one)
            yield from _entry(entry, received_at) if entry is not None else [_unknown("entry is not an object")]
    elif isinstance(field := envelope.get("field"), str) and "value" in envelope:  # a bare sample (rule N73)
        yield Routed(ig_id=None, event=TestReceived(type="test_received", field=field))
    else:
        yield _unknown("no envelope")


def _entry(entry: Item, received_at: datetime) -> Iterator[Routed]:
    """Everything one entry carries; which keys it has is Meta's choice (rule N2)."""
    ig_id = text_of(entry["id"]) if isinstance(entry.get("id"), str | int) else None
    if ig_id is not None and "\0" in ig_id:
        yield Routed(ig_id=None, event=Unreadable(type="unreadable", reason="entry.id holds a NUL character"))
        return
    account = IgId(ig_id) if ig_id else None
    carried = [*_messaging(entry, account, received_at), *_changes(entry, account, received_at)]
    fields = payloads.a_list(entry.get("changed_fields"))
    if fields is not None:  # rule N10
        names = [str(field) for field in fields]
        carried.append(Routed(ig_id=account, event=ValuesSwitchedOff(type="values_switched_off", fields=names)))
    if not carried and not entry.keys() & _CARRIERS:
        carried.append(Routed(ig_id=account, event=Unknown(type="unknown", name=f"entry: {', '.join(sorted(entry))}"[:100])))
    yield from carried


def _messaging(entry: Item, account: IgId | None, received_at: datetime) -> Iterator[Routed]:
    for key, is_standby in (("messaging", False), ("standby", True)):

        def read(item: Item, is_standby: bool = is_standby) -> Event:
            return messaging.event_of(item, account, received_at, is_standby=is_standby)

        for item in payloads.a_list(entry.get(key)) or []:
            yield _routed(account, item, read)


def _changes(entry: Item, account: IgId | None, received_at: datetime) -> Iterator[Routed]:
    def read(item: Item) -> Event:
        return changes.event_of(item, account, entry.get("time"), received_at)

    for item in payloads.a_list(entry.get("changes")) or []:
        yield _routed(account, item, read)
    if "field" in entry:  # rule N63
        yield _routed(account, entry, read)


def _routed(account: IgId | None, value: object, read: Callable[[Item], Event]) -> Routed:
    """One item as one event of an account: the entry's, else the one the item itself names (rule N3)."""
    item = payloads.an_object(value)
    if item is None:
        return Routed(ig_id=account, event=Unknown(type="unknown", name="not an object"))
    try:
        event = _checked(item, read)
    except messaging.NotKept as error:
        event = Unreadable(type="unreadable", reason=str(error))
    if isinstance(event, TestReceived):
        return Routed(ig_id=None, event=event)
    named = messaging.account_of(item)
    return Routed(ig_id=account or named, named_ig_id=named if named != account else None, event=event)


def _checked(item: Item, read: Callable[[Item], Event]) -> Event:
    if _ESCAPED_NUL in msgspec.json.encode(item):
        raise messaging.NotKept("a text holds a NUL character")
    try:
        return read(item)
    except msgspec.ValidationError as error:
        raise messaging.NotKept(str(error)) from None


def _unknown(name: str) -> Routed:
    return Routed(ig_id=None, event=Unknown(type="unknown", name=name))
