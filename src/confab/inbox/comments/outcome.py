"""What came of a call about a comment → the call, the comment, the post and the account. Rules CM6-CM12, CM21.

An answer that Instagram took is one row with what its webhook or a reading tells of it, whoever comes first. What cannot be
repeated and was not answered is in doubt; everything else is tried again, and taken back when Instagram refuses it.
"""

from datetime import datetime, timedelta

from confab.errors import GraphError, Rejected, Restricted, Throttled, Unanswered, Unauthorised, Unavailable
from confab.graph import comments as meta
from confab.inbox import finished, settle
from confab.inbox.comments import act, forgetting
from confab.inbox.comments.grip import Grip
from confab.model.changes import AccountUpdated, Change, CommentRemoved, PostUpdated
from confab.model.inbox import Account, CommentId
from confab.store import budgets, comment_calls, comments, health, posts
from confab.store.comments import CommentRow
from confab.store.db import Conn

LATER = timedelta(minutes=1)
CHECKING = "Instagram did not answer; Confab is looking whether it took the comment."
_BACKOFF_S = (1.0, 2.0, 4.0)  # at most three more tries
_WITHOUT_ADVICE = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(minutes=15)
_RESTRICTED_FOR = timedelta(days=1)
_GONE = "comment_gone"


async def record(conn: Conn, grip: Grip, came: str | GraphError | None, pool: str, now: datetime) -> None:
    """Write down what came of it: the id of what was written, None of anything else, or what went wrong. Account locked."""
    call = grip.call
    match came:
        case None | str():
            await health.flows(conn, grip.workspace, call.account_id)
            await done(conn, grip, came, now)
        case Unanswered():
            await in_doubt(conn, grip, settle.next_look(call.attempted_at or now, now), CHECKING, now)
        case Throttled():
            await _slow_down(conn, grip, came, pool, now)
        case Unauthorised():
            account = await health.mark_dead(conn, grip.workspace, call.account_id, came.detail)
            await later(conn, grip, now + LATER, came.code, came.detail, now, _told(account))
        case Unavailable() if call.refusals < len(_BACKOFF_S):
            wait_s = _BACKOFF_S[call.refusals]
            call.refusals += 1
            await later(conn, grip, now + timedelta(seconds=wait_s), came.code, came.detail, now)
        case Restricted():
            account = await health.restrict(conn, grip.workspace, call.account_id, now + _RESTRICTED_FOR, came.detail)
            await failed(conn, grip, came.code, came.detail, now, _told(account))
        case Rejected() if meta.is_gone(came) and call.comment_id is not None:
            await gone(conn, grip, now)
        case _:
            await failed(conn, grip, came.code, came.detail, now)


async def done(conn: Conn, grip: Grip, remote_id: str | None, now: datetime) -> None:
    """Instagram did it. A repeat changes nothing."""
    call, first = grip.call, list[Change]()
    call.state, call.due_at, call.settled_at, call.remote_id = "sent", None, now, remote_id
    call.error_code = call.error_message = None
    if grip.made is not None and remote_id is not None:
        first = await _bind(conn, grip.made, remote_id)
    if grip.comment is not None:
        _confirm(grip.comment, call.kind)
    if grip.post is not None and grip.post.pending == call.kind:
        grip.post.pending = None
    await _end(conn, grip, now, first)


async def in_doubt(conn: Conn, grip: Grip, due_at: datetime | None, reason: str, now: datetime) -> None:
    """It may stand at Instagram. `due_at` is the next look; None: nobody looks any more, and a person has to decide."""
    grip.call.state, grip.call.due_at = "in_doubt", due_at
    _say(grip, "in_doubt", "checking" if due_at is not None else "in_doubt", reason)
    await _end(conn, grip, now)


async def failed(conn: Conn, grip: Grip, code: str, reason: str, now: datetime, first: list[Change] | None = None) -> None:
    """It was certainly not done, and will not be by itself: what was shown is taken back, and what was answered is open again."""
    call = grip.call
    call.state, call.due_at, call.settled_at = "failed", None, now
    _say(grip, "failed", code, reason)
    if grip.made is not None and grip.comment is not None:
        await finished.not_by(conn, grip.comment, call.id)
    elif not await comment_calls.has_newer(conn, call, act.FAMILY.get(call.kind, ())):
        _take_back(grip, code, reason)
    await _end(conn, grip, now, first)


async def later(
    conn: Conn, grip: Grip, due_at: datetime, code: str, reason: str, now: datetime, first: list[Change] | None = None
) -> None:
    """It waits for its next try; the team sees why, and is told once."""
    call = grip.call
    is_known = call.state == "queued" and (call.error_code, call.error_message) == (code, reason) and not first
    call.state, call.due_at = "queued", due_at
    if is_known:
        await comment_calls.write(conn, call)
        return
    _say(grip, "queued", code, reason)
    await _end(conn, grip, now, first, releases=False)


async def sending(conn: Conn, grip: Grip, lease_until: datetime, now: datetime) -> None:
    """The call is about to be made; from here on it may have happened."""
    grip.call.state, grip.call.due_at, grip.call.attempted_at = "sending", lease_until, now
    if grip.made is not None:
        _say(grip, "sending", None, None)
        await _end(conn, grip, now, releases=False)
    else:
        await comment_calls.write(conn, grip.call)


async def gone(conn: Conn, grip: Grip, now: datetime) -> None:
    """The comment is not there any more: whoever wrote it deleted it. An answer to it was not written. Rule K15."""
    comment, call = grip.comment, grip.call
    assert comment is not None  # noqa: S101 -- what is gone is a comment
    comment.deleted_at, comment.pending = comment.deleted_at or now, None
    call.state, call.due_at, call.settled_at = "failed", None, now
    _say(grip, "failed", _GONE, "The comment was deleted at Instagram.")
    if grip.made is not None:
        await finished.not_by(conn, comment, call.id)
    await _end(conn, grip, now)


def _say(grip: Grip, status: str, code: str | None, reason: str | None) -> None:
    grip.call.error_code, grip.call.error_message = code, reason
    if grip.made is not None:
        grip.made.status, grip.made.error_code, grip.made.error_message = status, code, reason


def _confirm(comment: CommentRow, kind: str) -> None:
    if comment.pending == kind:
        comment.pending = comment.error_code = comment.error_message = None


def _take_back(grip: Grip, code: str, reason: str) -> None:
    comment, post, kind = grip.comment, grip.post, grip.call.kind
    if comment is not None:
        match kind:
            case "hide" | "unhide":
                comment.hidden = kind == "unhide"
            case "like" | "unlike":
                comment.is_liked = kind == "unlike"
            case _:
                comment.deleted_at = None
        comment.pending = None if comment.pending == kind else comment.pending
        comment.error_code, comment.error_message = code, reason
    if post is not None:
        post.comments_enabled, post.pending = kind == "comments_off", None
        post.error_code, post.error_message = code, reason


async def _bind(conn: Conn, made: CommentRow, remote_id: str) -> list[Change]:
    """The answer has Meta's id. Its webhook may have come before, as another row: that one goes. Rule CM6."""
    made.status, made.error_code, made.error_message = "sent", None, None
    if made.ig_id == remote_id:
        return []
    removed: list[Change] = []
    for double in await comments.lock_keys(conn, act.WorkspaceId(made.workspace_id), made.account_id, [remote_id]):
        made.created_at, made.hidden, made.deleted_at = double.created_at, double.hidden, double.deleted_at
        await comments.remove(conn, double)
        removed.append(CommentRemoved(type="comment_removed", comment_id=CommentId(double.id)))
    made.ig_id = made.comment_key = remote_id
    return removed


async def _end(conn: Conn, grip: Grip, now: datetime, first: list[Change] | None = None, *, releases: bool = True) -> None:
    """Write it all, let the next one go, and tell everybody: the last statements of the transaction."""
    await comment_calls.write(conn, grip.call)
    if releases:
        await comment_calls.next_is_due(conn, grip.call, now)
    told = list(first or [])
    if grip.post is not None:
        await posts.write(conn, grip.post)
        told.append(PostUpdated(type="post_updated", post=await posts.get(conn, grip.workspace, grip.post.id)))
    rows = [row for row in (grip.comment, grip.made) if row is not None]
    for row in rows:
        if row.deleted_at is not None and row.pending is None:
            await forgetting.forget(conn, row, now)
        await comments.write(conn, row)
    await act.published(conn, grip.workspace, [row.id for row in rows], now, told)


async def _slow_down(conn: Conn, grip: Grip, came: Throttled, pool: str, now: datetime) -> None:
    workspace, account = grip.workspace, grip.call.account_id
    until = now + (came.retry_after or min(_WITHOUT_ADVICE * 2 ** min(grip.call.refusals, 4), _LONGEST_WAIT))
    told: list[Change] = []
    if came.is_restriction:
        told = _told(await health.restrict(conn, workspace, account, until, came.detail))
    await budgets.block(conn, workspace, account, pool, until, used_percent=100)
    await later(conn, grip, until, came.code, f"{came.detail} It goes out as soon as it may.", now, told)


def _told(account: Account | None) -> list[Change]:
    return [AccountUpdated(type="account_updated", account=account)] if account is not None else []
