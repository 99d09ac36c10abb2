"""What people and rules want of comments → rows, changes and calls. Nothing here calls Meta.

Every function works in the caller's transaction, locks the comment or post first and publishes last. A command that changes
nothing publishes nothing. Whoever commits wakes the feed and the work `comment_calls`. Rules CM6-CM14, CM21.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from confab.errors import Conflict, Forbidden, Invalid, KeyReused
from confab.inbox import answer, contents, finished
from confab.inbox.comments import facts
from confab.model.changes import Change, CommentRemoved, CommentUpdated, PostUpdated
from confab.model.commands import (
    Actor,
    AnswerComment,
    DiscardComment,
    Moderate,
    NoteComment,
    RetryComment,
    SwitchComments,
    WorkOnComment,
)
from confab.model.comments import Comment, Post
from confab.model.inbox import CommentId, WorkspaceId
from confab.model.outgoing import LANE, CommentCallKind
from confab.store import changes, comment_calls, comments, ids, notes, posts
from confab.store.comment_calls import CallRow
from confab.store.comments import CommentRow, NewComment
from confab.store.db import Conn

_MAX_KEY_LENGTH = 200
_MAX_NOTE_LENGTH = 2000
_MAX_NOTES = 50
FAMILY: dict[str, Sequence[str]] = {
    "hide": ("hide", "unhide"), "unhide": ("hide", "unhide"), "like": ("like", "unlike"), "unlike": ("like", "unlike"),
    "delete": ("delete",), "comments_on": ("comments_on", "comments_off"), "comments_off": ("comments_on", "comments_off"),
}  # fmt: skip
"""Of which only the newest counts."""


async def reply(conn: Conn, actor: Actor, command: AnswerComment, now: datetime) -> tuple[Comment, bool]:
    """Answer where everybody sees it: the answer as it is shown, and whether it is new. The comment is done with it. Rule CM6.

    The same key and text again give the same answer. Raises NotFound, KeyReused, Conflict or Invalid with the rule against it.
    """
    above = await comments.lock(conn, actor.workspace_id, command.comment_id)
    key, digest = _key(command), hashlib.sha256(f"{command.comment_id}\0{command.text}".encode(errors="surrogatepass")).digest()
    before = await comments.by_client_key(conn, actor.workspace_id, key)
    if before is not None:
        if before.client_digest != digest:
            raise KeyReused("This client_key was used for something else; take a new one for a new answer.", field="client_key")
        return await comments.get(conn, actor.workspace_id, before.id), False
    kind: CommentCallKind = "mention_reply" if above.kind == "mention" else "reply"
    text = command.text.strip()
    answer.permit((await facts.of_comment(conn, above)).ruling(actor.kind, kind, text, now))
    made = _answer(actor, above, await _account_ref(conn, above), text, key, digest, now)
    await comments.insert(conn, [made])
    await comment_calls.insert(conn, _call(actor, above, kind, made.id, text, now))
    finished.by_answer(above, actor.name, now)
    await comments.write(conn, above)
    found = await published(conn, actor.workspace_id, [above.id, made.id], now)
    return found[made.id], True


async def moderate(conn: Conn, actor: Actor, command: Moderate, now: datetime) -> Comment:
    """Hide, show, delete, like: shown at once, and taken back when Instagram refuses. Rules CM7, CM8."""
    row = await comments.lock(conn, actor.workspace_id, command.comment_id)
    if _is_so(row, command.what):
        return await comments.get(conn, actor.workspace_id, row.id)
    answer.permit((await facts.of_comment(conn, row)).ruling(actor.kind, command.what, None, now))
    call = _call(actor, row, command.what, None, None, now)
    is_withdrawn = await comment_calls.supersede(conn, call, FAMILY[command.what], now) > 0
    show(row, command.what, now)
    row.error_code = row.error_message = None
    row.pending = None if is_withdrawn else command.what  # the one before never went: all is as it was
    if not is_withdrawn:
        await comment_calls.insert(conn, call)
    await comments.write(conn, row)
    return (await published(conn, actor.workspace_id, [row.id], now))[row.id]


async def switch(conn: Conn, actor: Actor, command: SwitchComments, now: datetime) -> Post:
    """Switch the comments of a post on or off: shown at once, and taken back when Instagram refuses. Rule CM9."""
    row = await posts.lock(conn, actor.workspace_id, command.post_id)
    if row.comments_enabled == command.is_on and row.error_code is None:
        return await posts.get(conn, actor.workspace_id, row.id)
    kind: CommentCallKind = "comments_on" if command.is_on else "comments_off"
    answer.permit((await facts.of_post(conn, row)).ruling(actor.kind, kind, None, now))
    call = CallRow(
        workspace_id=actor.workspace_id, id=ids.new(now), account_id=row.account_id, kind=kind, comment_id=None, post_id=row.id,
        reply_id=None, text=None, lane=LANE[actor.kind], actor_kind=actor.kind, actor_id=actor.agent_id, actor_name=actor.name,
        state="queued", due_at=now, refusals=0, created_at=now,
    )  # fmt: skip
    is_withdrawn = await comment_calls.supersede(conn, call, FAMILY[kind], now) > 0
    row.comments_enabled, row.error_code, row.error_message = command.is_on, None, None
    row.pending = None if is_withdrawn else kind
    if not is_withdrawn:
        await comment_calls.insert(conn, call)
    await posts.write(conn, row)
    post = await posts.get(conn, actor.workspace_id, row.id)
    changes.publish(conn, actor.workspace_id, [PostUpdated(type="post_updated", post=post)], now)
    return post


async def retry(conn: Conn, actor: Actor, command: RetryComment, now: datetime) -> Comment:
    """Send an answer again that failed or is in doubt. Only a person may. Rule CM11."""
    if actor.kind != "agent":
        raise Forbidden("Only a person may send an answer again.")
    made, call, above = await _with_call(conn, actor, command.comment_id)
    if made.status not in ("failed", "in_doubt"):
        raise Conflict(f"Only a failed or in-doubt answer can be sent again; this one is {made.status}.")
    text = (command.text if command.text is not None else made.text or "").strip()
    kind: CommentCallKind = "mention_reply" if call.kind == "mention_reply" else "reply"
    answer.permit((await facts.of_comment(conn, above)).ruling(actor.kind, kind, text, now))
    call.state, call.due_at, call.settled_at = "discarded", None, now
    await comment_calls.write(conn, call)
    again = replace(
        call, id=ids.new(now), text=text, lane=LANE[actor.kind], actor_kind=actor.kind, actor_id=actor.agent_id,
        actor_name=actor.name, state="queued", due_at=now, refusals=0, created_at=now, attempted_at=None, settled_at=None,
        remote_id=None, error_code=None, error_message=None,
    )  # fmt: skip
    await comment_calls.insert(conn, again)
    made.text, made.status, made.error_code, made.error_message = text, "queued", None, None
    await comments.write(conn, made)
    finished.by_answer(above, actor.name, now)
    await comments.write(conn, above)
    return (await published(conn, actor.workspace_id, [above.id, made.id], now))[made.id]


async def discard(conn: Conn, actor: Actor, command: DiscardComment, now: datetime) -> None:
    """Take an answer out that is not known to have been sent; its call stays on record, and what it answered is open again.

    Rule CM21.
    """
    made, call, above = await _with_call(conn, actor, command.comment_id)
    if made.status not in ("queued", "failed", "in_doubt"):
        raise Conflict(f"An answer that is {made.status} cannot be discarded.")
    await remove_answer(conn, made, now)
    await finished.not_by(conn, above, call.id)
    await comments.write(conn, above)
    gone = CommentRemoved(type="comment_removed", comment_id=CommentId(made.id))
    await comment_calls.next_is_due(conn, call, now)
    await published(conn, actor.workspace_id, [above.id], now, [gone])


async def work(conn: Conn, actor: Actor, command: WorkOnComment, now: datetime) -> Comment:
    """Done or open, whose it is, its labels: for the team alone. Raises Invalid when the assignee is not of this team. CM13."""
    row = await comments.lock(conn, actor.workspace_id, command.comment_id)
    before = replace(row)
    if command.is_done is not None and command.is_done != (row.done_at is not None):
        row.done_at, row.done_by = (now, actor.name) if command.is_done else (None, None)
        row.is_done_by_answer = False
        row.is_archived = row.is_archived and command.is_done
    if command.assignee_id is not None and not await notes.is_member(conn, actor.workspace_id, command.assignee_id):
        raise Invalid("The assignee is not a member of this workspace.", field="assignee_id")
    if command.assignee_id is not None or command.is_unassigned:
        row.assignee_id = command.assignee_id
    if command.labels is not None:
        row.labels = contents.labels(command.labels)
        await notes.add_labels(conn, actor.workspace_id, row.labels, now)
    if row == before:
        return await comments.get(conn, actor.workspace_id, row.id)
    await comments.write(conn, row)
    return (await published(conn, actor.workspace_id, [row.id], now))[row.id]


async def add_note(conn: Conn, actor: Actor, command: NoteComment, now: datetime) -> Comment:
    """Leave a remark; it never leaves the workspace. Rule CM13."""
    text = command.text.strip()
    if not text or len(text) > _MAX_NOTE_LENGTH or "\0" in text:
        raise Invalid(f"A note needs a text of at most {_MAX_NOTE_LENGTH} characters.", field="text")
    row = await comments.lock(conn, actor.workspace_id, command.comment_id)
    if len(row.notes) >= _MAX_NOTES:
        raise Invalid(f"A comment has at most {_MAX_NOTES} notes.", field="text")
    row.notes = [*row.notes, {"id": str(ids.new(now)), "author": actor.name, "text": text, "created_at": now.isoformat()}]
    await comments.write(conn, row)
    return (await published(conn, actor.workspace_id, [row.id], now))[row.id]


async def published(
    conn: Conn, workspace: WorkspaceId, changed: Sequence[UUID], now: datetime, first: Sequence[Change] = ()
) -> dict[UUID, Comment]:
    """Comments as they are now, told to everybody after these changes: the last statement of the transaction."""
    found = await comments.by_ids(conn, [(workspace, one) for one in changed])
    updated = [CommentUpdated(type="comment_updated", comment=found[one][1]) for one in changed if one in found]
    changes.publish(conn, workspace, [*first, *updated], now)
    return {id_: comment for id_, (_, comment) in found.items()}


def show(row: CommentRow, what: str, now: datetime) -> None:
    """The comment as it is once that is done."""
    match what:
        case "hide" | "unhide":
            row.hidden = what == "hide"
        case "like" | "unlike":
            row.is_liked = what == "like"
        case _:
            row.deleted_at = now


async def remove_answer(conn: Conn, made: CommentRow, now: datetime) -> None:
    """An answer of ours that is at Instagram nowhere goes; its calls stay on record without it."""
    await comment_calls.discard(conn, WorkspaceId(made.workspace_id), made.id, now)
    await comments.remove(conn, made)


def _is_so(row: CommentRow, what: str) -> bool:
    is_confirmed = row.error_code is None
    match what:
        case "hide" | "unhide":
            return row.hidden == (what == "hide") and is_confirmed
        case "like" | "unlike":
            return row.is_liked == (what == "like") and is_confirmed
        case _:
            return row.deleted_at is not None


async def _with_call(conn: Conn, actor: Actor, comment: UUID) -> tuple[CommentRow, CallRow, CommentRow]:
    """An answer of ours, its newest call, and what it answers; the latter is locked first. Raises Conflict for any other."""
    call = await comment_calls.of_reply(conn, actor.workspace_id, comment)
    if call is None or call.comment_id is None:
        await comments.get(conn, actor.workspace_id, comment)
        raise Conflict("This comment was not written here.")
    above = await comments.lock(conn, actor.workspace_id, call.comment_id)
    made = await comments.lock(conn, actor.workspace_id, comment)
    fresh = await comment_calls.lock(conn, actor.workspace_id, call.id)
    assert fresh is not None  # noqa: S101 -- it was there, and nobody removes calls
    return made, fresh, above


async def _account_ref(conn: Conn, above: CommentRow) -> tuple[str, str]:
    shown = await comments.get(conn, WorkspaceId(above.workspace_id), above.id)
    return shown.account.ig_id, shown.account.username


def _answer(
    actor: Actor, above: CommentRow, account: tuple[str, str], text: str, key: str, digest: bytes, now: datetime
) -> NewComment:
    """A reply to a reply hangs on the top-level comment (rule K4)."""
    id_ = ids.new(now)
    return NewComment(
        workspace_id=above.workspace_id, id=id_, account_id=above.account_id, comment_key=f"ours:{id_}", ig_id=None,
        kind=above.kind, media_ig_id=above.media_ig_id, media={**_NO_MEDIA, "ig_id": above.media_ig_id},
        parent_ig_id=above.parent_ig_id or above.ig_id or above.comment_key, author_ig_id=account[0], author_username=account[1],
        text=text, is_own=True, created_at=now, delivery_id=None, status="queued", client_key=key, client_digest=digest,
        written_by=actor.name,
    )  # fmt: skip


_NO_MEDIA = {"permalink": None, "product_type": None, "ad_id": None, "ad_title": None, "original_media_id": None}


def _call(
    actor: Actor, about: CommentRow, kind: CommentCallKind, reply_id: UUID | None, text: str | None, now: datetime
) -> CallRow:
    return CallRow(
        workspace_id=about.workspace_id, id=ids.new(now), account_id=about.account_id, kind=kind, comment_id=about.id,
        post_id=None, reply_id=reply_id, text=text, lane=LANE[actor.kind], actor_kind=actor.kind, actor_id=actor.agent_id,
        actor_name=actor.name, state="queued", due_at=now, refusals=0, created_at=now,
    )  # fmt: skip


def _key(command: AnswerComment) -> str:
    key = command.client_key
    if not key or len(key) > _MAX_KEY_LENGTH or "\0" in key:
        raise Invalid(f"client_key needs 1 to {_MAX_KEY_LENGTH} characters.", field="client_key")
    return key
