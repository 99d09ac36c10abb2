"""Tokens in use: one that ends soon is renewed meanwhile, and one that Meta refuses is mended. Rules AC10, AC19.

A refusal is believed after a second call, mended once where that can be, else said. However many calls of however many workers
fail at once, an account is mended once: the others wait, and find another token or the verdict.
"""

import asyncio
from datetime import datetime, timedelta

from confab.accounts.refresh import Refreshes
from confab.accounts.renewal import Fresh, Renewal
from confab.accounts.turns import BEFORE_ITS_END, YOUNGEST
from confab.accounts.vault import NO_KEY, Vault
from confab.clock import Clock
from confab.errors import GraphError, Misconfigured, Rejected, Unauthorised
from confab.graph.client import GraphClient
from confab.graph.token import Token
from confab.model.changes import AccountUpdated
from confab.model.inbox import AccountId, WorkspaceId
from confab.store import changes, health, tokens, wake
from confab.store.claims import TOKENS
from confab.store.db import Conn, Database
from confab.store.tokens import SealedToken
from confab.store.wake import Wake

_LONGEST = timedelta(minutes=2)  # more than two calls take
_LOOK_S = 0.2
_RECENT = timedelta(seconds=1)
_MOST_RECENT = 1000


class Lines:
    """Opens the tokens of accounts, each with what to do when it turns out to be dead."""

    def __init__(
        self, db: Database, graph: GraphClient, vault: Vault, clock: Clock, waker: Wake, renewal: Renewal, refreshes: Refreshes
    ) -> None:
        self._db = db
        self._graph = graph
        self._vault = vault
        self._clock = clock
        self._wake = waker
        self._renewal = renewal
        self._refreshes = refreshes
        self._recent: dict[tuple[WorkspaceId, AccountId], tuple[tuple[str, Token], datetime]] = {}  # oldest first

    async def of(self, conn: Conn, workspace: WorkspaceId, account: AccountId) -> tuple[str, Token] | None:
        """The account's id at Meta and its token; None without one, or when no key opens it: then the account says so.

        One that ends within a week is used, and renewed meanwhile.
        """
        kept = await tokens.get(conn, workspace, account)
        if kept is None:
            return None
        now = self._clock.now()
        if _ends_soon(kept, now) and await tokens.renew_soon(conn, kept, now):
            self._wake.say(wake.work(TOKENS.name))
        try:
            return kept.ig_id, self._token(kept)
        except Misconfigured:
            await _say(conn, kept, NO_KEY, now)
            return None

    async def recent(self, conn: Conn, workspace: WorkspaceId, account: AccountId) -> tuple[str, Token] | None:
        """The same as it was a second ago at most: for who knows besides that the account has a token now.

        One that was replaced meanwhile is mended like any that Meta refuses.
        """
        known, now = self._recent.get((workspace, account)), self._clock.now()
        if known is not None and abs(now - known[1]) < _RECENT:
            return known[0]
        found = await self.of(conn, workspace, account)
        self._recent.pop((workspace, account), None)
        if found is not None:
            self._recent[workspace, account] = found, now
        while len(self._recent) > _MOST_RECENT:
            self._recent.pop(next(iter(self._recent)))
        return found

    def _token(self, kept: SealedToken) -> Token:
        text = self._vault.open(kept.access_token, kept.workspace_id, kept.account_id)

        async def mend(dead: Token) -> Token | None:
            return await self._mend(kept, dead)

        return Token(text, kept.node_id, mend)

    async def _mend(self, before: SealedToken, dead: Token) -> Token | None:
        """The token to try once more with; None when there is none, which people have been told then."""
        while True:
            now = self._clock.now()
            until = now + _LONGEST
            async with self._db.transaction() as conn:
                kept = await tokens.get(conn, before.workspace_id, before.account_id)
                if kept is None or kept.is_dead:
                    return None
                current = Token(self._vault.open(kept.access_token, kept.workspace_id, kept.account_id), kept.node_id)
                if current != dead:
                    return current  # somebody was faster
                is_ours = await tokens.begin_mending(conn, kept, until, now)
            if is_ours:
                return await self._mended(kept, current, until)
            await asyncio.sleep(_LOOK_S)

    async def _mended(self, kept: SealedToken, current: Token, until: datetime) -> Token | None:
        try:
            await self._graph.me(token=current)
        except Unauthorised as sure:
            return await self._replaced(kept, sure)
        except GraphError:
            return None
        else:
            return current
        finally:
            async with self._db.transaction() as conn:
                await tokens.end_mending(conn, kept, until)

    async def _replaced(self, kept: SealedToken, sure: Unauthorised) -> Token | None:
        """Instagram renews no dead token (T7); a Page's is derived again, while the person's lives."""
        now = self._clock.now()
        try:
            fresh = await self._renewal.derived(kept)
        except (Unauthorised, Rejected, Misconfigured):
            fresh = None
        except GraphError:
            return None  # nobody knows yet: what failed is tried again, and this with it
        if fresh is not None and fresh.token != self._vault.open(kept.access_token, kept.workspace_id, kept.account_id):
            return await self._kept(kept, fresh, now)
        async with self._db.transaction() as conn:
            await self._refreshes.dead(conn, kept, sure, now)
        self._wake.say(wake.changed(kept.workspace_id))
        return None

    async def _kept(self, kept: SealedToken, fresh: Fresh, now: datetime) -> Token:
        await self._refreshes.put(kept, fresh, now)
        return Token(fresh.token, kept.node_id)


def _ends_soon(kept: SealedToken, now: datetime) -> bool:
    """Whether it is to be renewed now rather than in its turn: TK1's week has begun, and Meta would take it (T6)."""
    if kept.ends_at is None or kept.due_at is None or kept.error is not None or kept.due_at <= now:
        return False
    return kept.ends_at - now < BEFORE_ITS_END and now - kept.issued_at >= YOUNGEST


async def _say(conn: Conn, kept: SealedToken, reason: str, now: datetime) -> None:
    account = await health.mark_dead(conn, kept.workspace_id, kept.account_id, reason)
    if account is not None:
        changes.publish(conn, kept.workspace_id, [AccountUpdated(type="account_updated", account=account)], now)
