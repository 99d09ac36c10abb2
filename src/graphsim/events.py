"""Webhook events: the items, and the envelope around them. Family N of the rules."""

from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from graphsim.state import Account, Attachment, Comment, Message, Post
from graphsim.wire import Doc

Channel = Literal["messaging", "standby", "changes", "flat"]

REACTIONS = {"❤️": "love", "😮": "wow", "😢": "sad", "😠": "angry", "😆": "laugh", "👍": "like"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One item of an entry, of one account. `field` None goes out whatever the subscription, `at_ms` None happened just now."""

    account: str
    channel: Channel
    field: str | None
    item: Doc
    igsid: str | None = None
    is_echo: bool = False
    at_ms: int | None = None


def envelope(events: list[Event], now_ms: int) -> Doc:
    """One body: entries by account and channel, in order of arrival. Rules N1 to N4.

    A comment has no time of its own but the entry's, so one from the past stands in an entry of the past.
    """
    entries: list[Doc] = []
    for (account, channel, at_ms), group in groupby(events, key=lambda event: (event.account, event.channel, _own_time(event))):
        items = [event.item for event in group]
        sent_ms = now_ms if at_ms is None else at_ms
        if channel == "flat":
            entries.extend({"id": account, "time": sent_ms // 1000, **item} for item in items)
        elif channel == "changes":
            entries.append({"id": account, "time": sent_ms // 1000, "changes": items})
        else:
            entries.append({"time": now_ms, "id": account, channel: items})
    return {"object": "instagram", "entry": entries}


def between(message: Message, at_ms: int) -> Doc:
    """The beginning of a messaging event: who to whom, swapped in an echo (N42)."""
    people = [message.igsid, message.account]
    if message.is_from_account:
        people.reverse()
    return {"sender": {"id": people[0]}, "recipient": {"id": people[1]}, "timestamp": at_ms}


def of_message(message: Message, story_url: str | None, app_id: str | None, *, is_self_reply: bool | None) -> Doc:
    """A message or an echo, with exactly the keys that have something to say. Rules N16 to N45."""
    body: Doc = {"mid": message.mid}
    if message.text is not None:
        body["text"] = message.text
    flags = {"is_unsupported": message.is_unsupported, "is_echo": message.is_from_account, "is_self": message.is_self}
    body |= {name: True for name, is_set in flags.items() if is_set}
    if message.is_from_account and app_id is not None:
        body["app_id"] = int(app_id)
    if message.attachments:
        body["attachments"] = [of_attachment(one) for one in message.attachments]
    if message.reply_to is not None:
        reply: Doc = {"mid": message.reply_to}
        body["reply_to"] = reply if is_self_reply is None else {**reply, "is_self_reply": is_self_reply}
    if message.story is not None and not message.story.is_mention:
        body["reply_to"] = {"story": _story(message, story_url)}
    if message.quick_reply is not None:
        body["quick_reply"] = {"payload": message.quick_reply}
    if message.referral is not None:
        body["referral"] = message.referral
    return {**between(message, message.sent_ms), "message": body}


def of_attachment(attachment: Attachment) -> Doc:
    """One attachment. Rules N19 to N40."""
    payload: Doc = {"payload": attachment.payload} if attachment.has_payload else {}
    return {"type": attachment.type, **attachment.extra, **payload}


def of_postback(message: Message, *, has_mid: bool, has_payload: bool) -> Doc:
    """A tapped button. Rules N55, N60."""
    body: Doc = {"mid": message.mid} if has_mid else {}
    body["title"] = message.text
    if has_payload:
        body["payload"] = message.postback
    if message.referral is not None:
        body["referral"] = message.referral
    return {**between(message, message.sent_ms), "postback": body}


def of_unsend(message: Message, at_ms: int) -> Doc:
    """A message taken back. Rule N47."""
    body: Doc = {"mid": message.mid, "is_deleted": True}
    if message.is_from_account:
        body["is_echo"] = True
    return {**between(message, at_ms), "message": body}


def of_edit(message: Message, at_ms: int) -> Doc:
    """A changed text. Rule N49."""
    body: Doc = {"mid": message.mid, "text": message.text, "num_edit": message.edits}
    return {**between(message, at_ms), "message_edit": body}


def of_stub(message: Message, at_ms: int) -> Doc:
    """The edit that is none. Rule N50."""
    return {"timestamp": at_ms, "message_edit": {"mid": message.mid, "num_edit": 0}}


def of_reaction(account: str, igsid: str, mid: str, emoji: str | None, at_ms: int) -> Doc:
    """A participant's reaction, or its end. Rule N53."""
    body: Doc = {"mid": mid, "action": "unreact" if emoji is None else "react"}
    if emoji is not None:
        body |= {"reaction": REACTIONS.get(emoji, "other"), "emoji": emoji}
    return {**_from_participant(account, igsid, at_ms), "reaction": body}


def of_seen(account: str, igsid: str, mid: str, at_ms: int) -> Doc:
    """A participant has read up to a message. Rule N54."""
    return {**_from_participant(account, igsid, at_ms), "read": {"mid": mid}}


def of_referral(account: str, igsid: str, referral: Doc, at_ms: int) -> Doc:
    """An ig.me link followed in an existing conversation. Rule N57."""
    return {**_from_participant(account, igsid, at_ms), "referral": referral}


def of_control(account: str, igsid: str, previous: str, owner: str, at_ms: int) -> Doc:
    """Control of a conversation passes to another app. Rule N59."""
    body: Doc = {"previous_owner_app_id": previous, "new_owner_app_id": owner, "metadata": ""}
    return {**_from_participant(account, igsid, at_ms), "pass_thread_control": body}


def of_comment(comment: Comment, post: Post, account: Account, *, id_key: str = "id") -> Doc:
    """A comment. Rules N62 to N69."""
    value: Doc = {id_key: comment.id}
    if comment.text is not None:
        value["text"] = comment.text
    author: Doc = {} if comment.author_id is None else {"id": comment.author_id}
    author["username"] = comment.username
    if comment.is_own:
        author["self_ig_scoped_id"] = account.self_igsid
    media: Doc = {"id": post.id, "media_product_type": post.product_type}
    if post.product_type == "AD":
        media |= {"ad_id": "12" + post.id[:16], "ad_title": post.caption, "original_media_id": post.id}
    value |= {"from": author, "media": media}
    if comment.parent is not None:
        value["parent_id"] = comment.parent
    return {"field": "live_comments" if comment.is_live else "comments", "value": value}


def of_mention(post: Post, comment: Comment | None) -> Doc:
    """A mention, as ids only. Rule N70."""
    value: Doc = {"media_id": post.id}
    if comment is not None:
        value["comment_id"] = comment.id
    return {"field": "mentions", "value": value}


def _own_time(event: Event) -> int | None:
    return event.at_ms if event.channel in ("changes", "flat") else None


def _from_participant(account: str, igsid: str, at_ms: int) -> Doc:
    return {"sender": {"id": igsid}, "recipient": {"id": account}, "timestamp": at_ms}


def _story(message: Message, url: str | None) -> Doc:
    story = message.story
    if story is None:
        return {}
    sticker: Doc = {} if story.link_sticker_url is None else {"link_sticker_url": story.link_sticker_url}
    return {"id": story.id, "url": url or "", **sticker}
