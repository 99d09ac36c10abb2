"""Blank an unsent message's words in the ledger: the last place that still holds them. Rules N47, M7."""

import json
from uuid import UUID

from confab.graph import payloads
from confab.model.inbox import WorkspaceId
from confab.store import deliveries
from confab.store.claims import Due
from confab.store.db import Database

_KEPT = frozenset({"mid", "is_echo", "is_self"})


class Eraser:
    """Handles claimed erasures."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def run(self, due: Due) -> None:
        """Rewrite every body that carried the message. A second time finds nothing left to blank."""
        workspace, account, digest = (UUID(str(part)) for part in due.key)
        async with self._db.transaction() as conn:
            mid, sources = await deliveries.sources_of(conn, WorkspaceId(workspace), account, digest)
            if mid is None:
                return
            for raw in await deliveries.raw(conn, sources):
                await deliveries.redact(conn, raw.id, blanked(raw.body, mid))


def blanked(body: bytes, mid: str) -> bytes:
    """The body with this message's content gone and only its unsending left, so that a replay cannot revive it."""
    try:
        whole = json.loads(body)  # reads and writes all that normalise can read
    except (ValueError, RecursionError):
        return body
    _blank(whole, mid)
    return json.dumps(whole, separators=(",", ":")).encode()


def _blank(node: object, mid: str) -> None:
    for item in payloads.a_list(node) or []:
        _blank(item, mid)
    found = payloads.an_object(node)
    if found is None:
        return
    for key in ("message", "message_edit"):
        part = payloads.an_object(found.get(key))
        if part is not None and part.get("mid") == mid:
            kept = {name: value for name, value in part.items() if name in _KEPT}
            del found[key]
            found["message"] = {**kept, "is_deleted": True}
    for item in found.values():
        _blank(item, mid)
