"""What came of a call: the answer's row, its message and the conversation's line follow.

A receipt is certain. An echo or a message read back was recognised by its text (`mid_is_guess`): if a receipt comes after all and
names another mid, the guess is undone and the message it had taken stands by itself. Rules O3-O5.
"""

from datetime import datetime, timedelta

from confab.inbox import finished
from confab.inbox.act import tell
from confab.inbox.apply import catch_up
from confab.inbox.locked import Locked
from confab.inbox.preview import consider_as_last, show_as_last
from confab.model.changes import Change, CommentUpdated, MessageAdded, MessageRemoved, MessageUpdated
from confab.model.inbox import Conversation, ConversationId, MessageId
from confab.store import answers, changes, comments, conversations, events, ids, messages, outbound
from confab.store.db import Conn
from confab.store.outbound import PART_FAILED
from confab.store.rows import MessageRow

_PART = "The part before it was not sent."
_NOT_PRIVATELY = "The private message was not sent: {reason}"


async def sent(conn: Conn, locked: Locked, mid: str, now: datetime, *, is_guess: bool = False) -> None:
    """Instagram has it under this mid. `is_guess`: we read it back and it says the same. A repeat changes nothing.

    The caller holds the mid's lock, too: what is said about it waits parked.
    """
    settling, call = _Settling(conn, locked), locked.call
    message, digest = settling.message, ids.digest(mid)
    if message.mid is not None and message.mid != mid:
        if is_guess or not message.mid_is_guess:
            return
        await settling.give_back()
    is_known = locked.is_known
    if is_known is None:
        is_known = await events.is_known(conn, (message.workspace_id, message.account_id, digest))
    if message.mid != mid:
        if call.attempted_at is not None:  # until its echo tells Meta's own time: after the part before it
            message.sent_at = max(message.sent_at, call.attempted_at)
        if is_known:
            await settling.absorb(digest)
        message.mid, message.mid_digest = mid, digest
    message.mid_is_guess = is_guess
    call.state, call.due_at, call.settled_at, call.remote_id = "sent", None, now, mid
    settling.say("sent")
    if is_known:
        await settling.catch_up(now)
    await settling.end(now)


async def failed(conn: Conn, locked: Locked, code: str, reason: str, now: datetime) -> None:
    """It was certainly not sent, and will not be by itself; nor is what was written together with it. What it answered in private
    is open again. Rules O14, CM21.
    """
    settling, call = _Settling(conn, locked), locked.call
    if settling.message.mid_is_guess:
        await settling.give_back()
    call.state, call.due_at, call.settled_at = "failed", None, now
    settling.say("failed", code, reason)
    await settling.open_comment(code, reason)
    await settling.stop_rest(now)
    await settling.end(now)


async def later(conn: Conn, locked: Locked, due_at: datetime, code: str, reason: str, now: datetime) -> None:
    """It was certainly not sent and waits for its next try; the team sees why."""
    settling, call = _Settling(conn, locked), locked.call
    if settling.message.mid_is_guess:
        await settling.give_back()
    call.state, call.due_at, call.not_before = "queued", due_at, due_at
    settling.say("queued", code, reason)
    await settling.end(now, release=False)


async def wait(conn: Conn, locked: Locked, due_at: datetime, code: str, reason: str, now: datetime) -> None:
    """The same for what keeps all of an account waiting: the team is told once, not at every look."""
    call = locked.call
    if (call.error_code, call.error_message) == (code, reason):
        call.due_at = due_at
        await outbound.write(conn, call)
    else:
        await later(conn, locked, due_at, code, reason, now)


async def in_doubt(conn: Conn, locked: Locked, due_at: datetime | None, reason: str, now: datetime) -> None:
    """It may have been sent. `due_at` is the next look; None: nobody looks any more, and a person has to decide."""
    settling, call = _Settling(conn, locked), locked.call
    if settling.message.mid is not None:  # its echo has come meanwhile
        call.state, call.due_at, call.settled_at, call.remote_id = "sent", None, now, settling.message.mid
        settling.say("sent")
        await settling.end(now)
        return
    call.state, call.due_at = "in_doubt", due_at
    settling.say("in_doubt", "checking" if due_at is not None else "in_doubt", reason)
    await settling.end(now, release=due_at is None)


async def sending(conn: Conn, locked: Locked, lease_until: datetime, now: datetime) -> None:
    """The call is about to be made; from here on it may have happened."""
    settling, call = _Settling(conn, locked), locked.call
    call.state, call.due_at, call.attempted_at = "sending", lease_until, now
    settling.say("sending")
    await settling.end(now, release=False)


class _Settling:
    """One answer under its conversation's lock, and the changes that settling it makes."""

    def __init__(self, conn: Conn, locked: Locked) -> None:
        assert locked.message is not None  # noqa: S101 -- gestures are settled by themselves
        self.call, self.conversation, self.message = locked.call, locked.conversation, locked.message
        self._conn = conn
        self._locked = locked
        self._is_rewritten = False  # the message says something else than what sending decides
        self._is_forgotten = False  # what the feed said of the conversation: its newest state has to follow
        self._added: list[MessageRow] = []
        self._stopped: list[MessageRow] = []
        self._removed: list[MessageRow] = []
        self._is_unanswered = False  # the comment that it was to answer

    def say(self, status: str, code: str | None = None, reason: str | None = None) -> None:
        """What the team sees of the message, and the record of its call: a state, and the reason if there is one."""
        self.message.status, self.message.error_code, self.message.error_message = status, code, reason
        self.call.error_code, self.call.error_message = code, reason

    async def absorb(self, digest: object) -> None:
        """An echo that was taken for a message from elsewhere is this answer: one message, not two."""
        message = self.message
        found = await messages.rows_by_mids(self._conn, [(message.workspace_id, message.account_id, digest)])  # pyright: ignore[reportArgumentType] -- a digest
        for double in found:
            await messages.remove(self._conn, [(double.workspace_id, double.id)])
            message.sent_at, message.reactions = double.sent_at, double.reactions
            if double.num_edit or double.deleted_at is not None:
                message.text = double.text
            message.edits, message.num_edit, message.edited_at = double.edits, double.num_edit, double.edited_at
            message.deleted_at, message.delivery_id = double.deleted_at, double.delivery_id
            self._removed.append(double)
            self._is_rewritten = True

    async def open_comment(self, code: str, reason: str) -> None:
        """The comment that it answers in private is not answered, and says why."""
        comment = self._locked.comment
        if comment is not None:
            await finished.not_by(self._conn, comment, self.call.id)
            comment.error_code, comment.error_message = code, _NOT_PRIVATELY.format(reason=reason)
            self._is_unanswered = True

    async def stop_rest(self, now: datetime) -> None:
        """What was written together with it and comes after it is not sent alone."""
        if self.call.batch_id is None:
            return
        rest = [one for one in await outbound.rest_of_batch(self._conn, self.call) if one.state in ("queued", "scheduled")]
        for one in rest:
            one.state, one.due_at, one.settled_at, one.error_code, one.error_message = "failed", None, now, PART_FAILED, _PART
            await outbound.write(self._conn, one)
        self._stopped = await messages.rows_by_ids(
            self._conn, [(one.workspace_id, one.message_id) for one in rest if one.message_id is not None]
        )
        for row in self._stopped:
            row.status, row.error_code, row.error_message = "failed", PART_FAILED, _PART

    async def catch_up(self, now: datetime) -> None:
        """What was said about the message before it had its mid; an unsent one leaves the feed and the call, too."""
        row, conn = self.message, self._conn
        await catch_up(conn, self.conversation, row, now)
        self._is_rewritten = True
        if row.deleted_at is not None:
            self._is_forgotten = True
            await outbound.write(conn, self.call)
            await changes.supersede(conn, [(row.workspace_id, subject) for subject in (row.id, row.conversation_id)])
            await outbound.erase(conn, [(row.workspace_id, row.id)])

    async def give_back(self) -> None:
        """The guess was wrong: what it had taken is a message of its own, and the answer is what it was."""
        message, call = self.message, self.call
        assert message.mid_digest is not None  # noqa: S101 -- a guess has a mid
        stranger = MessageRow(
            workspace_id=message.workspace_id, id=ids.derived(message.sent_at, str(message.account_id), str(message.mid_digest)),  # pyright: ignore[reportArgumentType]
            account_id=message.account_id, conversation_id=message.conversation_id, direction="outbound",
            author_kind="instagram", sent_at=message.sent_at, status="sent", mid=message.mid, mid_digest=message.mid_digest,
            text=message.text, reactions=message.reactions, deleted_at=message.deleted_at, edits=message.edits,
            num_edit=message.num_edit, edited_at=message.edited_at, is_new=True,
        )  # fmt: skip
        message.mid = message.mid_digest = message.deleted_at = message.edited_at = None
        message.mid_is_guess, message.reactions, message.edits, message.num_edit = False, [], [], 0
        message.text = call.payload.get("text", message.text)
        message.sent_at = max(call.created_at, call.attempted_at or call.created_at)
        await messages.update(self._conn, [message])  # frees the mid before the stranger takes it
        await messages.insert(self._conn, [stranger])
        if stranger.sent_at > self.conversation.read_up_to:
            self.conversation.read_up_to = stranger.sent_at
            self.conversation.unread_count = (await conversations.recount_unread(self._conn, [self.conversation]))[
                self.conversation.id
            ]
        self._added.append(stranger)

    async def end(self, now: datetime, *, release: bool = True) -> None:
        """Write everything and publish it. `release`: what waits behind this answer may go."""
        conn, row = self._conn, self.conversation
        written = await self._write()
        if release and self._locked.is_followed:
            self._locked.freed |= await outbound.next_is_due(conn, [(row.workspace_id, row.id)], now)
        told = [*await self._comment(), *self._changes()]
        if written is not None:
            tell(conn, row, written, told, now)
        else:
            changes.publish(conn, self._locked.workspace, told, now)

    async def _write(self) -> Conversation | None:
        """The conversation as it is shown from now on, None when nothing moved it."""
        conn, row = self._conn, self.conversation
        is_whole = bool(self._stopped or self._added or self._is_rewritten)
        if is_whole:
            await messages.update(conn, [self.message, *self._stopped])
            await outbound.write(conn, self.call)
        await self._show()
        is_moved = self._locked.is_moved or self._is_forgotten
        if is_moved and not is_whole:
            return await answers.end(conn, self.call, self.message, row)
        if not is_whole:
            await outbound.write_with_message(conn, self.call, self.message)
        return (await conversations.update(conn, [row]))[row.id] if is_moved else None

    async def _show(self) -> None:
        """The conversation's line says what became of it."""
        row = self.conversation
        if self._added or self._removed:
            newest = await messages.newest(self._conn, [(row.workspace_id, row.id)])
            show_as_last(row, newest[row.id])
        elif self.message.id == row.last_message_id:
            show_as_last(row, self.message)
        else:
            consider_as_last(row, self.message)
        for stopped in self._stopped:
            if stopped.id == row.last_message_id:
                show_as_last(row, stopped)

    async def _comment(self) -> list[Change]:
        comment = self._locked.comment if self._is_unanswered else None
        if comment is None:
            return []
        await comments.write(self._conn, comment)
        found = await comments.get(self._conn, self._locked.workspace, comment.id)
        return [CommentUpdated(type="comment_updated", comment=found)]

    def _changes(self) -> list[Change]:
        row = self.conversation
        found: list[Change] = [
            MessageRemoved(type="message_removed", conversation_id=ConversationId(row.id), message_id=MessageId(double.id))
            for double in self._removed
        ]
        for stranger in self._added:
            value = messages.shown(stranger, row.read_up_to, row.seen_up_to)
            found.append(MessageAdded(type="message_added", conversation_id=value.conversation_id, message=value))
        for changed in (self.message, *self._stopped):
            message = messages.shown(changed, row.read_up_to, row.seen_up_to)
            found.append(MessageUpdated(type="message_updated", conversation_id=message.conversation_id, message=message))
        return found


LOOKS_S = (2.0, 5.0, 10.0, 20.0, 40.0, 60.0)
"""When to look for an answer in doubt, counted from the attempt; after the last look only a person decides. Rule O5."""


def next_look(attempted_at: datetime, now: datetime) -> datetime | None:
    """The next moment to look at Instagram, None when all have passed."""
    moments = (attempted_at + timedelta(seconds=seconds) for seconds in LOOKS_S)
    return next((moment for moment in moments if moment > now), None)
