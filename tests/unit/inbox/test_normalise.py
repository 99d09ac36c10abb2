"""Meta's bodies → our events. Rules N1-N74 of docs/spec/graph.md, D3, D9, D10 of docs/spec/inbox.md."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from confab.errors import BadDelivery
from confab.inbox.normalise import normalise
from confab.model.events import CommentReceived, MessageReceived, Unknown, Unreadable
from tests import recordings_of
from tests.recordings_of import RECEIVED_AT


@pytest.mark.parametrize("name", recordings_of.names())
def test_N1_every_recording_gives_its_events(name: str) -> None:
    assert recordings_of.given(name) == json.loads(recordings_of.expected_path(name).read_text())


@pytest.mark.parametrize("name", recordings_of.names())
def test_H5_the_wire_form_gives_the_same_events(name: str) -> None:
    assert msgspec.to_builtins(normalise(recordings_of.wire(name), RECEIVED_AT)) == recordings_of.given(name)


def body(item: object, **entry: object) -> bytes:
    return json.dumps(
        {"object": "instagram", "entry": [{"id": "178", "time": 1793612346089, "messaging": [item], **entry}]}
    ).encode()


def message(timestamp: object = 1793612345678, **more: object) -> dict[str, object]:
    return {
        "sender": {"id": "1"},
        "recipient": {"id": "178"},
        "timestamp": timestamp,
        "message": {"mid": "m", "text": "hi", **more},
    }


def only(raw: bytes):
    (routed,) = normalise(raw, RECEIVED_AT)
    return routed.event


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"not json",
        b"[" * 5000 + b"]" * 5000,
        b'{"a":' * 5000 + b"1" + b"}" * 5000,
        b'"a\x00b"',
        b"\xff\xfe",
    ],
)
def test_D3_a_body_that_cannot_be_read_is_said_to_be_so(raw: bytes) -> None:
    with pytest.raises(BadDelivery):
        normalise(raw, RECEIVED_AT)


@pytest.mark.parametrize("raw", [b'"\\ud83d"', b'{"n": 1e999}', b'{"a\\u0000": 1}'])
def test_D3_a_flaw_outside_of_any_event_is_a_failure_of_the_body(raw: bytes) -> None:
    assert any(isinstance(routed.event, Unreadable) for routed in normalise(raw, RECEIVED_AT))


@pytest.mark.parametrize("flaw", [rb"a\u0000b", rb"half \ud83d", rb'", "more": 1e999, "x": "'])
def test_D3_what_cannot_be_kept_fails_its_event_and_no_other(flaw: bytes) -> None:
    items = [message(text="FLAW"), {**message(), "message": {"mid": "m2", "text": "fine"}}]
    raw = json.dumps({"object": "instagram", "entry": [{"id": "178", "messaging": items}, {"id": "179", "messaging": items[1:]}]})
    first, second, third = (routed.event for routed in normalise(raw.encode().replace(b"FLAW", flaw), RECEIVED_AT))
    assert isinstance(first, Unreadable)
    assert isinstance(second, MessageReceived)
    assert isinstance(third, MessageReceived)


def test_D3_the_six_letters_of_an_escaped_nul_are_a_text_like_any_other() -> None:
    event = only(body(message(text="write \\u0000 in C")))
    assert isinstance(event, MessageReceived)
    assert event.content.text == "write \\u0000 in C"


@pytest.mark.parametrize("place", ["recipient", "sender"])
def test_D3_a_nul_in_an_id_fails_its_event_and_names_nobody(place: str) -> None:
    (routed,) = normalise(body({**message(), place: {"id": "1\0"}}), RECEIVED_AT)
    assert isinstance(routed.event, Unreadable)
    assert "\0" not in (routed.named_ig_id or "")


@pytest.mark.parametrize("field", ["sh\0iny", "\ud83d"])
def test_D9_what_is_unknown_has_a_name_that_can_be_kept(field: str) -> None:
    raw = json.dumps({"object": "instagram", "entry": [{"id": "178", field: [1]}, {"id": "178", "changed_fields": [field]}]})
    assert all("\0" not in text and text.encode() for text in texts_in(msgspec.to_builtins(normalise(raw.encode(), RECEIVED_AT))))
    normalise(json.dumps({"field": field, "value": 1}).encode(), RECEIVED_AT)


def texts_in(value: object) -> list[str]:
    match value:
        case dict():
            return [text for pair in value.items() for one in pair for text in texts_in(one)]
        case list():
            return [text for one in value for text in texts_in(one)]
        case str():
            return [value]
        case _:
            return []


@pytest.mark.parametrize(
    "timestamp", [253402300799000, "253402300799000", "9999-12-31T23:59:59+0000", "9999-12-31T23:59:59-14:00", 10**40, 10**400]
)
def test_D3_a_time_that_no_clock_shows_fails_its_event(timestamp: object) -> None:
    event = only(body(message(timestamp)))
    assert isinstance(event, Unreadable)
    assert "timestamp" in event.reason


@pytest.mark.parametrize(
    ("timestamp", "sent_at"),
    [
        (1793612345678, datetime(2026, 11, 2, 9, 39, 5, 678000, tzinfo=UTC)),
        ("1793612345678", datetime(2026, 11, 2, 9, 39, 5, 678000, tzinfo=UTC)),
        ("1793612345", datetime(2026, 11, 2, 9, 39, 5, tzinfo=UTC)),
        ("2026-11-02T09:39:05+0000", datetime(2026, 11, 2, 9, 39, 5, tzinfo=UTC)),
        (0, datetime(2010, 1, 1, tzinfo=UTC)),
        (int((RECEIVED_AT + timedelta(days=3)).timestamp() * 1000), RECEIVED_AT + timedelta(minutes=5)),
        (None, RECEIVED_AT),
        ("yesterday", RECEIVED_AT),
        ([], RECEIVED_AT),
        ({"seconds": 1}, RECEIVED_AT),
    ],
)
def test_D10_times_are_read_in_every_form_and_clamped_to_what_can_be(timestamp: object, sent_at: datetime) -> None:
    event = normalise(body(message(timestamp)), RECEIVED_AT)[0].event
    assert isinstance(event, MessageReceived)
    assert event.sent_at == sent_at


@pytest.mark.parametrize("time", [[], {}, None, True, "", 10**400, "0001-01-01T00:00:00+14:00"])
def test_D10_an_entry_whose_time_makes_no_sense_costs_at_most_the_event(time: object) -> None:
    raw = body(message(), time=time, changes=[{"field": "comments", "value": {"id": "1", "text": "hi"}}])
    written, commented = (routed.event for routed in normalise(raw, RECEIVED_AT))
    assert isinstance(written, MessageReceived)
    assert isinstance(commented, CommentReceived | Unreadable)


def test_D9_a_kind_nobody_knows_is_named_and_kept_apart() -> None:
    event = only(body({"sender": {"id": "1"}, "recipient": {"id": "178"}, "timestamp": 1, "shiny": {}}))
    assert event == Unknown(type="unknown", name="shiny")


@pytest.mark.parametrize("mid", ["", None, 7])
def test_N16_a_message_without_a_usable_mid_fails_alone(mid: object) -> None:
    assert isinstance(only(body({**message(), "message": {"mid": mid, "text": "hi"}})), Unreadable)


@pytest.mark.parametrize(
    ("odd", "path"),
    [
        ({"quick_reply": "x"}, "message.quick_reply"),
        ({"reply_to": {"story": {"id": []}}}, "message.reply_to.story.id"),
        ({"referral": 5}, "message.referral"),
        ({"attachments": [None]}, "message.attachments.value"),
        (
            {"attachments": [{"type": "image", "title": 5, "payload": {"url": "https://cdn.example/1"}}]},
            "message.attachments.title",
        ),
    ],
)
def test_N11_a_field_that_changed_its_type_costs_itself_and_is_counted(odd: dict[str, object], path: str) -> None:
    event, unknown = (routed.event for routed in normalise(body(message(**odd)), RECEIVED_AT))
    assert isinstance(event, MessageReceived)
    assert event.content.text == "hi"
    assert len(event.content.attachments) == len(odd.get("attachments", []))  # pyright: ignore[reportArgumentType]
    assert unknown == Unknown(type="unknown", name=path)


@pytest.mark.parametrize("odd", [{"text": 5}, {"attachments": "x"}, {"is_echo": "perhaps"}, {"is_deleted": []}])
def test_N11_a_field_that_says_what_the_message_is_fails_it_when_it_makes_no_sense(odd: dict[str, object]) -> None:
    event = only(body(message(**odd)))
    assert isinstance(event, Unreadable)
    assert f"message.{next(iter(odd))}" in event.reason


def test_N11_null_is_the_same_as_missing() -> None:
    nothing = dict.fromkeys(["attachments", "reply_to", "quick_reply", "referral", "is_echo", "is_deleted", "is_self", "app_id"])
    assert only(body({**message(**nothing), "is_self": None})) == only(body(message()))


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        ({"messaging": {"0": {}}}, "entry.messaging"),
        ({"changes": "x"}, "entry.changes"),
        ({"messaging": None, "shiny": [1]}, "entry.shiny"),
        ({"messaging": [], "shiny": {"a": 1}}, "entry.shiny"),
        ({"shiny": 1}, "entry.shiny"),
        ({}, "entry.empty"),
    ],
)
def test_N15_an_entry_that_carries_what_nobody_knows_is_counted_by_name(entry: dict[str, object], name: str) -> None:
    raw = json.dumps({"object": "instagram", "entry": [{"id": "178", "time": 1, **entry}]}).encode()
    assert only(raw) == Unknown(type="unknown", name=name)


@pytest.mark.parametrize("entry", [{"messaging": []}, {"messaging": None}, {"changes": [], "uid": "5"}])
def test_N8_an_entry_with_nothing_in_it_is_nothing(entry: dict[str, object]) -> None:
    raw = json.dumps({"object": "instagram", "entry": [{"id": "178", "time": 1, **entry}]}).encode()
    assert normalise(raw, RECEIVED_AT) == []


def test_N3_an_item_names_its_account_when_the_entry_names_another() -> None:
    (routed,) = normalise(
        json.dumps({"object": "instagram", "entry": [{"id": "1", "messaging": [message()]}]}).encode(), RECEIVED_AT
    )
    assert (routed.ig_id, routed.named_ig_id) == ("1", "178")


KEYS = [
    "object", "entry", "id", "messaging", "changes", "standby", "field", "value", "message", "mid", "text", "sender", "recipient",
    "attachments", "payload", "reaction", "read", "postback", "timestamp", "message_edit", "num_edit", "from", "media", "is_echo",
    "time", "watermark", "reply_to", "story", "quick_reply", "changed_fields", "comments", "\0", "\ud800",
]  # fmt: skip
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.integers(min_value=10**300, max_value=10**320),
    st.text(st.characters(codec=None, categories=None), max_size=8), st.datetimes().map(datetime.isoformat),
    st.sampled_from(["instagram", "comments", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "\0", "\ud83d"]),
)  # fmt: skip
ITEMS = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=25,
)  # fmt: skip
ENTRIES = st.dictionaries(st.sampled_from(KEYS), ITEMS | st.lists(ITEMS, max_size=3), max_size=5)
BODIES = ITEMS | st.fixed_dictionaries({"object": st.just("instagram"), "entry": st.lists(ENTRIES, max_size=3)})


@given(BODIES)
def test_D9_whatever_json_comes_gives_events_that_can_be_kept_and_never_a_crash(value: object) -> None:
    with suppress(BadDelivery):
        for text in texts_in(msgspec.to_builtins(normalise(json.dumps(value).encode(), RECEIVED_AT))):
            assert "\0" not in text
            text.encode()


@given(st.binary(max_size=200))
def test_D3_whatever_bytes_come_are_read_or_refused(raw: bytes) -> None:
    with suppress(BadDelivery):
        normalise(raw, RECEIVED_AT)
