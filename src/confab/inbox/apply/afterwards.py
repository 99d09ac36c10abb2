"""What is done to a message after it was sent: unsent, edited, reacted to, seen. Each in whatever order it comes. Pure."""

from datetime import datetime
from typing import Any

from confab.model.events import MessageEdited, ReactionChanged
from confab.store.rows import ConversationRow, MessageRow


def erase(message: MessageRow, conversation: ConversationRow, at: datetime) -> bool:
    """It was unsent: only who and when stay. False when that was known already. Rules N47, M4."""
    if message.deleted_at is not None and message.deleted_at <= at:
        return False
    if message.deleted_at is None and message.direction == "inbound" and message.sent_at > conversation.read_up_to:
        conversation.unread_count -= 1
    conversation.is_changed = True  # what the feed said of it is forgotten too: it must be said anew
    message.deleted_at, message.is_changed = at, True
    message.text = message.reply_to_mid = None
    message.reply_to_story_id = message.reply_to_story_url = message.reply_to_story_link = None
    message.quick_reply_payload = message.postback_payload = message.referral = message.edited_at = None
    message.edits, message.reactions, message.num_edit = [], [], 0
    message.loses_attachments = message.loses_attachments or not message.is_new
    message.attachments, message.is_unsupported = [], False
    return True


def edit(message: MessageRow, event: MessageEdited) -> None:
    """The highest number is the text; every other one is history. Rule N49."""
    if message.deleted_at is not None or any(edit["num_edit"] == event.num_edit for edit in message.edits):
        return
    if event.num_edit == message.num_edit:
        return
    if event.num_edit > message.num_edit:
        replaced = {"num_edit": message.num_edit, "text": message.text}
        message.text, message.num_edit, message.edited_at = event.text, event.num_edit, event.edited_at
    else:
        replaced = {"num_edit": event.num_edit, "text": event.text}
    message.edits = sorted([*message.edits, replaced], key=lambda edit: edit["num_edit"])
    message.is_changed = True


def react(message: MessageRow, event: ReactionChanged) -> None:
    """One reaction a person; the latest counts, also when it is a removal. Rule N53."""
    if message.deleted_at is not None:
        return
    given: dict[str, Any] = {
        "igsid": event.igsid, "by": "participant", "emoji": event.emoji, "reaction": event.reaction,
        "at": event.at.isoformat(), "is_removed": event.is_removed,
    }  # fmt: skip
    others = [reaction for reaction in message.reactions if reaction["igsid"] != event.igsid]
    mine = [reaction for reaction in message.reactions if reaction["igsid"] == event.igsid]
    latest = max([*mine, given], key=_reaction_order)
    if [latest] != mine:
        message.reactions = sorted([*others, latest], key=lambda reaction: reaction["igsid"])
        message.is_changed = True


def _reaction_order(reaction: dict[str, Any]) -> tuple[str, bool, str]:
    return reaction["at"], reaction["is_removed"], reaction["emoji"] or ""


def see(conversation: ConversationRow, up_to: datetime) -> None:
    """The participant has seen what was sent up to then; never moves back. Rule N54."""
    if conversation.seen_up_to is None or up_to > conversation.seen_up_to:
        conversation.seen_up_to, conversation.is_changed = up_to, True
