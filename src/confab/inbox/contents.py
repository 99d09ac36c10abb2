"""What the content of one call may be. Pure; rules G5-G12 of docs/spec/gate.md, whose facts are S5-S17 of docs/spec/graph.md.

A payload is, by kind: `text` {text, quick_replies?: [{title, payload}]}; `image`, `video`, `audio`, `file`
{files: [{digest, content_type, size_bytes, name}]}; `template` {cards: […]} or {text, buttons: […]}; `share` {media_ig_id};
`heart` {}; `reaction` {mid, emoji}; `typing` {is_on}; `seen` {}. Beside it may stand `reply_to`, the mid that is answered.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from confab.errors import Invalid
from confab.inbox.policy import MAX_TEXT_BYTES, Ruling
from confab.model.outgoing import OutboundKind

MB = 1024 * 1024
MAX_PARTS = 20
LARGEST_BYTES = {"image": 8 * MB, "video": 25 * MB, "audio": 25 * MB, "file": 25 * MB}
TAKEN: dict[str, tuple[str, ...]] = {
    "image": ("image/png", "image/jpeg", "image/gif"),
    "video": ("video/mp4", "video/ogg", "video/x-msvideo", "video/quicktime", "video/webm"),
    "audio": ("audio/aac", "audio/mp4", "audio/wav", "audio/x-m4a"),
    "file": ("application/pdf",),
}
"""What Instagram takes as each kind (rule S9)."""
_PICTURES, _QUICK_REPLIES, _TITLE, _PAYLOAD_BYTES = 10, 13, 20, 1000
_CARDS, _CARD_TEXT, _BUTTONS, _BUTTON_TEXT = 10, 80, 3, 640
_LABELS, _LABEL = 20, 40
_THINGS = ("subtitle", "image_url", "url", "buttons")

Payload = dict[str, Any]  # by kind, see above


def refused_content(kind: OutboundKind, payload: Payload) -> Ruling | None:
    """The rule that stands against this content, None when Instagram takes it."""
    match kind:
        case "text":
            return _text(payload["text"]) or _quick_replies(payload.get("quick_replies", []))
        case "image" | "video" | "audio" | "file":
            return _files(kind, payload["files"])
        case "template":
            return _cards(payload["cards"]) if "cards" in payload else _under_text(payload["text"], payload["buttons"])
        case "share":
            return None if payload["media_ig_id"] else _refusal("G5", "text_empty", "share", "Say which post to share.")
        case _:
            return None


def bad_text(text: str) -> str | None:
    """What is wrong with a text of any length; None when nothing is."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return "The text holds half a character (a lone surrogate)."
    return "The text is empty or holds a NUL character." if not text.strip() or "\0" in text else None


def _refusal(rule: str, code: str, field: str, words: str) -> Ruling:
    return Ruling(outcome="refused", rule=rule, code=code, words=words, field=field)


def _text(text: str) -> Ruling | None:
    wrong = bad_text(text)
    if wrong is not None:
        return _refusal("G5", "text_empty", "text", wrong)
    size = len(text.encode())
    if size > MAX_TEXT_BYTES:
        words = f"The text has {size} bytes; Instagram takes {MAX_TEXT_BYTES} in one message."
        return _refusal("G6", "text_too_long", "text", words)
    return None


def _quick_replies(replies: list[Payload]) -> Ruling | None:
    is_good = len(replies) <= _QUICK_REPLIES and all(_is_title(one["title"]) and _is_payload(one["payload"]) for one in replies)
    words = f"At most {_QUICK_REPLIES} quick replies, each with a title of 1 to {_TITLE} characters and a payload."
    return None if is_good else _refusal("G7", "quick_replies_refused", "quick_replies", words)


def _files(kind: str, files: list[Payload]) -> Ruling | None:
    for one in files:
        if one["content_type"] not in TAKEN[kind]:
            words = f"Instagram does not take {one['content_type']} as {kind}."
            return _refusal("G10", "file_not_taken", "files", words)
        if one["size_bytes"] > LARGEST_BYTES[kind]:
            words = f"Instagram takes {LARGEST_BYTES[kind] // MB} MB for a file of this kind; this one is larger."
            return _refusal("G11", "file_too_large", "files", words)
    if not files or len(files) > (_PICTURES if kind == "image" else 1):
        return _refusal("G12", "files_not_together", "files", f"Only pictures go together, at most {_PICTURES} in a message.")
    return None


def _cards(cards: list[Payload]) -> Ruling | None:
    is_good = 0 < len(cards) <= _CARDS and all(_is_card(card) for card in cards)
    words = (
        f"1 to {_CARDS} cards, each with a title of at most {_CARD_TEXT} characters, one thing more, and at most {_BUTTONS} "
        "buttons with a title and an https address or a payload."
    )
    return None if is_good else _refusal("G8", "cards_refused", "cards", words)


def _is_card(card: Payload) -> bool:
    texts = [card["title"], *([card["subtitle"]] if card.get("subtitle") else [])]
    links = [card[name] for name in ("image_url", "url") if card.get(name)]
    return (
        bad_text(card["title"]) is None
        and all(len(text) <= _CARD_TEXT for text in texts)
        and any(card.get(name) for name in _THINGS)
        and all(_is_https(link) for link in links)
        and len(card.get("buttons", [])) <= _BUTTONS
        and all(_is_button(button) for button in card.get("buttons", []))
    )


def _under_text(text: str, buttons: list[Payload]) -> Ruling | None:
    is_good = bad_text(text) is None and len(text) <= _BUTTON_TEXT
    if is_good and 0 < len(buttons) <= _BUTTONS and all(_is_button(button) for button in buttons):
        return None
    words = (
        f"1 to {_BUTTONS} buttons under a text of at most {_BUTTON_TEXT} characters, each with a title of 1 to {_TITLE} "
        "characters and an https address or a payload."
    )
    return _refusal("G9", "buttons_refused", "buttons", words)


def _is_button(button: Payload) -> bool:
    url, payload = button.get("url"), button.get("payload")
    leads = _is_https(url) if url else payload is not None and _is_payload(payload)
    return _is_title(button["title"]) and leads and not (url and payload)


def _is_title(title: str) -> bool:
    return bad_text(title) is None and len(title) <= _TITLE


def _is_payload(payload: str) -> bool:
    return bad_text(payload) is None and len(payload.encode()) <= _PAYLOAD_BYTES


def _is_https(url: str) -> bool:
    try:
        found = urlsplit(url)
    except ValueError:
        return False
    return found.scheme == "https" and bool(found.hostname) and bad_text(url) is None


def labels(given: Sequence[str]) -> list[str]:
    """Labels as they are kept: each once, by name, without needless blanks. Raises Invalid for too many or too long ones."""
    found = sorted({" ".join(label.split()) for label in given} - {""})
    if len(found) > _LABELS or any(len(label) > _LABEL or "\0" in label for label in found):
        raise Invalid(f"At most {_LABELS} labels of at most {_LABEL} characters.", field="labels")
    return found
