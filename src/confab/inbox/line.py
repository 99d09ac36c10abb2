"""How an account speaks to Meta: what every call needs of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from confab.model.inbox import WorkspaceId
from confab.store.db import Conn


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What a call needs of the account: its id at Meta and its token."""

    ig_id: str
    token: str


LineOf = Callable[[Conn, WorkspaceId, UUID], Awaitable[Line | None]]
"""The line of an account of a workspace; None when it has no token."""
