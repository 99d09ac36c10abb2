"""Messages read back from Instagram → the events that they would have been. Pure. Rules C5-C11.

What is read back says less than its webhook did: times to the second, no app, nothing of most shares. So apply lets the event
itself, when it comes, complete what was read.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Literal

import msgspec

from confab.graph import payloads
from confab.graph.read_back import ReadAttachment, ReadConversation, ReadMessage
from confab.inbox.normalise.content import content_of
from confab.inbox.normalise.values import flaw
from confab.model import links
from confab.model.events import Event, HistoryRead, MessageEchoed, MessageReceived, ReactionChanged, Unreadable
from confab.model.inbox import Igsid, Mid
from confab.model.media import STORY_REPLY, is_story

Earlier = Literal["more", "hidden", "none"]


def of_message(read: ReadMessage, ig_id: str, *, later_by: timedelta = timedelta()) -> list[Event]:
    """The event of one message, and those of the reactions to it.

    `later_by`: how much later than its second it counts. `Unreadable` when it says not whose it is, or holds what cannot be kept.
    A link to connect that we sent is masked, as in what comes by webhook (rule CN7).
    """
    sender = str(read.sender.id) if read.sender and read.sender.id else None
    others = [str(person.id) for person in (read.to.data if read.to else []) if person.id]
    participant = (others[0] if others else None) if sender == ig_id else sender
    if participant is None:
        return [Unreadable(type="unreadable", reason="Instagram does not say whose message it is.")]
    if found := flaw(msgspec.to_builtins(read)):
        return [Unreadable(type="unreadable", reason=found)]
    content = content_of(_as_it_would_have_come(_masked(read)), [])
    sent_at = read.created_at + later_by
    if sender == ig_id:
        message: Event = MessageEchoed(
            type="message_echoed", mid=Mid(read.id), igsid=Igsid(participant), sent_at=sent_at, meta_sent_at=None,
            content=content, app_id=None, is_standby=False, is_self=False,
        )  # fmt: skip
    else:
        message = MessageReceived(
            type="message_received", mid=Mid(read.id), igsid=Igsid(participant), sent_at=sent_at, meta_sent_at=None,
            content=content, is_standby=False, is_self=False,
        )  # fmt: skip
    return [message, *_reactions(read)]


def _masked(read: ReadMessage) -> ReadMessage:
    given = msgspec.json.encode(read)
    masked = links.masked_raw(given)
    return read if masked == given else msgspec.json.decode(masked, type=ReadMessage)


def of_conversation(read: ReadConversation, ig_id: str) -> list[Event]:
    """The events of the messages that came with a conversation, oldest first, and what was read of it altogether."""
    person = read.participant(ig_id)
    readable = [message for message in read.messages.items if message.is_readable]
    found = [event for message, later_by in _in_order(readable) for event in of_message(message, ig_id, later_by=later_by)]
    if person is None:
        return found
    history = HistoryRead(
        type="history_read", igsid=Igsid(str(person.id)), username=person.username, updated_at=read.updated_at,
        earlier=_earlier(read),
    )  # fmt: skip
    return [*found, history]


def file_link(read: ReadMessage, kind: str, position: int) -> str | None:
    """The fresh link of an attachment of a message read back; None where there is no file any more. Rules C10, M9."""
    if is_story(kind) and read.story is not None:
        told = read.story.reply_to if kind == STORY_REPLY else read.story.mention
        return (told.link or None) if told is not None else None
    if position >= len(read.attachments.data):
        return None
    url = payloads.an_object(_attachment(read.attachments.data[position]).get("payload"))
    return str(url["url"]) if url and url.get("url") else None


def _earlier(read: ReadConversation) -> Earlier:
    """What Instagram has before the oldest of these: of messages too old there is the id alone (rule C6)."""
    if any(not message.is_readable for message in read.messages.items):
        return "hidden"
    return "more" if read.messages.paging.next else "none"


def _in_order(newest_first: Sequence[ReadMessage]) -> list[tuple[ReadMessage, timedelta]]:
    """Oldest first; those of one second a millisecond apart, as Instagram lists them."""
    found: list[tuple[ReadMessage, timedelta]] = []
    of_second: Counter[object] = Counter()
    for message in reversed(newest_first):
        found.append((message, timedelta(milliseconds=of_second[message.created_at])))
        of_second[message.created_at] += 1
    return found


def _reactions(read: ReadMessage) -> list[Event]:
    """When somebody reacted is not told: any event about it is later."""
    return [
        ReactionChanged(
            type="reaction_changed", mid=Mid(read.id), igsid=Igsid(str(person.id)), emoji=given.reaction, reaction="other",
            is_removed=False, at=read.created_at,
        )
        for given in read.reactions.data
        for person in given.users
        if person.id
    ]  # fmt: skip


def _as_it_would_have_come(read: ReadMessage) -> payloads.Message:
    """The same message in the words of a webhook (rules C9, C10)."""
    story = read.story.reply_to if read.story else None
    attachments = [
        *(_attachment(one) for one in read.attachments.data),
        *({"type": "share", "payload": {"url": one.link}} for one in read.shares.data),
        *([{"type": "story_mention", "payload": {"url": read.story.mention.link}}] if read.story and read.story.mention else []),
    ]
    return payloads.Message(
        mid=read.id, text=read.message or None, attachments=attachments,
        reply_to=payloads.ReplyTo(
            mid=read.reply_to.mid if read.reply_to else None,
            story=payloads.Story(id=story.id, url=story.link) if story else None,
        ),
        is_unsupported=read.is_unsupported or not (read.message or attachments),
    )  # fmt: skip


def _attachment(read: ReadAttachment) -> dict[str, object]:
    if read.generic_template is not None:
        return {"type": "template", "payload": {"generic": {"elements": [read.generic_template]}}}
    if read.image_data is not None:
        return {"type": "image", "payload": {"url": read.image_data.url}}
    if read.video_data is not None:
        return {"type": "video", "payload": {"url": read.video_data.url}}
    kind = (read.mime_type or "").partition("/")[0]
    return {"type": kind if kind in ("image", "video", "audio") else "file", "payload": {"url": read.file_url}}
