"""Tokens that stay alive: each is renewed before it ends, and what cannot be renewed is said while there is time to act.

A token is a due row, so several workers renew it once; whoever comes second finds another token in its place. A worker that
dies after Meta's answer leaves the old token, which is still good, and it is renewed again. Rules TK1-TK6 of docs/spec/inbox.md.
"""

import random
from datetime import datetime, timedelta
from uuid import UUID

from confab.accounts.renewal import Fresh, Renewal
from confab.accounts.turns import YOUNGEST, due_at
from confab.accounts.vault import NO_KEY, Vault
from confab.clock import Clock
from confab.errors import GraphError, Misconfigured, Rejected, Unauthorised
from confab.graph.client import GraphClient
from confab.graph.token import Token
from confab.model.changes import AccountUpdated
from confab.model.inbox import Account, AccountId, WorkspaceId
from confab.store import changes, checkups, health, tokens, wake
from confab.store.claims import Due
from confab.store.db import Conn, Database
from confab.store.tokens import SealedToken
from confab.store.wake import Wake

_AGAIN = timedelta(days=1)
_ENDED = "The access token has expired: connect the account again."
_DEAD = "Instagram no longer accepts the access token: {reason} Connect the account again."
_REFUSED = "Instagram does not renew the access token, which ends {when}: connect the account again before. {reason}"


class Refreshes:
    """Renews tokens that are due."""

    def __init__(self, db: Database, graph: GraphClient, vault: Vault, clock: Clock, waker: Wake, renewal: Renewal) -> None:
        self._db = db
        self._graph = graph
        self._vault = vault
        self._renewal = renewal
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
            ends = kept.ends_at
            is_over = ends is not None and ends <= now
            if is_over:
                await self._dead(conn, kept, _ENDED, now)
            elif now < kept.issued_at + YOUNGEST:
                again = due_at(kept.issued_at, ends, random.random())  # noqa: S311 -- spread
                await tokens.put_off(conn, kept, again, None)
                return
        if not is_over:
            await self._renew(kept)
        self._wake.say(wake.changed(workspace))

    async def _renew(self, kept: SealedToken) -> None:
        try:
            token = Token(self._vault.open(kept.access_token, kept.workspace_id, kept.account_id), kept.node_id)
        except Misconfigured:
            async with self._db.transaction() as conn:
                await self._dead(conn, kept, NO_KEY, self._clock.now())
            return
        try:
            fresh = await self._renewal.fresh(kept)
        except Unauthorised as error:
            await self._refused(kept, token, error)
        except (Rejected, Misconfigured) as error:
            await self._cannot(kept, error)
        else:
            await self.put(kept, fresh, self._clock.now())

    async def put(self, kept: SealedToken, fresh: Fresh, now: datetime) -> None:
        """A fresh token in the place of the one that was exchanged, unless somebody has put another there meanwhile."""
        workspace, account = kept.workspace_id, kept.account_id
        sealed = self._vault.seal(fresh.token, workspace, account)
        person = self._vault.seal(fresh.person, workspace, account) if fresh.person is not None else None
        again = due_at(now, fresh.ends_at, random.random())  # noqa: S311 -- spread
        async with self._db.transaction() as conn:
            if await tokens.renewed(
                conn, kept, sealed=sealed, expires_at=fresh.expires_at, due_at=again, now=now, user_token=person,
                user_token_expires_at=fresh.person_expires_at,
            ):  # fmt: skip
                await _publish(conn, kept, await health.touch(conn, workspace, account), now)

    async def dead(self, conn: Conn, kept: SealedToken, sure: Unauthorised, now: datetime) -> None:
        """Meta said twice that this token is dead: people are told why, and that they have to connect the account again."""
        await self._dead(conn, kept, _DEAD.format(reason=sure.detail), now)

    async def _refused(self, kept: SealedToken, token: Token, error: Unauthorised) -> None:
        """A 190 is believed when a second, harmless call says the same. Rules T14, E6."""
        try:
            await self._graph.me(token=token)
        except Unauthorised as sure:
            now = self._clock.now()
            async with self._db.transaction() as conn:
                await self._dead(conn, kept, _DEAD.format(reason=sure.detail), now)
        else:
            await self._cannot(kept, error)

    async def _cannot(self, kept: SealedToken, error: GraphError | Misconfigured) -> None:
        """It is alive and Meta does not renew it: people are told, and it is tried once a day until it ends."""
        now = self._clock.now()
        ends = kept.ends_at
        when = f"{ends:%d %B %Y}" if ends is not None else "some day"
        again = min(now + _AGAIN, ends) if ends is not None else now + _AGAIN
        async with self._db.transaction() as conn:
            await tokens.put_off(conn, kept, again, _REFUSED.format(when=when, reason=error.detail))
            await _publish(conn, kept, await health.touch(conn, kept.workspace_id, kept.account_id), now)

    async def _dead(self, conn: Conn, kept: SealedToken, reason: str, now: datetime) -> None:
        if await tokens.put_off(conn, kept, None, reason):
            account = await health.mark_dead(conn, kept.workspace_id, kept.account_id, reason)
            await checkups.make_due(conn, kept.workspace_id, now)
            await _publish(conn, kept, account, now)


async def _publish(conn: Conn, kept: SealedToken, account: Account | None, now: datetime) -> None:
    if account is not None:
        changes.publish(conn, kept.workspace_id, [AccountUpdated(type="account_updated", account=account)], now)
