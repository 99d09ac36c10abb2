"""A call's payload → what Meta is given. Pure; the payloads are those of contents.py."""

from collections.abc import Sequence
from typing import Any

from confab.graph import limits, outgoing
from confab.graph.outgoing import Body, Recipient
from confab.store.outbound import OutboundRow
from confab.work.pace import Pool

GESTURES = ("reaction", "typing", "seen")
"""What is no message: a repeat changes nothing at Instagram."""
FILES = ("image", "video", "audio", "file")

SENDS = Pool(name=limits.SENDS, each=limits.EACH_SEND)
_HEAVY = Pool(name=limits.HEAVY_SENDS, each=limits.EACH_HEAVY_SEND)
_PRIVATE = Pool(name=limits.PRIVATE_REPLIES, each=limits.EACH_PRIVATE_REPLY, saved=limits.SAVED_PRIVATE_REPLIES)
POOLS = (SENDS, _HEAVY, _PRIVATE)
"""Meta's limits: of most calls, of films and sounds, of answers to comments. `pool_of` says which is whose."""


def pool_of(call: OutboundRow) -> Pool:
    """Which limit of Meta's the call counts against. Rules L1, L3."""
    if call.comment_id is not None:
        return _PRIVATE
    return _HEAVY if call.kind in ("audio", "video") else SENDS


def recipient(call: OutboundRow) -> Recipient:
    """Whom it is for: the author of a comment, or somebody who wrote."""
    comment: str | None = call.payload.get("comment_ig_id")
    return outgoing.commenter(comment) if comment is not None else outgoing.participant(call.recipient_igsid)


def message(kind: str, payload: dict[str, Any], places: Sequence[dict[str, str]] = ()) -> Body:
    """The message. `places`: where Instagram finds the files, in their order."""
    match kind:
        case "text":
            return outgoing.text(payload["text"], payload.get("quick_replies", ()))
        case "image" | "video" | "audio" | "file":
            return outgoing.files(kind, places)
        case "template":
            return (
                outgoing.cards(payload["cards"]) if "cards" in payload else outgoing.buttons(payload["text"], payload["buttons"])
            )
        case "share":
            return outgoing.share(payload["media_ig_id"])
        case _:
            return outgoing.heart()


def gesture(kind: str, payload: dict[str, Any]) -> Body:
    """A reaction, or a sign that somebody types or has seen."""
    match kind:
        case "reaction":
            return outgoing.reaction(payload["mid"], payload["emoji"])
        case "typing":
            return outgoing.typing(is_on=payload["is_on"])
        case _:
            return outgoing.seen()
