"""What the doctor looks at in the database. Reads only, each within one range of one index."""

from dataclasses import dataclass, field
from datetime import datetime

from confab.model.inbox import AccountId, MetaAppId, WorkspaceId
from confab.store.db import Conn, row, rows


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseState:
    """The server's version as a number (180004 is 18.4), its time, and the names of the migrations that were applied."""

    version: int
    at: datetime
    applied: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountState:
    """What is known of an account besides what everybody sees.

    `heard_at`: when a participant's message last came by webhook, `habit_s` how long it was used to be silent before.
    `is_reached`: whether any webhook came for it, if only an echo. `sealed`: its token as it is stored, None without one;
    `node_id`: the Page that it is of. `platform` and `scopes`: by which login it came and what was granted there, where Meta
    said so. `used_percent`: what Meta last said of its allowance. `read_at`: when its numbers were last read well, or first
    should have been.
    """

    workspace_id: WorkspaceId
    account_id: AccountId
    app_id: MetaAppId | None
    connected_at: datetime
    heard_at: datetime | None
    habit_s: int
    is_reached: bool
    sealed: bytes | None = field(repr=False)
    node_id: str | None
    platform: str
    scopes: list[str]
    used_percent: int | None
    read_at: datetime | None
    paused_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unapplied:
    """How many deliveries of an account stand there in a state that is not applied."""

    account_id: AccountId
    state: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Nobodys:
    """How many deliveries came for an account that nobody connected."""

    ig_id: str
    count: int


async def database(conn: Conn) -> DatabaseState:
    """How the database stands. No workspace: it is everybody's. Its time is asked only to be compared with ours."""
    found = await row(
        conn,
        DatabaseState,
        """SELECT current_setting('server_version_num')::integer AS version, clock_timestamp() AS at,
            array(SELECT name FROM schema_migrations ORDER BY name) AS applied""",
    )
    assert found is not None  # noqa: S101 -- a row without a table
    return found


async def accounts(conn: Conn, workspace: WorkspaceId) -> list[AccountState]:
    """Every account of a workspace."""
    return await rows(
        conn,
        AccountState,
        """SELECT a.workspace_id, a.id AS account_id, r.app_id, a.created_at AS connected_at, w.heard_at,
            coalesce(w.habit_s, 0)::integer AS habit_s,
            w.heard_at IS NOT NULL OR EXISTS (SELECT FROM (
                SELECT p.account_id FROM delivery_parts p WHERE p.workspace_id = a.workspace_id
                ORDER BY p.delivery_id DESC LIMIT 1000) newest WHERE newest.account_id = a.id) AS is_reached,
            i.access_token AS sealed, i.node_id, a.paused_until, coalesce(i.platform, 'instagram') AS platform,
            coalesce(i.scopes, '{}') AS scopes,
            (SELECT max(b.used_percent) FROM call_budgets b WHERE b.workspace_id = a.workspace_id AND b.account_id = a.id)
                AS used_percent,
            (SELECT coalesce(i.good_at, i.began_at) FROM insight_watches i WHERE i.workspace_id = a.workspace_id
                AND i.account_id = a.id) AS read_at
        FROM accounts a
        LEFT JOIN account_routes r ON r.ig_id = a.ig_id AND r.workspace_id = a.workspace_id
        LEFT JOIN account_watches w ON w.workspace_id = a.workspace_id AND w.account_id = a.id
        LEFT JOIN integrations i ON i.workspace_id = a.workspace_id AND i.account_id = a.id
        WHERE a.workspace_id = $1""",
        workspace,
    )


async def unapplied(conn: Conn, workspace: WorkspaceId, since: datetime, most: int) -> list[Unapplied]:
    """Of the newest `most` deliveries since then that failed or were kept out, how many each account has.

    Index: delivery_parts_state.
    """
    return await rows(
        conn,
        Unapplied,
        """SELECT account_id, state, count(*) FROM (
            (SELECT account_id, state FROM delivery_parts
             WHERE workspace_id = $1 AND state = 'failed' AND delivery_id >= uuid_at($2) ORDER BY delivery_id DESC LIMIT $3)
            UNION ALL
            (SELECT account_id, state FROM delivery_parts
             WHERE workspace_id = $1 AND state = 'unclaimed' AND delivery_id >= uuid_at($2) ORDER BY delivery_id DESC LIMIT $3)
        ) AS standing GROUP BY account_id, state""",
        workspace, since, most,
    )  # fmt: skip


async def nobodys(conn: Conn, since: datetime, most: int) -> list[Nobodys]:
    """For which accounts the newest `most` unclaimed deliveries since then were, the most frequent first; ten at most.

    Index: unrouted_parts_state. Installation-wide.
    """
    return await rows(
        conn,
        Nobodys,
        """SELECT ig_id, count(*) FROM (
            SELECT ig_id FROM unrouted_parts WHERE state = 'unclaimed' AND delivery_id >= uuid_at($1)
            ORDER BY delivery_id DESC LIMIT $2) AS newest
        GROUP BY ig_id ORDER BY count(*) DESC, ig_id LIMIT 10""",
        since, most,
    )  # fmt: skip
