"""What a message says: text, attachments, what it answers, where it came from. The part of normalise about content; pure."""

from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit

from confab.graph import pages, payloads
from confab.model.events import Content, SharedAttachment, SharedReferral
from confab.model.inbox import Mid, Referral

_LINK_KINDS = frozenset({"fallback", "reel"})
_TWINS = {"ig_post": ("share", "ig_post_media_id"), "sticker": ("image", "sticker_id")}  # rules N23, N30


def content_of(message: payloads.Message, odd: list[str]) -> Content:
    """Rules N16-N41. Paths of fields that do not fit are added to `odd`."""
    reply_to = message.reply_to
    story = reply_to.story if reply_to else None
    return Content(
        text=message.text,
        attachments=[_shared(attachment) for attachment in _without_twins(_attachments(message, odd))],
        reply_to_mid=Mid(reply_to.mid) if reply_to and reply_to.mid else None,
        reply_to_story_id=text_of(story.id) if story else None,
        reply_to_story_url=_web_address(story.url) if story else None,
        reply_to_story_link=_web_address(story.link_sticker_url) if story else None,
        is_story_reply=story is not None,
        quick_reply_payload=message.quick_reply.payload if message.quick_reply else None,
        referral=referral_with_media_of(message.referral),
        is_unsupported=message.is_unsupported or False,
    )


def _attachments(message: payloads.Message, odd: list[str]) -> list[payloads.Attachment]:
    """Each by itself: one that makes no sense is there as unknown, with what Meta said."""
    found: list[payloads.Attachment] = []
    for given in message.attachments or []:
        item, own = payloads.an_object(given), list[str]()
        found.append(
            payloads.Attachment(payload={"value": given}) if item is None else payloads.read(item, payloads.Attachment, own)
        )
        odd.extend(f"message.attachments.{path}" for path in (own if item is not None else ["value"]))
    return found


def referral_of(referral: payloads.Referral | None) -> Referral | None:
    """Rules N41, N57."""
    if referral is None:
        return None
    return Referral(
        source=referral.source,
        type=referral.type,
        ref=referral.ref,
        ad_id=text_of(referral.ad_id),
        ad_title=referral.ads_context_data.ad_title if referral.ads_context_data else None,
        product_id=text_of(referral.product.id) if referral.product else None,
    )


def referral_with_media_of(referral: payloads.Referral | None) -> SharedReferral | None:
    """The same with the ad's picture and film."""
    read = referral_of(referral)
    if referral is None or read is None:
        return None
    ad = referral.ads_context_data or payloads.AdContext()
    return SharedReferral(**asdict(read), photo_url=_web_address(ad.photo_url), video_url=_web_address(ad.video_url))


def text_of(value: str | int | None) -> str | None:
    """An id as text, whichever way it was written (rule N5); an empty one is none."""
    return str(value) if value not in (None, "") else None


def _without_twins(attachments: list[payloads.Attachment]) -> list[payloads.Attachment]:
    """During its transitions Meta sends the old and the new form of one thing; the new one stays."""
    described = {
        (_TWINS[attachment.type][0], key)
        for attachment in attachments
        if attachment.type in _TWINS and (key := _key(attachment, _TWINS[attachment.type][1])) is not None
    }
    return [
        attachment
        for attachment in attachments
        if not any((attachment.type, _key(attachment, name)) in described for _, name in _TWINS.values())
    ]


def _key(attachment: payloads.Attachment, name: str) -> str | None:
    return text_of((attachment.payload or {}).get(name))


def _shared(attachment: payloads.Attachment) -> SharedAttachment:
    payload = attachment.payload or {}
    url = _url(attachment, payload)
    is_page = url is not None and (attachment.type in _LINK_KINDS or _is_page(url))
    title = payload.get("title") or attachment.title or _first_card_title(payload)
    return SharedAttachment(
        kind=attachment.type,
        url=None if is_page else url,
        permalink=url if is_page else None,
        title=title if isinstance(title, str) else None,
        payload=payload,
    )


def _url(attachment: payloads.Attachment, payload: dict[str, Any]) -> str | None:
    """`payload.url`, else any `payload.*_url` (rule N28), else the one beside the payload (rule N32)."""
    names = ["url", *sorted(name for name in payload if name.endswith("_url"))]
    found = next((payload[name] for name in names if isinstance(payload.get(name), str)), attachment.url)
    return _web_address(found)


def _web_address(url: str | None) -> str | None:
    return url if url and url.startswith(("https://", "http://")) else None


def _is_page(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    return pages.is_page(host)


def _first_card_title(payload: dict[str, Any]) -> object:
    """The title of a template's first card (rules N31, N44)."""
    match payload:
        case {"generic": {"elements": [{"title": str(title)}, *_]}}:
            return title
        case _:
            return None
