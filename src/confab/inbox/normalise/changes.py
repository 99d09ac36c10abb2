"""One item of `changes` → one event. The part of normalise about comments, mentions and story insights; pure."""

from datetime import datetime
from typing import Any

from confab.graph import payloads
from confab.inbox.normalise import messaging
from confab.inbox.normalise.content import text_of
from confab.inbox.normalise.values import NotKept, moment, name_of
from confab.model.comments import CommentKind, CommentMedia
from confab.model.events import CommentReceived, Event, StoryInsightsReceived, TestReceived, Unknown
from confab.model.inbox import IgId, Igsid

_COMMENT_KINDS: dict[str, CommentKind] = {"comments": "comment", "live_comments": "live_comment"}

Item = dict[str, Any]  # an object of Meta's, not looked into yet


def event_of(item: Item, account: IgId | None, sent_at: object, received_at: datetime, odd: list[str]) -> Event:
    """Paths of fields that do not fit are added to `odd`.

    Raises NotKept or msgspec.ValidationError for a value that cannot be kept.
    """
    field, value = item.get("field"), payloads.an_object(item.get("value"))
    if not isinstance(field, str) or value is None:
        return Unknown(type="unknown", name="change without field or value")
    if account == payloads.TEST_ENTRY_ID:
        return TestReceived(type="test_received", field=field)
    if payloads.PAYLOAD_KEYS & value.keys() and "timestamp" in value:  # rule N72
        return messaging.event_of(value, account, received_at, odd, is_standby=False)
    at, _ = moment(sent_at, received_at)
    if field in _COMMENT_KINDS:
        return _comment(payloads.read(value, payloads.CommentValue, odd), _COMMENT_KINDS[field], account, at)
    if field == "mentions":
        return _mention(payloads.read(value, payloads.MentionValue, odd), at)
    if field == "story_insights":
        return _story_insights(value, at, odd)
    return Unknown(type="unknown", name=name_of(field))


def _comment(value: payloads.CommentValue, kind: CommentKind, account: IgId | None, at: datetime) -> Event:
    """Rules N62-N69."""
    ig_id = text_of(value.id) or text_of(value.comment_id)
    if ig_id is None:
        raise NotKept("the comment has neither id nor comment_id")
    author, media = value.author, value.media or payloads.CommentMedia()
    author_id = text_of(author.id) if author else None
    return CommentReceived(
        type="comment_received", comment_key=ig_id, ig_id=ig_id, kind=kind,
        media=CommentMedia(
            ig_id=text_of(media.id), permalink=None, product_type=media.media_product_type, ad_id=text_of(media.ad_id),
            ad_title=media.ad_title, original_media_id=text_of(media.original_media_id),
        ),
        parent_ig_id=text_of(value.parent_id), author_ig_id=Igsid(author_id) if author_id else None,
        author_username=author.username if author else None, text=value.text,
        is_own=author_id is not None and author_id == account, at=at,
    )  # fmt: skip


def _mention(value: payloads.MentionValue, at: datetime) -> Event:
    """Rule N70."""
    media_id, comment_id = text_of(value.media_id), text_of(value.comment_id)
    if media_id is None and comment_id is None:
        raise NotKept("the mention has neither media_id nor comment_id")
    return CommentReceived(
        type="comment_received", comment_key=comment_id or f"caption:{media_id}", ig_id=comment_id, kind="mention",
        media=CommentMedia(
            ig_id=media_id, permalink=None, product_type=None, ad_id=None, ad_title=None, original_media_id=None
        ),
        parent_ig_id=None, author_ig_id=None, author_username=None, text=None, is_own=False, at=at,
    )  # fmt: skip


def _story_insights(value: Item, at: datetime, odd: list[str]) -> Event:
    """Rule N71."""
    media_id = text_of(payloads.read(value, payloads.StoryInsights, odd).media_id)
    if media_id is None:
        raise NotKept("story_insights has no media_id")
    metrics = {name: number for name, number in value.items() if name != "media_id" and isinstance(number, int)}
    return StoryInsightsReceived(type="story_insights_received", media_ig_id=media_id, metrics=metrics, at=at)
