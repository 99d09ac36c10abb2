"""Rules of an account, what they said before, and what holds for all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

import msgspec

from confab.errors import NotFound
from confab.model.inbox import AccountId, AgentId, AgentRef, WorkspaceId
from confab.model.rules import Automation, Rule, RuleId, RuleVersion, definition
from confab.store.db import Conn, Record, run

_MOST_COUNTED = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A book as it is kept: what holds for all rules of an account, and its version."""

    version: int
    settings: Automation


async def book(conn: Conn, workspace: WorkspaceId, account: AccountId) -> Kept:
    """The account's book; as it begins where nobody wrote in it."""
    record = await conn.fetchrow(
        "SELECT version, settings FROM rule_books WHERE workspace_id = $1 AND account_id = $2", workspace, account
    )
    return Kept(version=0, settings=Automation()) if record is None else _kept(record)


async def lock_book(conn: Conn, workspace: WorkspaceId, account: AccountId) -> Kept:
    """The same under lock, made where there was none: who changes rules comes here first. The account is known to be there."""
    record = await conn.fetchrow(
        """INSERT INTO rule_books AS b (workspace_id, account_id, settings) VALUES ($1, $2, $3)
        ON CONFLICT (workspace_id, account_id) DO UPDATE SET version = b.version + 1 RETURNING version, settings""",
        workspace, account, msgspec.to_builtins(Automation()),
    )  # fmt: skip
    assert record is not None  # noqa: S101 -- RETURNING
    return _kept(record)


async def write_book(conn: Conn, workspace: WorkspaceId, account: AccountId, settings: Automation) -> None:
    """Write what holds for all rules, and what rules there are for which trigger: nothing else wakes them."""
    await run(
        conn,
        """UPDATE rule_books b SET settings = $3, live = found.live, no_answer = found.no_answer,
            window_closing = found.window_closing
        FROM (SELECT coalesce(array_agg(DISTINCT kind), '{}') AS live,
                coalesce(array_agg(DISTINCT minutes) FILTER (WHERE kind = 'no_answer'), '{}') AS no_answer,
                coalesce(array_agg(DISTINCT minutes) FILTER (WHERE kind = 'window_closing'), '{}') AS window_closing
            FROM (SELECT definition #>> '{trigger,kind}' AS kind, (definition #>> '{trigger,minutes}')::integer AS minutes
                FROM rules WHERE workspace_id = $1 AND account_id = $2 AND mode <> 'off') r) found
        WHERE b.workspace_id = $1 AND b.account_id = $2""",
        workspace, account, msgspec.to_builtins(settings),
    )  # fmt: skip


_RULE: LiteralString = """
    SELECT r.id, r.account_id, r.position, r.mode, r.definition, r.version, r.updated_at, r.updated_by, g.name
"""
_FROM: LiteralString = " FROM rules r JOIN agents g ON g.id = r.updated_by "


async def live(conn: Conn, workspace: WorkspaceId, account: AccountId) -> list[Rule]:
    """The account's rules that are not off, in their order."""
    records = await conn.fetch(
        _RULE + _FROM + "WHERE r.workspace_id = $1 AND r.account_id = $2 AND r.mode <> 'off' ORDER BY r.position, r.id",
        workspace, account,
    )  # fmt: skip
    return [_rule(record) for record in records]


async def of_account(conn: Conn, workspace: WorkspaceId, account: AccountId, since: datetime) -> list[Rule]:
    """All rules of the account in their order, each with how often it fired since. Index: rule_fires_newest."""
    records = await conn.fetch(
        _RULE
        + """, (SELECT count(*)::integer FROM (SELECT FROM rule_fires f WHERE f.workspace_id = r.workspace_id AND f.rule_id = r.id
                AND f.at >= $3 LIMIT $4) counted) AS fired,
            (SELECT max(f.at) FROM rule_fires f WHERE f.workspace_id = r.workspace_id AND f.rule_id = r.id) AS last_fired_at"""
        + _FROM
        + "WHERE r.workspace_id = $1 AND r.account_id = $2 ORDER BY r.position, r.id",
        workspace, account, since, _MOST_COUNTED,
    )  # fmt: skip
    return [_rule(record) for record in records]


async def get(conn: Conn, workspace: WorkspaceId, rule: RuleId) -> Rule:
    """One rule. Raises NotFound."""
    record = await conn.fetchrow(_RULE + _FROM + "WHERE r.workspace_id = $1 AND r.id = $2", workspace, rule)
    if record is None:
        raise NotFound("There is no such rule.")
    return _rule(record)


async def count(conn: Conn, workspace: WorkspaceId, account: AccountId) -> int:
    """How many rules the account has."""
    return await conn.fetchval("SELECT count(*) FROM rules WHERE workspace_id = $1 AND account_id = $2", workspace, account)


async def put(conn: Conn, workspace: WorkspaceId, rule: Rule, by: AgentId) -> None:
    """Write a rule, new or at a new version, and keep that version. A new one comes last."""
    kept = msgspec.to_builtins(rule.definition)
    await run(
        conn,
        """WITH written AS (
            INSERT INTO rules AS r (workspace_id, id, account_id, position, mode, definition, version, updated_at, updated_by)
            SELECT $1, $2, $3, coalesce(max(position), 0) + 1, $4, $5, $6, $7, $8 FROM rules
                WHERE workspace_id = $1 AND account_id = $3
            ON CONFLICT (workspace_id, id) DO UPDATE SET mode = excluded.mode, definition = excluded.definition,
                version = excluded.version, updated_at = excluded.updated_at, updated_by = excluded.updated_by)
        INSERT INTO rule_versions (workspace_id, rule_id, version, mode, definition, at, by_name)
        VALUES ($1, $2, $6, $4, $5, $7, $9)""",
        workspace, rule.id, rule.account_id, rule.mode, kept, rule.version, rule.updated_at, by, rule.updated_by.name,
    )  # fmt: skip


async def remove(conn: Conn, workspace: WorkspaceId, rule: RuleId) -> int:
    """Forget a rule; what it said and did stays."""
    return await run(conn, "DELETE FROM rules WHERE workspace_id = $1 AND id = $2", workspace, rule)


async def order(conn: Conn, workspace: WorkspaceId, account: AccountId, rules: Sequence[RuleId]) -> int:
    """Put the account's rules into this order; how many there were of them."""
    return await run(
        conn,
        """UPDATE rules r SET position = t.position FROM unnest($3::uuid[]) WITH ORDINALITY AS t (id, position)
        WHERE r.workspace_id = $1 AND r.account_id = $2 AND r.id = t.id""",
        workspace, account, list(rules),
    )  # fmt: skip


async def versions(conn: Conn, workspace: WorkspaceId, rule: RuleId, limit: int) -> list[RuleVersion]:
    """What the rule said, newest first."""
    records = await conn.fetch(
        """SELECT version, mode, definition, at, by_name FROM rule_versions WHERE workspace_id = $1 AND rule_id = $2
        ORDER BY version DESC LIMIT $3""",
        workspace, rule, limit,
    )  # fmt: skip
    return [
        RuleVersion(
            version=record["version"], mode=record["mode"], definition=definition(record["definition"]), at=record["at"],
            by=record["by_name"],
        )
        for record in records
    ]  # fmt: skip


def _kept(record: Record) -> Kept:
    return Kept(version=record["version"], settings=msgspec.convert(record["settings"], Automation))


def _rule(record: Record) -> Rule:
    counted = {"fired": record["fired"], "last_fired_at": record["last_fired_at"]} if "fired" in record.keys() else {}  # noqa: SIM118 -- a Record is no mapping
    return Rule(
        id=RuleId(record["id"]), account_id=AccountId(record["account_id"]), position=record["position"], mode=record["mode"],
        definition=definition(record["definition"]), version=record["version"], updated_at=record["updated_at"],
        updated_by=AgentRef(id=AgentId(record["updated_by"]), name=record["name"]), **counted,
    )  # fmt: skip
