"""What came of a call to Meta → the answer, its message, its conversation and its account. Rules O3-O15 of docs/spec/inbox.md.

What Meta says of the window, the participant or the account counts from then on, whatever was reckoned before.
"""

from datetime import datetime, timedelta

from confab.errors import (
    A_MOMENT,
    GraphError,
    Rejected,
    Restricted,
    Throttled,
    Unanswered,
    Unauthorised,
    Unavailable,
    Unreachable,
    WindowShut,
)
from confab.graph.client import Receipt
from confab.graph.errors import UNKNOWN_FILE
from confab.inbox import gesture, settle
from confab.inbox.locked import Locked
from confab.inbox.looking import CHECKING
from confab.inbox.wording import GESTURES, pool_of
from confab.model.changes import AccountUpdated
from confab.model.inbox import Account, WorkspaceId
from confab.store import budgets, changes, health, uploads
from confab.store.db import Conn
from confab.store.outbound import OutboundRow

WHEN_PAUSED = timedelta(minutes=1)
_BACKOFF_S = (1.0, 2.0, 4.0)  # at most three retries after the first attempt
_WITHOUT_ADVICE = timedelta(minutes=1)  # and twice that each further time (rule L7)
_LONGEST_WAIT = timedelta(minutes=15)
_RESTRICTED_FOR = timedelta(days=1)  # Meta does not say how long: then the next refusal says it again


async def record(conn: Conn, locked: Locked, outcome: Receipt | GraphError, now: datetime) -> None:
    """Write down what came of the call; the mid that it was given is locked, too."""
    call = locked.call
    match outcome:
        case Receipt():
            await _sent(conn, locked, outcome, now)
        case Unanswered():
            await settle.in_doubt(conn, locked, settle.next_look(call.attempted_at or now, now), CHECKING, now)
        case Throttled():
            await _slow_down(conn, locked, outcome, now)
        case Unauthorised():
            account = await health.mark_dead(conn, WorkspaceId(call.workspace_id), call.account_id, outcome.detail)
            await _tell(conn, call, account, now)
            await _later(conn, locked, now + WHEN_PAUSED, outcome.code, outcome.detail, now)
        case Unavailable() if call.refusals < len(_BACKOFF_S):
            await _once_more(conn, locked, outcome, now)
        case Rejected() if outcome.subcode == UNKNOWN_FILE and call.refusals == 0:
            files: list[uploads.File] = [(bytes.fromhex(one["digest"]), call.kind) for one in call.payload["files"]]  # pyright: ignore[reportAssignmentType] -- only files have attachment ids
            await uploads.take_back(conn, WorkspaceId(call.workspace_id), call.account_id, files)
            await _once_more(conn, locked, outcome, now)
        case _:
            await _refused(conn, locked, outcome, now)


async def _sent(conn: Conn, locked: Locked, receipt: Receipt, now: datetime) -> None:
    """The allowance first: whoever takes a place locks it before the feed's counter, so the other way round both would wait."""
    call = locked.call
    used_percent = receipt.usage.percent if receipt.usage is not None else 0
    if locked.allowance != (used_percent, 0):
        await health.went(conn, locked.workspace, call.account_id, pool_of(call).name, used_percent)
    if call.kind in GESTURES:
        await gesture.done(conn, locked, now)
    else:
        await settle.sent(conn, locked, receipt.mid, now)


async def _once_more(conn: Conn, locked: Locked, outcome: GraphError, now: datetime) -> None:
    wait_s = _BACKOFF_S[locked.call.refusals]
    locked.call.refusals += 1
    await _later(conn, locked, now + timedelta(seconds=wait_s), outcome.code, outcome.detail, now)


async def _slow_down(conn: Conn, locked: Locked, outcome: Throttled, now: datetime) -> None:
    workspace, call = locked.workspace, locked.call
    before = await health.pause_of(conn, workspace, call.account_id)
    until = now + (outcome.retry_after or _patience(outcome, before.throttles))
    if before.paused_until is not None and before.paused_until > now and outcome.retry_after is None:
        until = before.paused_until  # it was on its way when the pause began
    elif before.paused_until is None or before.paused_until < until:
        await health.pause(conn, workspace, call.account_id, until)
    await budgets.block(conn, workspace, call.account_id, pool_of(call).name, until, used_percent=100)
    if outcome.is_restriction:
        account = await health.restrict(conn, workspace, call.account_id, until, outcome.detail)
        await _tell(conn, call, account, now)
    await _later(conn, locked, until, outcome.code, f"{outcome.detail} It goes out as soon as it may.", now)


def _patience(outcome: Throttled, times: int) -> timedelta:
    return min((A_MOMENT if outcome.is_brief else _WITHOUT_ADVICE) * 2 ** min(times, 10), _LONGEST_WAIT)


async def _refused(conn: Conn, locked: Locked, outcome: GraphError, now: datetime) -> None:
    """For good. What Meta says of the window, the participant or the account counts from now on, whatever was reckoned."""
    call = locked.call
    match outcome:
        case WindowShut():
            locked.conversation.window_refused_at = call.attempted_at
        case Unreachable():
            locked.conversation.unreachable_at = call.attempted_at
        case Restricted():
            account = await health.restrict(conn, locked.workspace, call.account_id, now + _RESTRICTED_FOR, outcome.detail)
            await _tell(conn, call, account, now)
        case _:
            pass
    await fail(conn, locked, outcome.code, outcome.detail, now)


async def _tell(conn: Conn, call: OutboundRow, account: Account | None, now: datetime) -> None:
    if account is not None:
        changed = AccountUpdated(type="account_updated", account=account)
        changes.publish(conn, WorkspaceId(call.workspace_id), [changed], now)


async def fail(conn: Conn, locked: Locked, code: str, reason: str, now: datetime) -> None:
    """It was certainly not sent, and will not be by itself."""
    await (gesture if locked.call.kind in GESTURES else settle).failed(conn, locked, code, reason, now)


async def _later(conn: Conn, locked: Locked, until: datetime, code: str, reason: str, now: datetime) -> None:
    if locked.call.kind in GESTURES:
        await gesture.later(conn, locked.call, until, code, reason)
    else:
        await settle.later(conn, locked, until, code, reason, now)


async def wait(conn: Conn, locked: Locked, until: datetime, code: str, reason: str, now: datetime) -> None:
    """What keeps all of an account waiting keeps this, too."""
    if locked.call.kind in GESTURES:
        await gesture.later(conn, locked.call, until, code, reason)
    else:
        await settle.wait(conn, locked, until, code, reason, now)
