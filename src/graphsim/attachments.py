"""Attachments as webhooks show them: one payload per type. Rules N19 to N40."""

import msgspec

from graphsim import assets
from graphsim.state import Attachment, Kind
from graphsim.wire import Doc

_MEDIA: dict[str, Kind] = {"image": "image", "video": "video", "audio": "audio", "file": "file"}
_SHARES: dict[str, tuple[Kind, str]] = {
    "ig_post": ("image", "ig_post_media_id"),
    "share": ("image", "ig_post_media_id"),
    "ig_reel": ("video", "reel_video_id"),
}
_STORIES = ("story_mention", "ig_story")
_EMPTY: dict[str, Doc | None] = {"like_heart": {}, "template": {"generic": {"elements": []}}}


class Wanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a caller says about an attachment; everything but the type may be left to us."""

    type: str
    url: str | None = None
    title: str | None = None
    payload: Doc | None = None
    media_id: str | None = None
    content_type: str | None = None
    answer: str = "ok"


def make(shelf: assets.Shelf, wanted: Wanted) -> list[Attachment]:
    """The attachments a message gets for one wanted: mostly one, two for a sticker (N30)."""
    if wanted.payload is not None:
        return [Attachment(type=wanted.type, payload=wanted.payload, extra=_beside(wanted))]
    if wanted.type == "ephemeral":
        return [Attachment(type="ephemeral", payload=None, has_payload=False)]
    if wanted.type == "fallback":
        return [Attachment(type="fallback", payload=None, extra=_beside(wanted))]
    if wanted.type in _EMPTY:
        return [Attachment(type=wanted.type, payload=_EMPTY[wanted.type])]
    if wanted.type == "sticker":
        return _sticker(shelf, wanted)
    return [_with_file(shelf, wanted)]


def _beside(wanted: Wanted) -> Doc:
    """`title` and `url` that stand beside the payload of a fallback. Rule N32."""
    if wanted.type != "fallback":
        return {}
    return {"title": wanted.title or "A link", "url": wanted.url or "https://maps.example/x"}


def _sticker(shelf: assets.Shelf, wanted: Wanted) -> list[Attachment]:
    asset = shelf.add("image", content_type=wanted.content_type, answer=wanted.answer)
    payload: Doc = {"url": wanted.url or shelf.link(asset), "sticker_id": int(asset.id)}
    return [Attachment(type=one, payload=dict(payload), asset=asset.id) for one in ("image", "sticker")]


def _with_file(shelf: assets.Shelf, wanted: Wanted) -> Attachment:
    kind = _MEDIA.get(wanted.type) or _SHARES.get(wanted.type, ("image", ""))[0]
    if wanted.url is not None:
        return Attachment(type=wanted.type, payload=_payload(wanted, wanted.media_id or shelf.new_id(), wanted.url))
    asset = shelf.add(
        kind,
        is_story=wanted.type in _STORIES,
        content_type=wanted.content_type,
        answer=wanted.answer,
        id=wanted.media_id,
    )
    return Attachment(type=wanted.type, payload=_payload(wanted, asset.id, shelf.link(asset)), asset=asset.id)


def _payload(wanted: Wanted, media_id: str, url: str) -> Doc:
    if wanted.type == "ig_story":
        return {"story_media_id": media_id, "story_media_url": url}
    if wanted.type == "share" and wanted.media_id is None and wanted.title is None:
        return {"url": url}
    if wanted.type in _SHARES:
        title: Doc = {"title": wanted.title} if wanted.title is not None else {}
        return {_SHARES[wanted.type][1]: media_id, **title, "url": url}
    if wanted.type == "reel":
        return {"url": url, "title": wanted.title or "", "reel_video_id": media_id}
    return {"url": url}
