"""`confab backfill`: read the past of accounts at Instagram and show how far it is, beside a running server or without one."""

import asyncio
from collections.abc import Mapping, Sequence

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from confab.commands.session import Session, with_session
from confab.commands.working import working
from confab.errors import NotFound
from confab.inbox import act
from confab.model.commands import Actor, Sync
from confab.model.inbox import Account, Run, RunId, WorkspaceId
from confab.store import accounts, claims, runs, wake

_LOOK_S = 0.2
_COLUMNS = (
    TextColumn("@{task.description}"),
    BarColumn(),
    MofNCompleteColumn(),
    TextColumn("conversations"),
    TextColumn("{task.fields[messages]} messages"),
    TextColumn("{task.fields[rate]}"),
    TimeElapsedColumn(),
    TimeRemainingColumn(),
    TextColumn("{task.fields[state]}"),
)  # fmt: skip


def backfill(workspace: str, username: str | None, *, quiet: bool) -> Mapping[str, Run]:
    """Read the conversations of one account of the workspace, or of all; how each run ended, by username.

    Whoever interrupts it loses nothing: a running server goes on with it, and so does the same command. Raises NotFound.
    """

    async def read(session: Session) -> Mapping[str, Run]:
        team = await session.workspace(workspace)
        asked = await _ask(session, team, username)
        async with working(session, claims.RUNS) as waker:
            waker.say(wake.changed(team), wake.work(claims.RUNS.name))
            return await _follow(session, team, asked, quiet=quiet)

    return with_session(read)


async def _ask(session: Session, team: WorkspaceId, username: str | None) -> dict[str, RunId]:
    actor = Actor(workspace_id=team, kind="service", agent_id=None, name="the command line")
    async with session.app.viewing(team) as conn:
        chosen = chosen_of(await accounts.of_workspace(conn, team), username)
        return {
            one.username: (await act.sync(conn, actor, Sync(account_id=one.id, what="messages"), session.now)).id
            for one in chosen
        }


def chosen_of(known: Sequence[Account], username: str | None) -> list[Account]:
    """The account of this name, or all. Raises NotFound, which names those that there are."""
    chosen = [one for one in known if username is None or one.username == username.removeprefix("@")]
    if not chosen:
        names = ", ".join(f"@{one.username}" for one in known) or "none yet; `confab account add` connects one"
        raise NotFound(f"There is no such account. There are: {names}.")
    return chosen


async def _follow(session: Session, team: WorkspaceId, asked: Mapping[str, RunId], *, quiet: bool) -> dict[str, Run]:
    with Progress(*_COLUMNS, disable=quiet) as shown:
        tasks = {name: shown.add_task(name, total=None, messages=0, rate="", state="") for name in asked}
        while True:
            async with session.worker.transaction() as conn:
                found = {name: await runs.get(conn, team, run) for name, run in asked.items()}
            for name, run in found.items():
                _show(shown, tasks[name], run)
            if all(run.state not in ("waiting", "running") for run in found.values()):
                return found
            await asyncio.sleep(_LOOK_S)


def _show(shown: Progress, task: TaskID, run: Run) -> None:
    done = run.conversations_read + run.conversations_skipped
    elapsed_s = shown.tasks[task].elapsed or 0.0
    state = f"Instagram asks to wait until {run.waiting_until:%H:%M} UTC" if run.waiting_until else (run.error or "")
    rate = f"{60 * run.messages_new / elapsed_s:.0f} a minute" if elapsed_s > 1 else ""
    shown.update(task, completed=done, total=run.conversations_total, messages=run.messages_new, rate=rate, state=state)
