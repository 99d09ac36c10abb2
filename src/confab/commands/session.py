"""What every short command needs: the database, beside a running server or for as long as the command takes."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar, cast

from confab import running, settings
from confab.clock import Clock
from confab.errors import ConfabError, Misconfigured, NotFound
from confab.model.inbox import WorkspaceId
from confab.settings import Settings
from confab.store import doors as database
from confab.store import team as store
from confab.store.db import GONE, Database, Doors
from confab.store.migrate import migrate

Result = TypeVar("Result")

STANDARD_INPUT = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A command's way into the database: as the worker to find a workspace by name, as the API to write into it."""

    settings: Settings
    doors: Doors
    app: Database
    worker: Database
    now: datetime

    async def workspace(self, name: str) -> WorkspaceId:
        """The workspace of this name. Raises NotFound, which names those that there are."""
        async with self.worker.transaction() as conn:
            found = await store.workspaces(conn)
        for one in found:
            if one.name == name:
                return one.id
        names = ", ".join(one.name for one in found) or "none yet; `confab workspace create NAME` makes one"
        raise NotFound(f"There is no workspace {name!r}. There are: {names}.")


def utc(moment: datetime | None) -> datetime | None:
    """A moment as it was typed: without a zone it is UTC."""
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)


def read_secret(source: str) -> str:
    """A secret from a file, or from standard input for `-`."""
    try:
        text = sys.stdin.read() if source == STANDARD_INPUT else Path(source).read_text()
    except OSError as error:
        raise Misconfigured(f"{source} cannot be read: {error.strerror}.") from error
    return text.strip()


def explain(error: BaseException) -> str | None:
    """The sentence for an error that is not a bug of ours, None for a bug."""
    if isinstance(error, ConfabError):
        return str(error)
    if isinstance(error, BaseExceptionGroup):
        parts = cast(tuple[BaseException, ...], error.exceptions)  # pyright: ignore[reportUnknownMemberType] -- of any kind
        found = [explain(part) for part in parts]
        return found[0] if all(found) else None
    if isinstance(error, GONE):
        return f"The database cannot be reached: {str(error) or type(error).__name__}"
    return None


def with_session(work: Callable[[Session], Awaitable[Result]]) -> Result:
    """Do something with the database: that of a running server, or one that runs for as long as it takes.

    Standard output is the command's answer alone; what is noticed on the way goes to standard error.
    """
    running.configure_logging()
    given = settings.read()
    with database.opened_by(given) as doors:

        async def run() -> Result:
            async with _session(given, doors) as session:
                return await work(session)

        return asyncio.run(run())


@asynccontextmanager
async def _session(given: Settings, doors: Doors) -> AsyncGenerator[Session, None]:
    await migrate(doors.owner)
    async with Database.open(doors.app, size=1) as api, Database.open(doors.worker, size=1) as worker:
        yield Session(settings=given, doors=doors, app=api, worker=worker, now=Clock().now())
