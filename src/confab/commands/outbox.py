"""Commands about what has not gone out: queues, trouble, and what is scheduled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from confab.commands.session import Session, with_session
from confab.inbox import queue
from confab.model.inbox import AgentId, Viewer, Workspace, WorkspaceId
from confab.model.outbox import Queue, Scheduled, Troubled
from confab.store import accounts, outbox
from confab.store import team as store

_SHOWN = 10
_PAGE = 100
_BEGINNING = (datetime.fromisoformat("1970-01-01T00:00:00+00:00"), UUID(int=0))
_END = UUID(int=2**128 - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What has not gone out for one account. `failed`, `in_doubt`: counted up to 10,000 in its workspace."""

    workspace: str
    username: str
    queue: Queue
    failed: int
    in_doubt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Every account's line, and the newest trouble of each workspace by its name."""

    lines: list[Line]
    troubled: list[tuple[str, Troubled]]


def standing(workspace: str | None) -> Standing:
    """How the outbox of a workspace, or of all, stands. Raises NotFound."""

    async def look(session: Session) -> Standing:
        found = Standing(lines=[], troubled=[])
        for one in await _wanted(session, workspace):
            async with session.app.viewing(one.id) as conn:
                names = {known.id: known.username for known in await accounts.of_workspace(conn, one.id)}
                waiting = queue.shown(await outbox.queues(conn, one.id, queue.NAMES), session.now)
                counts = await outbox.trouble(conn, one.id)
                newest, _ = await outbox.troubled(
                    conn, _anybody(one.id), states=["failed", "in_doubt"], account=None, before=_END, limit=_SHOWN
                )
            found.lines.extend(
                Line(
                    workspace=one.name, username=names[line.account_id], queue=line,
                    failed=counts.get((line.account_id, "failed"), 0), in_doubt=counts.get((line.account_id, "in_doubt"), 0),
                )
                for line in waiting
            )  # fmt: skip
            found.troubled.extend((one.name, item) for item in newest)
        return found

    return with_session(look)


def scheduled(workspace: str | None) -> list[tuple[str, Scheduled]]:
    """What is scheduled or held, with the name of its workspace: at most 100 of each, the soonest first. Raises NotFound."""

    async def look(session: Session) -> list[tuple[str, Scheduled]]:
        found: list[tuple[str, Scheduled]] = []
        for one in await _wanted(session, workspace):
            async with session.app.viewing(one.id) as conn:
                items, _ = await outbox.scheduled(
                    conn, _anybody(one.id), account=None, conversation=None, after=_BEGINNING, limit=_PAGE
                )
            found.extend((one.name, item) for item in items)
        return found

    return with_session(look)


async def _wanted(session: Session, name: str | None) -> Sequence[Workspace]:
    if name is not None:
        return [Workspace(id=await session.workspace(name), name=name)]
    async with session.worker.transaction() as conn:
        return await store.workspaces(conn)


def _anybody(workspace: WorkspaceId) -> Viewer:
    """Whoever may start a command sees all of a workspace."""
    return Viewer(workspace_id=workspace, agent_id=AgentId(UUID(int=0)), name="the command line", email="", role="owner")
