"""Tokens that stay alive: each is renewed before it ends, and what cannot be renewed is said while there is time to act.

A token is a due row, so several workers renew it once; whoever comes second finds another token in its place. A worker that
dies after Meta's answer leaves the old token, which is still good, and it is renewed again. Rules TK1-TK6 of docs/spec/inbox.md.
"""

import random
from datetime import datetime, timedelta
from uuid import UUID

from confab.accounts.vault import Vault
from confab.clock import Clock
from confab.errors import GraphError, Rejected, Unauthorised
from confab.graph.client import GraphClient
from confab.model.changes import AccountUpdated
from confab.model.inbox import Account, AccountId, WorkspaceId
from confab.store import changes, health, tokens, wake
from confab.store.claims import Due
from confab.store.db import Conn, Database
from confab.store.tokens import SealedToken
from confab.store.wake import Wake

BEFORE_ITS_END = timedelta(days=7)
YOUNGEST = timedelta(days=1)  # Meta renews none that is younger (rule T6)
_SPREAD = timedelta(hours=1)
_AGAIN = timedelta(days=1)
_ENDED = "The access token has expired: connect the account again."
_DEAD = "Instagram no longer accepts the access token: {reason} Connect the account again."
_REFUSED = "Instagram does not renew the access token, which ends {when}: connect the account again before. {reason}"


class Refreshes:
    """Renews tokens that are due."""

    def __init__(self, db: Database, graph: GraphClient, vault: Vault, clock: Clock, waker: Wake) -> None:
        self._db = db
        self._graph = graph
        self._vault = vault
        self._clock = clock
        self._wake = waker

    async def run(self, due: Due) -> None:
        """Renew one token, or say that it is over. Raises GraphError for what may pass: then it is tried again."""
        workspace, account = WorkspaceId(UUID(str(due.key[0]))), AccountId(UUID(str(due.key[1])))
        now = self._clock.now()
        async with self._db.transaction() as conn:
            kept = await tokens.get(conn, workspace, account)
            if kept is None:
                return
            is_over = kept.expires_at is not None and kept.expires_at <= now
            if is_over:
                await self._dead(conn, kept, _ENDED, now)
            elif now < kept.issued_at + YOUNGEST:
                again = due_at(kept.issued_at, kept.expires_at, random.random())  # noqa: S311 -- spread
                await tokens.put_off(conn, kept, again, None)
                return
        if not is_over:
            await self._renew(kept)
        self._wake.say(wake.changed(workspace))

    async def _renew(self, kept: SealedToken) -> None:
        token = self._vault.open(kept.access_token, kept.workspace_id, kept.account_id)
        try:
            fresh = await self._graph.refresh(token=token)
        except Unauthorised as error:
            await self._refused(kept, token, error)
            return
        except Rejected as error:
            await self._cannot(kept, error)
            return
        now = self._clock.now()
        ends = now + timedelta(seconds=fresh.expires_in) if fresh.expires_in is not None else None
        sealed = self._vault.seal(fresh.access_token, kept.workspace_id, kept.account_id)
        async with self._db.transaction() as conn:
            again = due_at(now, ends, random.random())  # noqa: S311 -- spread
            if await tokens.renewed(conn, kept, sealed=sealed, expires_at=ends, due_at=again, now=now):
                await _publish(conn, kept, await health.touch(conn, kept.workspace_id, kept.account_id), now)

    async def _refused(self, kept: SealedToken, token: str, error: Unauthorised) -> None:
        """A 190 is believed when a second, harmless call says the same. Rules T14, E6."""
        try:
            await self._graph.me(token=token)
        except Unauthorised as sure:
            now = self._clock.now()
            async with self._db.transaction() as conn:
                await self._dead(conn, kept, _DEAD.format(reason=sure.detail), now)
        else:
            await self._cannot(kept, error)

    async def _cannot(self, kept: SealedToken, error: GraphError) -> None:
        """It is alive and Meta does not renew it: people are told, and it is tried once a day until it ends."""
        now = self._clock.now()
        when = f"{kept.expires_at:%d %B %Y}" if kept.expires_at is not None else "some day"
        again = min(now + _AGAIN, kept.expires_at) if kept.expires_at is not None else now + _AGAIN
        async with self._db.transaction() as conn:
            await tokens.put_off(conn, kept, again, _REFUSED.format(when=when, reason=error.detail))
            await _publish(conn, kept, await health.touch(conn, kept.workspace_id, kept.account_id), now)

    async def _dead(self, conn: Conn, kept: SealedToken, reason: str, now: datetime) -> None:
        if await tokens.put_off(conn, kept, None, reason):
            await _publish(conn, kept, await health.mark_dead(conn, kept.workspace_id, kept.account_id, reason), now)


def due_at(issued_at: datetime, expires_at: datetime | None, chance: float) -> datetime:
    """When to renew a token: a week before its end, a day after it was given out at the soonest, spread over an hour by `chance`.

    One whose end nobody knows is renewed after that day: the answer tells its end.
    """
    soonest = issued_at + YOUNGEST + chance * _SPREAD
    if expires_at is None:
        return soonest
    return min(max(expires_at - BEFORE_ITS_END + chance * _SPREAD, soonest), max(expires_at, issued_at))


async def _publish(conn: Conn, kept: SealedToken, account: Account | None, now: datetime) -> None:
    if account is not None:
        await changes.publish(conn, kept.workspace_id, [AccountUpdated(type="account_updated", account=account)], now)
