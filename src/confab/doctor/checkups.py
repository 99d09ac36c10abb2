"""The doctor's visits: each workspace is looked at once a day and whenever somebody asks, and what was found is kept and told."""

from datetime import timedelta
from uuid import UUID

import structlog

from confab.clock import Clock
from confab.doctor import checks
from confab.doctor.alarm import Alarm
from confab.doctor.look import Eyes
from confab.doctor.seen import Seen
from confab.model.changes import CheckupUpdated
from confab.model.inbox import WorkspaceId
from confab.store import changes, checkups, wake
from confab.store.checkups import Found
from confab.store.claims import Due
from confab.store.db import Database
from confab.store.wake import Wake

EACH = timedelta(days=1)
_SOONEST = timedelta(minutes=1)
_RARER = 4

log = structlog.get_logger()


class Checkups:
    """Handles checkups that are due. Again looks again, and changes nothing else."""

    def __init__(self, db: Database, eyes: Eyes, clock: Clock, waker: Wake, alarm: Alarm | None) -> None:
        self._alarm = alarm
        self._db = db
        self._eyes = eyes
        self._clock = clock
        self._wake = waker

    async def run(self, due: Due) -> None:
        """Look at one workspace, keep what was found in place of what was known, and tell everybody how it stands."""
        workspace, began_at = WorkspaceId(UUID(str(due.key[0]))), self._clock.now()
        seen = await self._eyes.look(workspace)
        found = checks.findings(seen)
        now = self._clock.now()
        async with self._db.transaction() as conn:
            turned = checks.turned_red(await checkups.findings(conn, workspace), found)
            kept = Found(findings=found, turned_red=turned, began_at=began_at)
            checkup = await checkups.settle(conn, due, kept, next_at=now + next_in(seen), now=now)
            if checkup is None:  # another worker looks by now
                return
            if self._alarm is not None:
                await self._alarm.ring(conn, workspace, turned, now)
            changes.publish(conn, workspace, [CheckupUpdated(type="checkup_updated", checkup=checkup)], now)
        for one in (finding for finding in found if finding.level == "red"):
            log.warning("doctor_found", check=one.check, account=str(one.account_id) if one.account_id else None)
        self._wake.say(wake.changed(workspace), wake.work("mails"))


def next_in(seen: Seen) -> timedelta:
    """When to come again: tomorrow, but sooner while a new account is still to be heard and compared. Pure; rule DR4."""
    new = [
        seen.now - one.connected_at
        for one in seen.accounts
        if one.heard_at is None or one.account.complete_up_to is None
    ]  # fmt: skip
    youngest = min(new, default=EACH)
    return max(_SOONEST, youngest / _RARER) if youngest < EACH else EACH
