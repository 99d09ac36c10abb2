"""What a message shares, and when two shares are one thing. Rules LB1, LB2."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from confab.members import shares
from confab.model.library import Share
from confab.store.rows import AttachmentRow, MessageRow
from tests import recordings_of

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
ID = UUID("01a219e7-9a19-77c7-9c15-b1030d2c272a")


def message(text: str | None = None, *attachments: AttachmentRow, **more: Any) -> MessageRow:
    given = {"direction": "inbound", "author_kind": "participant", "status": "received", **more}
    return MessageRow(
        workspace_id=uuid4(), id=ID, account_id=uuid4(), conversation_id=uuid4(), sent_at=NOON, text=text,
        attachments=list(attachments), **given,
    )  # fmt: skip


def attachment(kind: str, position: int = 0, **more: Any) -> AttachmentRow:
    given = {"source_url": None, "title": None, "permalink": None, "state": "pending", **more}
    return AttachmentRow(workspace_id=uuid4(), message_id=ID, position=position, kind=kind, sent_at=NOON, **given)


def of_recording(name: str) -> list[Share]:
    """What a recording of Meta's shares, as it is after normalise."""
    (event,) = [one["event"] for one in recordings_of.given(name) if one["event"]["type"] == "message_received"]
    rows = [
        attachment(one["kind"], at, source_url=one["url"], title=one["title"], permalink=one["permalink"], payload=one["payload"])
        for at, one in enumerate(event["content"]["attachments"])
    ]
    return shares.of_message(message(event["content"]["text"], *rows))


@pytest.mark.parametrize(
    ("recording", "kind", "key"),
    [
        ("msg-ig-reel", "reel", "media:18021147735902264"),
        ("msg-ig-reel-permalink", "reel", "media:18021147735902277"),
        ("msg-share-permalink", "reel", "url:https://instagram.com/reel/DQx7LkPa2Rw"),
        ("msg-ig-story", "story", "media:18009926614470153"),
        ("msg-story-mention", "story", "asset:18077341920566318"),
    ],
)
def test_LB1_what_instagram_shares_is_an_item_with_a_name_that_stays(recording: str, kind: str, key: str) -> None:
    (share,) = of_recording(recording)
    assert (share.kind, share.key) == (kind, key)


@pytest.mark.parametrize("name", ["msg-ig-post", "msg-ig-post-transition", "msg-share-legacy"])
def test_LB1_a_post_is_one_item_in_each_of_its_forms(name: str) -> None:
    (share,) = of_recording(name)
    assert share.kind == "post"


@pytest.mark.parametrize("name", ["msg-reel", "msg-fallback"])
def test_LB1_pages_elsewhere_are_items_too(name: str) -> None:
    (share,) = of_recording(name)
    assert share.permalink is not None
    assert share.kind in ("reel", "link")


def test_LB1_links_in_a_text_are_items_without_the_mark_that_ends_the_sentence() -> None:
    found = shares.of_message(message("See https://ex.io/a, (https://ex.io/b) and http://ex.io/c."))
    assert [one.permalink for one in found] == ["https://ex.io/a", "https://ex.io/b", "http://ex.io/c"]
    assert {one.kind for one in found} == {"link"}


def test_LB1_a_text_a_picture_and_what_we_wrote_are_no_items() -> None:
    assert shares.of_message(message("just words", attachment("image"), attachment("audio"))) == []
    assert shares.of_message(message("https://ex.io/a", direction="outbound")) == []
    assert shares.of_message(message("https://ex.io/a", deleted_at=NOON)) == []


def test_LB1_a_link_and_its_card_are_one_item() -> None:
    card = attachment("fallback", permalink="https://ex.io/a/", title="A page")
    (share,) = shares.of_message(message("look: https://www.ex.io/a?utm_source=ig", card))
    assert share.caption == "A page"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://www.instagram.com/reel/DTb4WnQk1Zs/?igsh=MWx", "https://instagram.com/reels/DTb4WnQk1Zs"),
        ("https://www.instagram.com/anna.k/p/DQ1/", "http://m.instagram.com/p/DQ1/?img_index=2"),
        ("https://Shop.Example.org/a/?b=1&utm_medium=dm#top", "https://shop.example.org/a?b=1"),
        ("https://instagram.com/stories/anna.k/123/", "https://www.instagram.com/stories/anna.k/123"),
    ],
)
def test_LB2_copies_of_a_link_are_one(one: str, other: str) -> None:
    assert shares.plain(one) == shares.plain(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://instagram.com/p/DQ1", "https://instagram.com/p/dq1"),
        ("https://instagram.com/stories/anna.k/123", "https://instagram.com/stories/anna.k/124"),
        ("https://ex.io/a?b=1", "https://ex.io/a?b=2"),
        ("https://ex.io:8443/a", "https://ex.io/a"),
    ],
)
def test_LB2_different_pages_stay_different(one: str, other: str) -> None:
    assert shares.plain(one) != shares.plain(other)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://", "https://user@ex.io/", "https://[::1", "ftp://ex.io/a"])
def test_LB1_what_nobody_should_be_sent_to_is_no_link(url: str) -> None:
    (share,) = shares.of_message(message(None, attachment("fallback", permalink=url)))
    assert share.permalink is None
    assert shares.of_message(message(f"see {url}")) == []


def test_LB1_a_story_is_found_by_its_owner() -> None:
    (share,) = shares.of_message(message("https://instagram.com/stories/anna.k/123/"))
    assert (share.kind, share.author) == ("story", "anna.k")


@given(
    st.text(max_size=300),
    st.dictionaries(st.text(max_size=20), st.one_of(st.none(), st.integers(), st.text(max_size=50)), max_size=5),
)
def test_LB1_nothing_that_is_sent_fails(text: str, payload: dict[str, Any]) -> None:
    link = attachment("ig_reel", payload=payload, permalink=f"https://{text}", source_url=text, title=text)
    for share in shares.of_message(message(f"https://{text}", link)):
        assert share.key
        assert msgspec.json.encode(share)
