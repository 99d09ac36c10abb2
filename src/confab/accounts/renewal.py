"""How a token is exchanged for a fresh one, by the login that gave it. Rules T6, T15, T22; AC9, AC10."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from confab.accounts.oauth import Entrances
from confab.accounts.vault import Vault
from confab.clock import Clock
from confab.errors import Unauthorised
from confab.graph.client import GraphClient
from confab.graph.login import LoginClient
from confab.store.db import Database
from confab.store.tokens import SealedToken


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """What came: a token and its end; of Facebook's login also the person's."""

    token: str = field(repr=False)
    expires_at: datetime | None
    person: str | None = field(default=None, repr=False)
    person_expires_at: datetime | None = None

    @property
    def ends_at(self) -> datetime | None:
        """When the link ends unless it is renewed: a Page's token has no date, but the person's has."""
        return self.person_expires_at if self.person is not None else self.expires_at


class Renewal:
    """Exchanges tokens. Raises GraphError as Meta refuses."""

    def __init__(
        self, db: Database, graph: GraphClient, meta: LoginClient, vault: Vault, clock: Clock, entrances: Entrances
    ) -> None:
        self._db = db
        self._graph = graph
        self._meta = meta
        self._vault = vault
        self._clock = clock
        self._entrances = entrances

    async def fresh(self, kept: SealedToken) -> Fresh:
        """Another sixty days: for Instagram's own token, or for the person's, from which the Page's is derived again."""
        if kept.user_token is not None:
            return await self._of_person(kept, self._vault.open(kept.user_token, kept.workspace_id, kept.account_id))
        token = self._vault.open(kept.access_token, kept.workspace_id, kept.account_id)
        made = await self._graph.refresh(token=token)
        return Fresh(token=made.access_token, expires_at=self._ends(made.expires_in))

    async def derived(self, kept: SealedToken) -> Fresh | None:
        """A Page's token anew from the person's as it is; None where there is none."""
        if kept.user_token is None:
            return None
        person = self._vault.open(kept.user_token, kept.workspace_id, kept.account_id)
        page = await self._page(kept, person)
        return Fresh(token=page, expires_at=None, person=person, person_expires_at=kept.user_token_expires_at)

    async def _of_person(self, kept: SealedToken, person: str) -> Fresh:
        async with self._db.transaction() as conn:
            app = await self._entrances.app_of(conn, self._vault, "facebook", kept.app_id)
        made = await self._meta.renew_person(app, person)
        page = await self._page(kept, made.token)
        return Fresh(token=page, expires_at=None, person=made.token, person_expires_at=self._ends(made.expires_in))

    async def _page(self, kept: SealedToken, person: str) -> str:
        for page in await self._meta.pages(person):
            if page.id == kept.node_id:
                return page.access_token
        raise Unauthorised("The person who connected it does not manage the Page any more, or does not share it.")

    def _ends(self, expires_in: int | None) -> datetime | None:
        return self._clock.now() + timedelta(seconds=expires_in) if expires_in is not None else None
