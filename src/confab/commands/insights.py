"""`confab sync-insights`: read the numbers of accounts at Instagram, beside a running server or without one."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from confab.commands.history import chosen_of
from confab.commands.session import Session, with_session
from confab.commands.working import working
from confab.errors import NotFound
from confab.inbox import act
from confab.insights import page, words
from confab.model.commands import Actor, Sync
from confab.model.inbox import Run, RunId, WorkspaceId
from confab.model.insights import InsightsRun
from confab.store import accounts, claims, runs, sync_runs, wake
from confab.store import team as people

_LOOK_S = 0.2
_COLUMNS = (
    TextColumn("@{task.description}"),
    BarColumn(),
    MofNCompleteColumn(),
    TextColumn("questions"),
    TextColumn("{task.fields[values]} new values"),
    TimeElapsedColumn(),
    TextColumn("{task.fields[state]}"),
)  # fmt: skip

Asked = Mapping[str, tuple[WorkspaceId, RunId]]


def sync_insights(
    workspace: str | None,
    username: str | None,
    since: date | None,
    until: date | None,
    metrics: Sequence[str],
    *,
    quiet: bool,
) -> Mapping[str, InsightsRun]:
    """Read the numbers of one account, or of all; what each run brought, by username.

    Whoever interrupts it loses nothing: a running server goes on with it, and so does the same command. Raises NotFound, Invalid.
    """

    async def read(session: Session) -> Mapping[str, InsightsRun]:
        first, last = page.days_to_read(since, until, session.now)
        names = page.known(metrics)
        teams = await _teams(session, workspace)
        asked: dict[str, tuple[WorkspaceId, RunId]] = {}
        async with session.worker.transaction() as conn:
            known = [(team, one) for team in teams for one in await accounts.of_workspace(conn, team)]
        chosen = chosen_of([one for _, one in known], username)
        for team, one in known:
            if one in chosen:
                wanted = Sync(account_id=one.id, what="insights", since=first, until=last, metrics=names)
                asked[one.username] = (team, await _ask(session, team, wanted))
        async with working(session, claims.RUNS) as waker:
            waker.say(*(wake.changed(team) for team in teams), wake.work(claims.RUNS.name))
            return await _follow(session, asked, quiet=quiet)

    return with_session(read)


async def _teams(session: Session, name: str | None) -> list[WorkspaceId]:
    if name is not None:
        return [await session.workspace(name)]
    async with session.worker.transaction() as conn:
        found = await people.workspaces(conn)
    if not found:
        raise NotFound("There is no workspace yet; `confab workspace create NAME` makes one.")
    return [one.id for one in found]


async def _ask(session: Session, team: WorkspaceId, wanted: Sync) -> RunId:
    actor = Actor(workspace_id=team, kind="service", agent_id=None, name="the command line")
    async with session.app.viewing(team) as conn:
        return (await act.sync(conn, actor, wanted, session.now)).id


async def _follow(session: Session, asked: Asked, *, quiet: bool) -> dict[str, InsightsRun]:
    with Progress(*_COLUMNS, disable=quiet) as shown:
        tasks = {name: shown.add_task(name, total=None, values=0, state="") for name in asked}
        while True:
            async with session.worker.transaction() as conn:
                found = {name: await runs.get(conn, team, run) for name, (team, run) in asked.items()}
                brought = {name: await sync_runs.get(conn, team, run) for name, (team, run) in asked.items()}
            for name, run in found.items():
                _show(shown, tasks[name], run)
            if all(run.state not in ("waiting", "running") for run in found.values()):
                return {name: words.shown(one) for name, one in brought.items()}
            await asyncio.sleep(_LOOK_S)


def _show(shown: Progress, task: TaskID, run: Run) -> None:
    state = f"Instagram asks to wait until {run.waiting_until:%H:%M} UTC" if run.waiting_until else (run.error or "")
    shown.update(task, completed=run.steps_done, total=run.steps_total, values=run.values_new, state=state)
