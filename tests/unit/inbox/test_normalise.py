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
from confab.model.events import MessageReceived, Unknown, Unreadable
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
        b'"\\ud83d"',
        b'{"n": 1e999}',
    ],
)
def test_D3_a_body_that_cannot_be_read_is_said_to_be_so(raw: bytes) -> None:
    with pytest.raises(BadDelivery):
        normalise(raw, RECEIVED_AT)


def test_D3_a_nul_character_fails_its_event_and_no_other() -> None:
    items = [message(text="a\0b"), {**message(), "message": {"mid": "m2", "text": "fine"}}]
    raw = json.dumps({"object": "instagram", "entry": [{"id": "178", "messaging": items}]}).encode()
    first, second = (routed.event for routed in normalise(raw, RECEIVED_AT))
    assert isinstance(first, Unreadable)
    assert isinstance(second, MessageReceived)


@pytest.mark.parametrize("timestamp", [253402300799000, "253402300799000", "9999-12-31T23:59:59+0000", 10**40])
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
    ],
)
def test_D10_times_are_read_in_every_form_and_clamped_to_what_can_be(timestamp: object, sent_at: datetime) -> None:
    event = only(body(message(timestamp)))
    assert isinstance(event, MessageReceived)
    assert event.sent_at == sent_at


def test_D9_a_kind_nobody_knows_is_named_and_kept_apart() -> None:
    event = only(body({"sender": {"id": "1"}, "recipient": {"id": "178"}, "timestamp": 1, "shiny": {}}))
    assert event == Unknown(type="unknown", name="shiny")


@pytest.mark.parametrize("mid", ["", None, 7])
def test_N16_a_message_without_a_usable_mid_fails_alone(mid: object) -> None:
    assert isinstance(only(body({**message(), "message": {"mid": mid, "text": "hi"}})), Unreadable)


def test_N3_an_item_names_its_account_when_the_entry_names_another() -> None:
    (routed,) = normalise(
        json.dumps({"object": "instagram", "entry": [{"id": "1", "messaging": [message()]}]}).encode(), RECEIVED_AT
    )
    assert (routed.ig_id, routed.named_ig_id) == ("1", "178")


KEYS = [
    "object", "entry", "id", "messaging", "changes", "standby", "field", "value", "message", "mid", "text", "sender", "recipient",
    "attachments", "payload", "reaction", "read", "postback", "timestamp", "message_edit", "num_edit", "from", "media", "is_echo",
]  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=25,
)  # fmt: skip


@given(JSON)
def test_D9_whatever_json_comes_gives_events_and_never_a_crash(value: object) -> None:
    with suppress(BadDelivery):
        normalise(json.dumps(value).encode(), RECEIVED_AT)


@given(st.binary(max_size=200))
def test_D3_whatever_bytes_come_are_read_or_refused(raw: bytes) -> None:
    with suppress(BadDelivery):
        normalise(raw, RECEIVED_AT)
