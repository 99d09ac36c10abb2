"""Commands about the installation: migrating, ingesting again, and work that was given up."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from confab import settings, worker
from confab.clock import Clock
from confab.commands.session import Session, utc, with_session
from confab.doctor import checks
from confab.inbox.ingest import Ingest
from confab.model.doctor import Finding
from confab.store import claims, deliveries
from confab.store import doors as database
from confab.store.claims import Dead
from confab.store.migrate import migrate
from confab.store.wake import Wake

_REPLAY_PAGE = 200
_DEAD_SHOWN = 100


def migrate_now() -> list[str]:
    """Bring the database up to date; the names of what was applied."""
    with database.opened_by(settings.read()) as doors:
        return asyncio.run(migrate(doors.owner))


def examine() -> list[Finding]:
    """Look whether everything is as it should be, in every workspace. Changes nothing."""

    async def run(session: Session) -> list[Finding]:
        async with worker.outside(session.settings) as world:
            eyes = worker.doctors_eyes(session.settings, session.worker, Clock(), world)
            return checks.findings(await eyes.look(None))

    return with_session(run)


def replay(*, since: datetime | None, until: datetime | None, ig_id: str | None, state: str | None, quiet: bool) -> int:
    """Ingest the chosen deliveries again, page by page, with a progress line; how many there were."""
    choice = deliveries.Choice(since=utc(since), until=utc(until), ig_id=ig_id, state=state)

    async def run(session: Session) -> int:
        again = Ingest(session.worker, Clock(), Wake(session.doors.worker), session.settings.our_app_ids)
        beyond, count = UUID(int=0), 0
        with Progress(TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn(), disable=quiet) as shown:
            task = shown.add_task("Ingesting again", total=None)
            while True:
                async with session.worker.transaction() as conn:
                    page = await deliveries.replayable(conn, choice, beyond=beyond, limit=_REPLAY_PAGE)
                if not page:
                    return count
                await again.ingest(page)
                beyond, count = page[-1], count + len(page)
                shown.update(task, completed=count)

    return with_session(run)


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenUp:
    """Work that was given up: how much of each kind, and the first rows of it."""

    counts: dict[str, int]
    rows: list[Dead]


def dead_rows() -> GivenUp:
    """What was given up, of every kind and workspace."""

    async def found(session: Session) -> GivenUp:
        async with session.worker.transaction() as conn:
            counts = await claims.dead_counts(conn)
            rows = [row for kind in claims.KINDS for row in await kind.dead(conn, _DEAD_SHOWN)]
        return GivenUp(counts=counts, rows=rows)

    return with_session(found)


def retry_dead(name: str | None) -> int:
    """Make what was given up due now, of one kind or of all; how many rows. A running worker takes them within a second."""
    kinds = [kind for kind in claims.KINDS if name in (None, kind.name)]

    async def retry(session: Session) -> int:
        async with session.worker.transaction() as conn:
            return sum([await kind.revive(conn, session.now) for kind in kinds])

    return with_session(retry)
