"""What an account left is erased: the inbox's part in pieces, then its part of the ledger. Rules AC12, AC15, RT7."""

import json
from typing import Literal
from uuid import UUID

from confab.clock import Clock
from confab.graph import payloads
from confab.model.inbox import AccountId, WorkspaceId
from confab.store import account_erasure, accounts, deliveries, holds
from confab.store.db import Conn, Database

_DELIVERIES = 200
_LISTS = ("messaging", "standby")
_SIDES = ("sender", "recipient")


Outcome = Literal["erased", "connected", "held"]
"""`connected`: it is back, and what is left stays; `held`: what is left stays until nobody holds any of it."""


async def erase(db: Database, clock: Clock, workspace: WorkspaceId, account: AccountId) -> Outcome:
    """Everything that Instagram gave of a disconnected account goes, unless something stands against it.

    Short transactions; who dies in between goes on where it was.
    """
    more, place = 1, UUID(int=0)
    while more:
        async with db.transaction() as conn:
            if (against := await _against(conn, workspace, account)) is not None:
                return against
            more = await account_erasure.some(conn, workspace, account, clock.now())
    while True:
        async with db.transaction() as conn:
            if (against := await _against(conn, workspace, account)) is not None:
                return against
            found = await account_erasure.deliveries(conn, workspace, account, beyond=place, limit=_DELIVERIES)
            if not found:
                return "erased"
            place = found[-1].id
            await _blank(conn, workspace, account, [one.id for one in found if one.is_shared])
            await account_erasure.forget_deliveries(conn, workspace, account, found)


async def _against(conn: Conn, workspace: WorkspaceId, account: AccountId) -> Outcome | None:
    """Why no more of it goes. Rules AC13, RT7."""
    if not await account_erasure.is_over(conn, workspace, account):
        return "connected"
    return "held" if await holds.is_on_account(conn, workspace, account) else None


async def _blank(conn: Conn, workspace: WorkspaceId, account: AccountId, shared: list[UUID]) -> None:
    """What others have a part in too loses this account's part."""
    if not shared:
        return
    ig_id = (await accounts.for_workspace(conn, workspace, account)).ig_id
    for raw in await deliveries.raw(conn, shared):
        await deliveries.redact(conn, raw.id, without(raw.body, ig_id))


def without(body: bytes, ig_id: str) -> bytes:
    """The body without the entries of this account. Rules N2, N3, N7."""
    try:
        whole = json.loads(body)  # reads and writes all that normalise can read
    except (ValueError, RecursionError):
        return body
    for envelope in payloads.a_list(whole) or [whole]:
        found = payloads.an_object(envelope)
        entries = payloads.a_list(found.get("entry")) if found is not None else None
        if found is not None and entries is not None:
            found["entry"] = [kept for kept in entries if not _is_of(kept, ig_id)]
    return json.dumps(whole, separators=(",", ":")).encode()


def _is_of(entry: object, ig_id: str) -> bool:
    found = payloads.an_object(entry) or {}
    if "id" in found:
        return str(found["id"]) == ig_id
    items = [payloads.an_object(item) for name in _LISTS for item in payloads.a_list(found.get(name)) or []]
    sides = [payloads.an_object(item.get(side)) for item in items if item is not None for side in _SIDES]
    return any(str(side.get("id")) == ig_id for side in sides if side is not None)
