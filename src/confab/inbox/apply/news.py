"""What rules may wait for among what a batch brought: written down in its transaction, looked at once it is committed. RU1."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from confab.inbox.apply.fold import Source, State
from confab.model.events import ReactionChanged
from confab.model.inbox import Activity, WorkspaceId
from confab.store import ids
from confab.store.comments import NewComment
from confab.store.rows import MessageRow
from confab.store.rule_events import News


def of_messages(state: State, new: Iterable[MessageRow]) -> list[News]:
    """Messages of participants: never an echo, ourselves, the past, or what another app answers. Rule RU10."""
    return [
        News(
            workspace_id=row.workspace_id, account_id=row.account_id, conversation_id=row.conversation_id, kind="message",
            subject_id=row.id, event_key=row.id, kinds=",".join(_kinds(row)), at=row.sent_at, is_writing=True,
        )
        for row in new
        if row.direction == "inbound" and not (row.is_history or row.is_standby or row.deleted_at is not None)
        and not state.conversations_by_id[row.conversation_id].is_self
    ]  # fmt: skip


def _kinds(row: MessageRow) -> list[str]:
    """Which triggers it may be; what needs the conversation's past or a clock is found out later."""
    is_tap = row.quick_reply_payload is not None or row.postback_payload is not None
    wanted = (
        ("tapped" if is_tap else "message", True), ("first_message", True), ("outside_hours", True),
        ("story_reply", row.reply_to_story_id is not None), ("referral", row.referral is not None),
        ("story_mention", any(attachment.kind == "story_mention" for attachment in row.attachments)),
    )  # fmt: skip
    return [kind for kind, is_so in wanted if is_so]


def of_reactions(state: State, given: Sequence[tuple[Source, ReactionChanged]]) -> list[News]:
    """Reactions of participants to messages that are here, also where they overtook them. Rule RU20."""
    fresh = [
        (state.messages.get((source.workspace_id, source.account_id, ids.digest(event.mid))), event)
        for source, event in given
        if source.history_before is None
    ]
    waited = [(message, event) for key, event in state.overtook if not (message := state.messages[key]).is_history]
    found = [_reacted(message, event) for message, event in [*fresh, *waited] if message is not None and not event.is_removed]
    return list({one.event_key: one for one in found}.values())


def _reacted(message: MessageRow, event: ReactionChanged) -> News:
    key = ids.digest("\0".join(("reaction", str(message.id), event.igsid, event.at.isoformat())))
    return News(
        workspace_id=message.workspace_id, account_id=message.account_id, conversation_id=message.conversation_id,
        kind="reaction", subject_id=message.id, event_key=key, kinds="reaction", at=event.at, is_writing=False,
    )  # fmt: skip


def of_comments(new: Iterable[NewComment]) -> list[News]:
    """Comments of others under our posts that a webhook brought; whose author Instagram does not name cannot be answered."""
    return [
        News(
            workspace_id=one.workspace_id, account_id=one.account_id, conversation_id=None, kind="comment", subject_id=one.id,
            event_key=one.id, kinds="comment", at=one.created_at, is_writing=False,
        )
        for one in new
        if not one.is_own and one.author_ig_id is not None and one.kind != "mention" and one.delivery_id is not None
    ]  # fmt: skip


def of_activities(account_of: dict[UUID, UUID], added: Iterable[tuple[WorkspaceId, Activity]]) -> list[News]:
    """Participants who came back through a link."""
    return [
        News(
            workspace_id=workspace, account_id=account_of[activity.id], conversation_id=activity.conversation_id, kind="referral",
            subject_id=activity.id, event_key=activity.id, kinds="referral", at=activity.happened_at, is_writing=False,
        )
        for workspace, activity in added
        if activity.kind == "referral"
    ]  # fmt: skip
