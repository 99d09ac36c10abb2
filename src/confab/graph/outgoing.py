"""What goes out, in Meta's words. Pure; rules S5-S18 of docs/spec/graph.md."""

from collections.abc import Mapping, Sequence
from typing import Any

Body = dict[str, Any]  # JSON as Meta wants it
Recipient = dict[str, str]


def participant(igsid: str) -> Recipient:
    """To somebody who wrote (rule S2)."""
    return {"id": igsid}


def commenter(comment_ig_id: str) -> Recipient:
    """To the author of a comment, in private (rule S18)."""
    return {"comment_id": comment_ig_id}


def text(words: str, quick_replies: Sequence[Mapping[str, str]] = ()) -> Body:
    """A text, and the choices under it: title and payload (rules S5, S16)."""
    body: Body = {"text": words}
    if quick_replies:
        body["quick_replies"] = [
            {"content_type": "text", "title": reply["title"], "payload": reply["payload"]} for reply in quick_replies
        ]
    return body


def files(kind: str, places: Sequence[Mapping[str, str]]) -> Body:
    """Files of a kind, each by its `attachment_id` or its `url` (rules S7, S10)."""
    each = [{"type": kind, "payload": dict(place)} for place in places]
    return {"attachment": each[0]} if len(each) == 1 else {"attachments": each}


def cards(elements: Sequence[Mapping[str, Any]]) -> Body:
    """A generic template of cards: title, subtitle, image_url, url, buttons (rule S17)."""
    return _template({"template_type": "generic", "elements": [_element(element) for element in elements]})


def buttons(words: str, under: Sequence[Mapping[str, Any]]) -> Body:
    """A button template: a text over buttons (rule S17)."""
    return _template({"template_type": "button", "text": words, "buttons": [_button(one) for one in under]})


def share(media_ig_id: str) -> Body:
    """A published post of the account (rule S12)."""
    return {"attachment": {"type": "MEDIA_SHARE", "payload": {"id": media_ig_id}}}


def heart() -> Body:
    """Instagram's heart (rule S12)."""
    return {"attachment": {"type": "like_heart"}}


def reaction(mid: str, emoji: str | None) -> Body:
    """React to a message, or take the reaction back (rule S13)."""
    if emoji is None:
        return {"sender_action": "unreact", "payload": {"message_id": mid}}
    return {"sender_action": "react", "payload": {"message_id": mid, "reaction": emoji}}


def typing(*, is_on: bool) -> Body:
    """Show that somebody types, or no longer does (rule S14)."""
    return {"sender_action": "typing_on" if is_on else "typing_off"}


def seen() -> Body:
    """Show that what the participant wrote was seen (rule S14)."""
    return {"sender_action": "mark_seen"}


def _template(payload: Body) -> Body:
    return {"attachment": {"type": "template", "payload": payload}}


def _element(card: Mapping[str, Any]) -> Body:
    element: Body = {name: card[name] for name in ("title", "subtitle", "image_url") if card.get(name)}
    if card.get("url"):
        element["default_action"] = {"type": "web_url", "url": card["url"]}
    if card.get("buttons"):
        element["buttons"] = [_button(one) for one in card["buttons"]]
    return element


def _button(button: Mapping[str, Any]) -> Body:
    if button.get("url"):
        return {"type": "web_url", "url": button["url"], "title": button["title"]}
    return {"type": "postback", "title": button["title"], "payload": button["payload"]}
