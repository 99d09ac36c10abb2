"""What the doctor found for each workspace, as due rows: each is due once a day, and whenever somebody asks."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

import msgspec

from confab.model.doctor import Checkup, Finding
from confab.model.inbox import WorkspaceId
from confab.store.claims import Due
from confab.store.db import Conn, row, run

_SHOWN: LiteralString = "looked_at, asked_at, red, amber, unknown, turned_red, version"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a look found, and when it had begun: who asked after that is still waiting."""

    findings: Sequence[Finding]
    turned_red: Sequence[str]
    began_at: datetime


async def ensure(conn: Conn, workspace: WorkspaceId, now: datetime) -> int:
    """The doctor comes to this workspace from now on."""
    return await run(conn, "INSERT INTO checkups (workspace_id, due_at) VALUES ($1, $2) ON CONFLICT DO NOTHING", workspace, now)


async def of_workspace(conn: Conn, workspace: WorkspaceId) -> Checkup | None:
    """How the workspace stands; None where the doctor never comes."""
    return await row(conn, Checkup, "SELECT " + _SHOWN + " FROM checkups WHERE workspace_id = $1", workspace)


async def findings(conn: Conn, workspace: WorkspaceId) -> list[Finding]:
    """What was found at the last look, in the order in which it is to be read."""
    kept = await conn.fetchval("SELECT findings FROM checkups WHERE workspace_id = $1", workspace)
    return msgspec.convert(kept or [], list[Finding])


async def ask(conn: Conn, workspace: WorkspaceId, now: datetime) -> Checkup | None:
    """Somebody wants another look: it is due at once. Who asks while another waits changes nothing but the time."""
    return await row(
        conn,
        Checkup,
        """UPDATE checkups SET asked_at = $2, version = version + 1, due_at = CASE WHEN attempts = 0 OR error IS NOT NULL THEN $2
            ELSE due_at END
        WHERE workspace_id = $1 RETURNING """ + _SHOWN,
        workspace, now,
    )  # fmt: skip


async def make_due(conn: Conn, workspace: WorkspaceId, now: datetime) -> int:
    """Something became different that the doctor should see: the next look is due at once."""
    return await run(
        conn,
        """UPDATE checkups SET due_at = least(due_at, $2), asked_at = CASE WHEN attempts > 0 THEN $2 ELSE asked_at END
        WHERE workspace_id = $1""",
        workspace, now,
    )  # fmt: skip


async def settle(conn: Conn, due: Due, found: Found, *, next_at: datetime, now: datetime) -> Checkup | None:
    """A look is over: what it found takes the place of what was known. None when another worker looks by now.

    Due again at `next_at`, or at once where somebody asked since the look began.
    """
    levels = Counter(finding.level for finding in found.findings)
    return await row(
        conn,
        Checkup,
        """UPDATE checkups SET findings = $3, red = $4, amber = $5, unknown = $6, turned_red = $7, looked_at = $8::timestamptz,
            asked_at = CASE WHEN asked_at > $9 THEN asked_at END,
            due_at = CASE WHEN asked_at > $9 THEN $8 ELSE $10::timestamptz END, attempts = 0, error = NULL, version = version + 1
        WHERE workspace_id = $1 AND attempts = $2 RETURNING """ + _SHOWN,
        *due.key, due.attempts, list(found.findings), levels["red"], levels["amber"], levels["unknown"],
        list(found.turned_red), now, found.began_at, next_at,
    )  # fmt: skip
