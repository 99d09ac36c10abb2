"""What a message shares, and what makes two shares the same thing. Pure. Rules LB1, LB2; N22-N27, N32."""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from confab.model.library import ItemKind, Share
from confab.store.rows import MessageRow

_KINDS: dict[str, ItemKind] = {
    "ig_reel": "reel", "reel": "reel", "ig_post": "post", "share": "post", "story_mention": "story", "ig_story": "story",
    "fallback": "link",
}  # fmt: skip
_IDS = ("reel_video_id", "ig_post_media_id", "story_media_id")
_ASSET = re.compile(r"[?&]asset_id=(\d+)")
_LINK = re.compile(r"https?://[^\s<>\"]{3,2000}", re.IGNORECASE)
_TRAILING = ".,;:!?)]}'»”"
_TRACKING = re.compile(r"utm_\w+|igsh|igshid|img_index|fbclid|gclid|si")
_INSTAGRAM = re.compile(r"/(?:[\w.]+/)?(reels?|p|tv|stories)/([\w.-]+)(?:/(\d+))?/?")
_IN_TEXT = 50
"""Where links of a text stand: behind everything that the message carries."""
_MOST = 20
_LONGEST = 2200
_PAGES: dict[str, ItemKind] = {"reel": "reel", "reels": "reel", "tv": "reel", "p": "post", "stories": "story"}


def of_message(message: MessageRow) -> list[Share]:
    """Everything that the message shares, each thing once: attachments, then links in the text. Nothing of an unsent one."""
    if message.deleted_at is not None or message.direction != "inbound":
        return []
    given = [*_attached(message), *_linked(message.text or "")]
    found: dict[str, Share] = {}
    for share in given:
        found.setdefault(share.key, share)
    return list(found.values())[:_MOST]


def plain(url: str) -> str:
    """A link without what differs between two copies of it: case of the host, tracking, fragment, a slash at the end.

    Pages of Instagram keep only what names the thing, whoever's profile it was opened from.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    if host == "instagram.com" and (page := _INSTAGRAM.fullmatch(parts.path)):
        kind = "reel" if page[1] in ("reels", "tv") else page[1]
        return f"https://instagram.com/{kind}/{page[2]}" + (f"/{page[3]}" if page[3] else "")
    query = urlencode([(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.fullmatch(k)])
    return f"https://{host}{port}{parts.path.rstrip('/')}" + (f"?{query}" if query else "")


def _attached(message: MessageRow) -> Iterable[Share]:
    for one in message.attachments:
        kind = _KINDS.get(one.kind)
        if kind is None:
            continue
        media_id, permalink = _media_id(one.payload), _safe(one.permalink)
        if media_id is not None:
            key = f"media:{media_id}"
        elif permalink is not None:
            key, kind = f"url:{plain(permalink)}", _page_kind(permalink, kind)
        else:
            asset = _ASSET.search(one.source_url or "")
            key = f"asset:{asset[1]}" if asset else f"message:{message.id}:{one.position}"  # nothing else names it
        yield Share(
            kind=kind, key=key, position=one.position, media_id=media_id, permalink=permalink, caption=_short(one.title),
            author=_author(one.payload, permalink),
        )  # fmt: skip


def _linked(text: str) -> Iterable[Share]:
    links = [url for found in _LINK.finditer(text) if (url := _safe(found[0].rstrip(_TRAILING))) is not None]
    for number, url in enumerate(links[:_MOST]):
        yield Share(
            kind=_page_kind(url, "link"), key=f"url:{plain(url)}", position=_IN_TEXT + number, media_id=None, permalink=url,
            caption=None, author=_author({}, url),
        )  # fmt: skip


def _page_kind(url: str, otherwise: ItemKind) -> ItemKind:
    parts = urlsplit(url)
    is_instagram = (parts.hostname or "").removeprefix("www.").removeprefix("m.") == "instagram.com"
    page = _INSTAGRAM.fullmatch(parts.path) if is_instagram else None
    return _PAGES[page[1]] if page else otherwise


def _media_id(payload: Mapping[str, Any]) -> str | None:  # Meta's JSON
    for name in _IDS:
        value = payload.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
            return str(value)
    return None


def _author(payload: Mapping[str, Any], permalink: str | None) -> str | None:  # Meta's JSON
    """Who made it, where the payload says so, or a page's address: a story's names its owner."""
    for name in ("author", "username", "owner_username"):
        value = payload.get(name)
        if isinstance(value, str) and value:
            return value[:200]
    parts = urlsplit(permalink or "").path.strip("/").split("/")
    if len(parts) >= 2 and parts[0] == "stories":
        return parts[1]
    return parts[0] if len(parts) == 3 and parts[1] in ("reel", "p") else None


def _safe(url: str | None) -> str | None:
    """A web address that a person may be sent to; None for what is none."""
    try:
        parts = urlsplit(url or "")
        usable = parts.scheme.lower() in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return url if usable and parts.username is None else None


def _short(text: str | None) -> str | None:
    return (text or "").strip()[:_LONGEST] or None
