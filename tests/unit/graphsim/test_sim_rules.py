"""The pure parts: Meta's JSON and signatures, windows, messages, files, limits, fields, ids, the clock."""

import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphsim import errors, events, fields, wire
from graphsim.clock import Clock, Timeline
from graphsim.errors import GraphError
from graphsim.events import Event
from graphsim.fields import Field, constant
from graphsim.http import call as calls
from graphsim.ids import Mint
from graphsim.media import files as media
from graphsim.media import film, png, sound
from graphsim.options import parse_account, parse_latency
from graphsim.rules import files, messages, windows
from graphsim.rules.limits import Limits

SECRET = "0123456789abcdef0123456789abcdef"
HOUR_MS = 3600 * 1000
DAY_MS = 24 * HOUR_MS


def test_H6_the_vector_of_the_spec_is_signed_as_it_says() -> None:
    message = {"mid": "aWdfTEST1", "text": "Größe 38 👟 http://ex.io/a"}
    item = {
        "sender": {"id": "1087654321098765"},
        "recipient": {"id": "17841461234567890"},
        "timestamp": 1793612345678,
        "message": message,
    }
    event = Event(account="17841461234567890", channel="messaging", field="messages", item=item)
    body = wire.encode(events.envelope([event], 1793612346089))
    assert len(body) == 285
    expected = "sha256=b881b5da415b88daa7c352e5de170b07c07dea1dc9c3732645d2c4921a6bf48f"
    assert wire.signature(SECRET, body) == expected
    assert wire.signature(SECRET, json.dumps(json.loads(body)).encode()) != expected


@given(st.text())
def test_H5_metas_json_is_ascii_and_reads_back_as_it_was(text: str) -> None:
    body = wire.encode({"text": text})
    assert body.isascii()
    assert b"/" not in body.replace(b"\\/", b"")
    assert json.loads(body) == {"text": text}


def test_T12_a_signed_request_is_the_known_one() -> None:
    payload: wire.Doc = {"algorithm": "HMAC-SHA256", "issued_at": 1793612345, "user_id": "26718842210998877"}
    assert wire.signed_request(SECRET, payload).startswith("kHyhkvLRhGC-46RnFcbRDMYFe1DPCKXRtOFNZruWU64.eyJ")


def test_C8_times_are_written_without_a_colon() -> None:
    assert wire.graph_time(1793612345678) == "2026-11-02T09:39:05+0000"
    assert wire.moment("2026-11-02T09:39:05.678Z") == 1793612345678
    assert wire.moment(1793612345) == 1793612345000


@pytest.mark.parametrize(
    ("opened_h", "tag", "feature", "code"),
    [
        (0, None, False, None),
        (23, None, False, None),
        (24, None, False, (10, 2534022)),
        (24, "HUMAN_AGENT", True, None),
        (24, "HUMAN_AGENT", False, (10, None)),
        (7 * 24, "HUMAN_AGENT", True, (10, 2534022)),
        (0, "ACCOUNT_UPDATE", True, (100, None)),
        (None, None, True, (10, 2534022)),
    ],
)
def test_W1_W2_the_window_by_hour_and_tag(
    opened_h: int | None, tag: str | None, feature: bool, code: tuple[int, int | None] | None
) -> None:
    now = 100 * DAY_MS
    opened = None if opened_h is None else now - opened_h * HOUR_MS
    found = windows.refusal(opened_ms=opened, now_ms=now, tag=tag, human_agent=feature, is_facebook=False)
    assert (None if found is None else (found.code, found.subcode)) == code


@pytest.mark.parametrize(
    ("body", "subcode"),
    [
        ({"recipient": {"id": "1"}}, None),
        ({"message": {"text": "x"}}, None),
        ({"recipient": {"id": "1"}, "message": {"text": "x"}, "sender_action": "typing_on"}, 2018014),
        ({"recipient": {"id": "1"}, "message": {"text": "x"}, "messaging_type": "MESSAGE_TAG"}, None),
        ({"recipient": {"id": "1"}, "sender_action": "dance"}, None),
    ],
)
def test_S14_a_body_that_makes_no_sense_is_100(body: wire.Doc, subcode: int | None) -> None:
    with pytest.raises(GraphError) as caught:
        messages.parse(body)
    assert (caught.value.code, caught.value.subcode) == (100, subcode)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\0\0\0\0WEBP", "image/webp"),
        (b"RIFF\0\0\0\0WAVE", "audio/wav"),
        (b"\0\0\0\x18ftypisom", "video/mp4"),
        (b"\0\0\0\x18ftypM4A ", "audio/mp4"),
        (b"<html>", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
def test_S9_a_file_is_what_its_bytes_show(content: bytes, media_type: str) -> None:
    assert files.sniff(content) == media_type


def test_S9_our_own_media_are_what_they_say_and_may_be_sent() -> None:
    draw = Mint(1).bytes_of("x", 64)
    assert files.check("image", png.photo(draw)) == "image/png"
    assert files.check("video", film.film(draw)) == "video/mp4"
    assert files.check("audio", sound.tune(draw)) == "audio/wav"
    assert files.check("file", media.document(draw)) == "application/pdf"


def test_M5_a_picture_has_all_its_rows() -> None:
    picture = png.photo(Mint(1).bytes_of("x", 64))
    start = picture.index(b"IDAT")
    size = int.from_bytes(picture[start - 4 : start], "big")
    rows = zlib.decompress(picture[start + 4 : start + 4 + size])
    assert len(rows) == png.HEIGHT * (1 + png.WIDTH * 3)


def test_M5_the_boxes_of_a_film_add_up() -> None:
    content = film.film(bytes(range(64)))
    at, names = 0, list[bytes]()
    while at < len(content):
        names.append(content[at + 4 : at + 8])
        at += int.from_bytes(content[at : at + 4], "big")
    assert (at, names) == (len(content), [b"ftyp", b"moov", b"mdat"])
    stco = content.index(b"stco")
    first = int.from_bytes(content[stco + 12 : stco + 16], "big")
    assert first == content.index(b"mdat") + 4


def test_L2_limits_count_a_sliding_second_per_account() -> None:
    limits = Limits(is_on=True)
    assert [limits.allows("a", "conversations", at) for at in (0, 500, 999, 1000, 1001)] == [True, True, False, True, False]
    assert limits.allows("b", "conversations", 999)
    assert all(Limits(is_on=False).allows("a", "conversations", 0) for _ in range(5))


def test_L3_private_replies_are_counted_by_the_hour() -> None:
    limits = Limits(is_on=True)
    assert all(limits.allows("a", "private_reply", at) for at in range(750))
    assert not limits.allows("a", "private_reply", 800)
    assert limits.allows("a", "private_reply", HOUR_MS)


def test_C5_fields_are_read_with_arguments_and_inner_fields() -> None:
    found = fields.parse("id,messages.limit(5).after(x){id,from},mentioned_comment.comment_id(17){text}")
    assert [one.name for one in found] == ["id", "messages", "mentioned_comment"]
    assert found[1].arguments == {"limit": "5", "after": "x"}
    assert [one.name for one in found[1].fields] == ["id", "from"]
    assert found[2].arguments == {"comment_id": "17"}


@pytest.mark.parametrize("text", ["id,{", "a{b", "a}", "1x", "a{b,c}}", "a.b"])
def test_E5_fields_that_cannot_be_read_are_100(text: str) -> None:
    with pytest.raises(GraphError) as caught:
        fields.parse(text)
    assert caught.value.code == 100


def test_C5_an_answer_holds_what_was_asked_in_that_order_and_the_id() -> None:
    getters = {"id": constant("1"), "a": constant(1), "b": constant(fields.MISSING)}
    assert list(fields.project((Field(name="a"), Field(name="b")), getters, "X").items()) == [("a", 1), ("id", "1")]
    with pytest.raises(GraphError):
        fields.project((Field(name="c"),), getters, "X")


@pytest.mark.parametrize(
    ("path", "parts", "version"),
    [("v25.0/me/messages", ("me", "messages"), "v25.0"), ("me", ("me",), "v25.0"), ("v23.0/1/", ("1",), "v23.0")],
)
def test_T17_the_version_is_optional(path: str, parts: tuple[str, ...], version: str) -> None:
    call = calls.read("graph.instagram.com", "GET", path, "access_token=a", {}, b"")
    assert (call.parts, call.version, call.token) == (parts, version, "a")


def test_T17_old_versions_are_gone() -> None:
    with pytest.raises(GraphError):
        calls.read("graph.instagram.com", "GET", "v20.0/me", "", {}, b"")


@given(st.binary(max_size=300).filter(lambda data: b"--limit" not in data))
def test_S11_a_file_in_a_multipart_body_is_read_byte_by_byte(data: bytes) -> None:
    head = b'--limit\r\nContent-Disposition: form-data; name="filedata"; filename="a"\r\nContent-Type: image/png\r\n\r\n'
    body = head + data + b'\r\n--limit\r\nContent-Disposition: form-data; name="message"\r\n\r\n{"a":1}\r\n--limit--\r\n'
    headers = {"content-type": "multipart/form-data; boundary=limit"}
    call = calls.read("graph.instagram.com", "POST", "me/message_attachments", "", headers, body)
    assert call.files == {"filedata": data}
    assert call.body == {"message": {"a": 1}}


def test_N2_entries_are_grouped_by_account_and_channel_in_order() -> None:
    def event(account: str, channel: events.Channel) -> Event:
        return Event(account=account, channel=channel, field=None, item={"n": 1})

    found = events.envelope([event("a", "messaging"), event("a", "messaging"), event("a", "changes"), event("b", "flat")], 5000)
    assert found["entry"] == [
        {"time": 5000, "id": "a", "messaging": [{"n": 1}, {"n": 1}]},
        {"id": "a", "time": 5, "changes": [{"n": 1}]},
        {"id": "b", "time": 5, "n": 1},
    ]


def test_E1_an_error_has_its_keys_in_order() -> None:
    document = errors.throttled().document("T")
    assert list(wire.as_doc(document["error"])) == ["message", "type", "code", "error_subcode", "fbtrace_id"]


def test_ids_look_like_metas_and_depend_on_the_seed_alone() -> None:
    one, two, other = Mint(1), Mint(1), Mint(2)
    mids = [mint.mid("17841461234567890", "1087654321098765") for mint in (one, two, other)]
    assert mids[0] == mids[1] != mids[2]
    assert mids[0].startswith("aWdfZAG1faXRlbTox")
    assert mids[0].endswith("ZDZD")
    assert 150 <= len(mids[0]) <= 200
    assert one.mid("17841461234567890", "1087654321098765") != mids[0]
    assert len(one.igsid()) == 16
    assert len(one.object_id("post")) == 17


async def test_what_is_due_runs_in_order_as_the_clock_advances() -> None:
    clock = Clock("manual", 0)
    timeline = Timeline(clock)
    seen: list[tuple[str, int]] = []

    def plan(name: str, due_ms: int, follower: str | None = None) -> None:
        async def run() -> None:
            seen.append((name, clock.now_ms()))
            if follower is not None:
                plan(follower, clock.now_ms() + 50)

        timeline.at(due_ms, run)

    plan("second", 200, "third")
    plan("first", 100)
    plan("later", 900)
    await timeline.advance(500, _nothing)
    assert seen == [("first", 100), ("second", 200), ("third", 250)]
    assert (clock.now_ms(), timeline.pending()) == (500, 1)


async def _nothing() -> None:
    return


def test_a_real_clock_can_be_ahead() -> None:
    clock = Clock("real")
    before = clock.now_ms()
    clock.jump_to(before + DAY_MS)
    assert 0 <= clock.now_ms() - before - DAY_MS < 1000


def test_the_command_lines_values_are_read_or_refused() -> None:
    assert parse_account("1:a.b:IG:x").token == "IG:x"
    assert parse_latency("300:1500") == (300, 1500)
    assert parse_latency("20") == (20, 20)
    for text in ("1:a", "::", "1:a:"):
        with pytest.raises(ValueError, match="IG_ID"):
            parse_account(text)
