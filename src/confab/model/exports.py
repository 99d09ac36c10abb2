"""What somebody takes out, what must not be deleted, and the lines that say who did."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NewType
from uuid import UUID

from confab.model.inbox import AccountId, ConversationId

ExportId = NewType("ExportId", UUID)
HoldId = NewType("HoldId", UUID)
ExportKind = Literal["conversation", "person", "account"]
ExportState = Literal["waiting", "running", "done", "failed", "withdrawn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A file with a conversation, all about a person, or an account; `title` names it.

    `done`: it can be downloaded until `expires_at`. `waiting` again: something in it was erased, and it is made anew.
    `withdrawn`: its time is over, or what was in it was erased.
    """

    id: ExportId
    kind: ExportKind
    account_id: AccountId
    conversation_id: ConversationId | None
    title: str
    state: ExportState
    asked_by: str
    created_at: datetime
    finished_at: datetime | None
    expires_at: datetime | None
    messages: int
    files: int
    size_bytes: int
    error: str | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """What must not be deleted whatever its age: a conversation, an account, or all of the workspace (both null)."""

    id: HoldId
    account_id: AccountId | None
    conversation_id: ConversationId | None
    reason: str
    placed_by: str
    placed_at: datetime
    released_by: str | None
    released_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLine:
    """Who took something out, had something deleted, or kept it from that: `what` with its `facts`."""

    id: UUID
    at: datetime
    actor: str
    what: str
    subject: str
    facts: dict[str, Any]
