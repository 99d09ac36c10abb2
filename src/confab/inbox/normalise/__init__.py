"""Meta's webhook body → our events. Pure: the same bytes give the same events, and nothing unknown is dropped.

Each item stands alone (rule N11): one that makes no sense becomes `Unknown`, one of a known kind with a value that cannot be
kept becomes `Unreadable`, and its neighbours never notice. An optional field that does not fit is left out of its event and
stands beside it as an `Unknown` of its own.
"""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import msgspec

from confab.errors import BadDelivery
from confab.graph import payloads
from confab.inbox.normalise import changes, messaging
from confab.inbox.normalise.content import text_of
from confab.inbox.normalise.values import NotKept, flaw, name_of
from confab.model.events import Event, Routed, TestReceived, Unknown, Unreadable, ValuesSwitchedOff
from confab.model.inbox import IgId

_MESSENGER = "page"  # rule N9
_LISTS = ("messaging", "standby", "changes", "changed_fields")  # rule N2
_IN_AN_ENTRY = frozenset({"id", "time", "field", "value", *_LISTS})
_ESCAPED_NUL = b"\\u0000"

Item = dict[str, Any]  # an object of Meta's, not looked into yet


Read = Callable[[Item, list[str]], Event]


def normalise(body: bytes, received_at: datetime) -> list[Routed]:
    """The events of one delivery in its order; none for what is empty (rule N8) or not Instagram's (rule N9).

    Raises BadDelivery when the whole body is unreadable. Times are clamped to [2010, five minutes after arrival].
    """
    try:
        whole, is_suspect = _parse(body)
        found = list(_envelopes(whole, _Reader(received_at, is_suspect=is_suspect)))
    except RecursionError:
        raise BadDelivery("the body is nested too deeply to be read") from None
    if is_suspect and not any(isinstance(routed.event, Unreadable) for routed in found) and (reason := flaw(whole)):
        found.append(Routed(ig_id=None, event=Unreadable(type="unreadable", reason=f"outside of any event, {reason}")))
    return found


def _parse(body: bytes) -> tuple[object, bool]:
    """The body as JSON, and whether values may be in it that cannot be kept: those are looked for item by item."""
    try:
        return msgspec.json.decode(body), _ESCAPED_NUL in body
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        refused = error
    try:
        return json.loads(body), True  # takes halves of characters and numbers beyond measure
    except ValueError:
        raise BadDelivery(f"the body is not readable JSON: {refused}") from None


def _envelopes(whole: object, reader: "_Reader") -> Iterator[Routed]:
    envelope = payloads.an_object(whole)
    if envelope is None:
        envelopes = payloads.a_list(whole)
        if envelopes is None:
            yield _unknown("not an object")
        for one in envelopes or []:  # rule N7
            yield from _envelopes(one, reader)
    elif envelope.get("object") == _MESSENGER or envelope.keys() == {"object"}:
        return
    elif (entries := payloads.a_list(envelope.get("entry"))) is not None:
        for one in entries:
            entry = payloads.an_object(one)
            yield from reader.entry(entry) if entry is not None else [_unknown("entry is not an object")]
    elif isinstance(field := envelope.get("field"), str) and "value" in envelope:  # a bare sample (rule N73)
        yield Routed(ig_id=None, event=TestReceived(type="test_received", field=name_of(field)))
    else:
        yield _unknown("no envelope")


class _Reader:
    """Reads entries of one body. `is_suspect`: it may hold values that cannot be kept."""

    def __init__(self, received_at: datetime, *, is_suspect: bool) -> None:
        self._received_at = received_at
        self._is_suspect = is_suspect

    def entry(self, entry: Item) -> Iterator[Routed]:
        """Everything one entry carries; which keys it has is Meta's choice (rule N2)."""
        ig_id = text_of(entry["id"]) if isinstance(entry.get("id"), str | int) else None
        if ig_id is not None and (found := flaw(ig_id)):
            yield Routed(ig_id=None, event=Unreadable(type="unreadable", reason=f"entry.id: {found}"))
            return
        account = IgId(ig_id) if ig_id else None
        yield from self._messaging(entry, account)
        yield from self._changes(entry, account)
        fields = payloads.a_list(entry.get("changed_fields"))
        if fields is not None:  # rule N10
            names = [name_of(str(field)) for field in fields]
            yield Routed(ig_id=account, event=ValuesSwitchedOff(type="values_switched_off", fields=names))
        for name in _not_understood(entry):
            yield Routed(ig_id=account, event=Unknown(type="unknown", name=name_of(f"entry.{name}")))

    def _messaging(self, entry: Item, account: IgId | None) -> Iterator[Routed]:
        for key, is_standby in (("messaging", False), ("standby", True)):

            def read(item: Item, odd: list[str], is_standby: bool = is_standby) -> Event:
                return messaging.event_of(item, account, self._received_at, odd, is_standby=is_standby)

            for item in payloads.a_list(entry.get(key)) or []:
                yield from self._routed(account, item, read)

    def _changes(self, entry: Item, account: IgId | None) -> Iterator[Routed]:
        def read(item: Item, odd: list[str]) -> Event:
            return changes.event_of(item, account, entry.get("time"), self._received_at, odd)

        for item in payloads.a_list(entry.get("changes")) or []:
            yield from self._routed(account, item, read)
        if "field" in entry:  # rule N63
            yield from self._routed(account, {name: entry.get(name) for name in ("field", "value")}, read)

    def _routed(self, account: IgId | None, value: object, read: Read) -> Iterator[Routed]:
        """One item as an event of an account: the entry's, else the one the item itself names (rule N3)."""
        item = payloads.an_object(value)
        if item is None:
            yield Routed(ig_id=account, event=Unknown(type="unknown", name="not an object"))
            return
        odd: list[str] = []
        event = self._event(item, read, odd)
        if isinstance(event, TestReceived):
            yield Routed(ig_id=None, event=event)
            return
        named = messaging.account_of(item)
        for one in (event, *(Unknown(type="unknown", name=path) for path in odd)):
            yield Routed(ig_id=account or named, named_ig_id=named if named != account else None, event=one)

    def _event(self, item: Item, read: Read, odd: list[str]) -> Event:
        if self._is_suspect and (found := flaw(item)):
            return Unreadable(type="unreadable", reason=found)
        try:
            return read(item, odd)
        except (NotKept, msgspec.ValidationError) as error:
            return Unreadable(type="unreadable", reason=str(error))


def _not_understood(entry: Item) -> list[str]:
    """What an entry carries besides what we know, and what we know in another form than a list."""
    lists = [name for name in _LISTS if entry.get(name) is not None and payloads.a_list(entry[name]) is None]
    others = [name for name, value in entry.items() if name not in _IN_AN_ENTRY and isinstance(value, dict | list) and value]
    if entry.keys() & _IN_AN_ENTRY - {"id", "time"}:
        return sorted([*lists, *others])
    return sorted([*lists, *(entry.keys() - {"id", "time"})]) or ["empty"]


def _unknown(name: str) -> Routed:
    return Routed(ig_id=None, event=Unknown(type="unknown", name=name))
