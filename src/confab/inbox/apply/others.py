"""Events that are no messages: comments, activities, who holds a conversation, what Meta did to an account."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import cast
from uuid import UUID

import msgspec

from confab.inbox.apply import news
from confab.inbox.apply.fold import Source, State, open_window
from confab.model import pacific
from confab.model.changes import AccountUpdated, ActivityAdded, Change, CommentUpdated, PostUpdated
from confab.model.comments import Comment
from confab.model.events import (
    CommentReceived,
    Event,
    OptinReceived,
    PolicyEnforced,
    ReactionChanged,
    ReferralReceived,
    StoryInsightsReceived,
    ThreadControlChanged,
)
from confab.model.inbox import AccountId, WorkspaceId
from confab.model.insights import Value
from confab.store import comment_calls, comments, events, health, ids, insights, participants, posts
from confab.store.comments import NewComment
from confab.store.db import Conn
from confab.store.events import ActivityRow
from confab.store.participants import Named
from confab.store.posts import NewPost
from confab.store.rows import ConversationRow
from confab.store.rule_events import News

_INSTAGRAM_INBOXES = frozenset({"263902037430900", "1217981644879628"})  # rule N59: Meta's own apps

Recorded = ReferralReceived | OptinReceived | ThreadControlChanged | PolicyEnforced | StoryInsightsReceived


class Others:
    """Gathers, event by event, what they leave; writes it at once."""

    def __init__(self, state: State, our_app_ids: frozenset[str]) -> None:
        self._state = state
        self._our_app_ids = our_app_ids
        self._activities: dict[tuple[UUID, UUID], ActivityRow] = {}
        self._comments: dict[tuple[UUID, UUID, str], NewComment] = {}
        self._enforced: dict[tuple[UUID, UUID], PolicyEnforced] = {}
        self._numbers: dict[tuple[UUID, UUID], list[Value]] = {}
        self.reactions: list[tuple[Source, ReactionChanged]] = []
        self.news: list[News] = []  # what rules may wait for, once it is saved

    def add(self, source: Source, event: Event) -> None:
        """Note what the event leaves behind; messages are not our business."""
        match event:
            case ReferralReceived():
                conversation = self._state.conversation(source, event.igsid)
                open_window(conversation, event.at, "referral")
                self._record(source, event, conversation.id, event.at)
            case OptinReceived():
                self._record(source, event, self._state.conversation(source, event.igsid).id, event.at)
            case ThreadControlChanged():
                self._control(source, event)
            case PolicyEnforced():
                self._record(source, event, None, event.at)
                known = self._enforced.get((source.workspace_id, source.account_id))
                if known is None or event.at > known.at:
                    self._enforced[source.workspace_id, source.account_id] = event
            case StoryInsightsReceived():
                self._record(source, event, None, event.at, event.media_ig_id)
                self._numbers.setdefault((source.workspace_id, source.account_id), []).extend(_of_story(event))
            case CommentReceived():
                self._comment(source, event)
            case ReactionChanged():
                self.reactions.append((source, event))
            case _:
                pass

    async def save(self, conn: Conn, found: dict[WorkspaceId, list[Change]]) -> None:
        """Write it all; the changes it makes are added to `found`."""
        added = await events.add_activities(conn, list(self._activities.values()))
        self.news += news.of_activities({key: account for account, key in self._activities}, added)
        for workspace, activity in added:
            found.setdefault(workspace, []).append(
                ActivityAdded(type="activity_added", conversation_id=activity.conversation_id, activity=activity)
            )
        if self._comments:
            await self._save_comments(conn, found)
        for (workspace_id, account_id), values in sorted(self._numbers.items()):
            workspace, account = cast(WorkspaceId, workspace_id), cast(AccountId, account_id)
            await insights.put(conn, workspace, account, values, self._state.now)
        for (workspace_id, account_id), event in self._enforced.items():
            reason = None if event.action == "unblock" else f"Meta: {event.action}. {event.reason or ''}".strip()
            workspace = cast(WorkspaceId, workspace_id)
            account = await health.enforce(conn, workspace, account_id, action=event.action, reason=reason, at=event.at)
            if account is not None:
                found.setdefault(workspace, []).append(AccountUpdated(type="account_updated", account=account))

    async def _save_comments(self, conn: Conn, found: dict[WorkspaceId, list[Change]]) -> None:
        """What is new, the posts that it stands under, and what above it comes back. Mentions that say nothing are read."""
        now = self._state.now
        inserted = await comments.insert(conn, list(self._comments.values()))
        new = [one for one in self._comments.values() if one.id in inserted]
        self.news += news.of_comments([*new, *await self._told(conn, inserted)])
        for workspace, post in await posts.meet(conn, _posts_of(new), now):
            found.setdefault(workspace, []).append(PostUpdated(type="post_updated", post=post))
        back = await comments.reopen(conn, [one for one in new if one.parent_ig_id is not None])
        told = await comments.by_ids(conn, [(one.workspace_id, one.id) for one in new])  # with their posts
        for workspace, comment in [*back, *told.values()]:
            found.setdefault(workspace, []).append(CommentUpdated(type="comment_updated", comment=comment))
        named = [name for workspace, comment in told.values() if (name := _named(workspace, comment)) is not None]
        if named:
            await participants.refresh_renamed(conn, named, now)
        silent = [(one.workspace_id, one.id) for one in new if one.kind == "mention" and one.text is None]
        if silent:
            await comments.look(conn, silent, now, now)
        ours = [(one.workspace_id, one.account_id, one.text) for one in new if one.is_own and one.text is not None]
        if ours:
            await comment_calls.recognise(conn, ours, now)

    async def _told(self, conn: Conn, inserted: set[UUID]) -> list[NewComment]:
        """What had been read before its webhook came, which comes now: it is news all the same. Rule RU22."""
        again = [one for one in self._comments.values() if one.id not in inserted and one.delivery_id is not None]
        known = await comments.told(conn, again) if again else {}
        keys = [(one, (one.account_id, one.comment_key)) for one in again]
        return [replace(one, id=known[key]) for one, key in keys if key in known]

    def _control(self, source: Source, event: ThreadControlChanged) -> None:
        """Who holds the conversation: the latest pass or take tells. Rule N59."""
        if event.igsid is None:
            self._record(source, event, None, event.at)
            return
        conversation = self._state.conversation(source, event.igsid)
        self._record(source, event, conversation.id, event.at)
        if event.action in ("pass", "take") and self._is_newer(event, conversation):
            owner = event.new_owner_app_id
            conversation.thread_owner_app_id, conversation.thread_owner_at = owner, event.at
            conversation.handled_elsewhere = owner is not None and self._is_elsewhere(owner)
            conversation.is_changed = True

    @staticmethod
    def _is_newer(event: ThreadControlChanged, conversation: ConversationRow) -> bool:
        """Later, or at the same moment by the higher app id: some order that does not depend on arrival."""
        if conversation.thread_owner_at is None:
            return True
        known = (conversation.thread_owner_at, conversation.thread_owner_app_id or "")
        return (event.at, event.new_owner_app_id or "") > known

    def _is_elsewhere(self, app_id: str) -> bool:
        return app_id not in self._our_app_ids if self._our_app_ids else app_id in _INSTAGRAM_INBOXES

    def _record(self, source: Source, event: Recorded, conversation: UUID | None, at: datetime, *key: str) -> None:
        body = msgspec.to_builtins(event)
        parts = key or (str(getattr(event, "igsid", "")), at.isoformat(), str(body))
        event_key = ids.digest("\0".join((event.type, *parts)))
        self._activities[source.account_id, event_key] = ActivityRow(
            workspace_id=source.workspace_id, account_id=source.account_id, event_key=event_key, conversation_id=conversation,
            type=event.type, body=body, happened_at=at,
        )  # fmt: skip

    def _comment(self, source: Source, event: CommentReceived) -> None:
        key = (source.workspace_id, source.account_id, event.comment_key)
        if key in self._comments:
            return
        self._comments[key] = NewComment(
            workspace_id=source.workspace_id, id=ids.derived(event.at, str(source.account_id), event.comment_key),
            account_id=source.account_id, comment_key=event.comment_key, ig_id=event.ig_id, kind=event.kind,
            media_ig_id=event.media.ig_id, media=msgspec.to_builtins(event.media), parent_ig_id=event.parent_ig_id,
            author_ig_id=event.author_ig_id, author_username=event.author_username, text=event.text, is_own=event.is_own,
            created_at=event.at, delivery_id=source.delivery_id,
        )  # fmt: skip


_TAPS = {"taps_forward": "TAP_FORWARD", "taps_back": "TAP_BACK", "exits": "TAP_EXIT"}


def _of_story(event: StoryInsightsReceived) -> list[Value]:
    """The last numbers of a story, as its insights call them; -1 is fewer than five, and so unknown. Rules N71, IV16."""
    end = pacific.end_of(pacific.day_of(event.at))
    day, media = pacific.day_that_ends(end), event.media_ig_id
    found: list[Value] = []
    for name, number in event.metrics.items():
        by = "story_navigation_action_type" if name in _TAPS else ""
        found.append(
            Value(
                metric="navigation" if by else name, period="lifetime", end_time=end, day=day,
                value=number if number >= 0 else None, media_id=media, breakdown=by, dimensions=(_TAPS[name],) if by else (),
            )
        )  # fmt: skip
    return found


def _posts_of(new: Sequence[NewComment]) -> list[NewPost]:
    """The posts that these comments stand under, each once, with the newest of them."""
    found: dict[tuple[UUID, UUID, str], NewPost] = {}
    for one in sorted(new, key=lambda one: one.created_at):
        if one.media_ig_id is not None:
            found[one.workspace_id, one.account_id, one.media_ig_id] = NewPost(
                workspace_id=one.workspace_id, id=ids.derived(one.created_at, str(one.account_id), one.media_ig_id),
                account_id=one.account_id, ig_id=one.media_ig_id, product_type=one.media["product_type"],
                last_comment_at=one.created_at,
            )  # fmt: skip
    return list(found.values())


def _named(workspace: WorkspaceId, comment: Comment) -> Named | None:
    """What Meta calls whoever commented: the one webhook that says a username. Rule PR4."""
    author = comment.author
    if comment.is_own or author.ig_id is None or author.username is None:
        return None
    return Named(
        workspace_id=workspace, account_id=comment.account.id, igsid=author.ig_id, username=author.username,
        at=comment.created_at,
    )  # fmt: skip
