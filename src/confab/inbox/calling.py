"""Tell other programs that a rule fired: one signed request for each, at least once, given up visibly. Rule RU9."""

import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from confab.clock import Clock
from confab.model.inbox import WorkspaceId
from confab.store import rule_calls
from confab.store.claims import Due
from confab.store.db import Database

Posting = Callable[[str, bytes, Mapping[str, str]], Awaitable[None]]
"""Hands a body over to an address; raises HookFailed."""

_KEY_OF = b"confab rule hook"


class Calls:
    """Handles claimed calls; the worker removes what was told. `keys`: the installation's, newest first."""

    def __init__(self, db: Database, clock: Clock, keys: Callable[[], Sequence[bytes]], post: Posting) -> None:
        self._db = db
        self._clock = clock
        self._keys = keys
        self._post = post

    async def run(self, due: Due) -> None:
        """Tell one program. Who is told twice knows it by its id. Raises HookFailed to try again."""
        workspace, call = WorkspaceId(UUID(str(due.key[0]))), UUID(str(due.key[1]))
        async with self._db.transaction() as conn:
            waiting = await rule_calls.get(conn, workspace, call)
        if waiting is None:
            return
        told: dict[str, Any] = msgspec.to_builtins(waiting)  # a record
        del told["url"]
        body = msgspec.json.encode({"id": str(call), **told})
        await self._post(waiting.url, body, signed(key_of(self._keys()[0], workspace), str(call), body, self._clock.now()))


def key_of(key: bytes, workspace: WorkspaceId) -> str:
    """What a workspace's requests are signed with: it follows from the installation's key, and is kept nowhere."""
    return hmac.digest(key, _KEY_OF + workspace.bytes, "sha256").hex()


def signed(key: str, call_id: str, body: bytes, now: datetime) -> dict[str, str]:
    """The headers of a request: HMAC-SHA256 over the time, a dot and the body, so that an old request cannot be sent anew."""
    at = str(int(now.timestamp()))
    signature = hmac.new(key.encode(), at.encode() + b"." + body, "sha256").hexdigest()
    return {
        "content-type": "application/json", "confab-event-id": call_id, "confab-timestamp": at,
        "confab-signature": f"v1={signature}",
    }  # fmt: skip
