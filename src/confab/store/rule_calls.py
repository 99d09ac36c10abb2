"""Programs to tell that a rule fired: due rows."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from confab.model.inbox import WorkspaceId
from confab.model.rules import Rule
from confab.store import ids
from confab.store.db import Conn, row, run
from confab.store.rule_events import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What a program is told: which rule fired for what, and the words where they still stand."""

    url: str
    rule_id: UUID
    rule_name: str
    account_ig_id: str
    kind: str
    conversation_id: UUID | None
    subject_id: UUID | None
    person: str | None
    username: str | None
    text: str | None
    at: datetime


async def enqueue(conn: Conn, workspace: WorkspaceId, run_: Run, rule: Rule, url: str, now: datetime) -> None:
    """Have a program told."""
    await run(
        conn,
        """INSERT INTO rule_calls (workspace_id, id, account_id, rule_id, rule_name, url, conversation_id, kind, subject_id, at,
            due_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)""",
        workspace, ids.new(now), run_.account_id, rule.id, rule.definition.name, url, run_.conversation_id, run_.kind,
        run_.subject_id, now,
    )  # fmt: skip


async def get(conn: Conn, workspace: WorkspaceId, call: UUID) -> Call | None:
    """A call that waits, with the event's words as they are now: what was unsent meanwhile is told to nobody."""
    return await row(
        conn,
        Call,
        """SELECT w.url, w.rule_id, w.rule_name, a.ig_id AS account_ig_id, w.kind, w.conversation_id, w.subject_id,
            coalesce(p.igsid, k.author_ig_id) AS person, coalesce(p.username, k.author_username) AS username,
            coalesce(m.text, k.text) AS text, w.at
        FROM rule_calls w JOIN accounts a ON a.workspace_id = w.workspace_id AND a.id = w.account_id
        LEFT JOIN conversations c ON c.workspace_id = w.workspace_id AND c.id = w.conversation_id
        LEFT JOIN participants p ON p.workspace_id = w.workspace_id AND p.id = c.participant_id
        LEFT JOIN messages m ON m.workspace_id = w.workspace_id AND m.id = w.subject_id
        LEFT JOIN comments k ON k.workspace_id = w.workspace_id AND k.id = w.subject_id AND k.deleted_at IS NULL
        WHERE w.workspace_id = $1 AND w.id = $2""",
        workspace, call,
    )  # fmt: skip
