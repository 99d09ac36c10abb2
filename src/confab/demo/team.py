"""Harbour Bakery: its people, its accounts, and what they did about their conversations, through our own API."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

import httpx2
import structlog

from confab.accounts import connect, connecting, vault
from confab.demo.history import Chore
from confab.demo.people import Where
from confab.model.inbox import AgentId, IgId, Role, WorkspaceId
from confab.settings import Settings
from confab.store import accounts, ids
from confab.store import team as store
from confab.store.db import Conn, Database, Doors
from confab.team import sign_in
from confab.team.passwords import Passwords

log = structlog.get_logger()

WORKSPACE = "Harbour Bakery"
EMAIL = "demo@confab.example"
ACCOUNTS: dict[Where, tuple[str, str]] = {
    "bread": ("17841461234567890", "harbour.bakery"),
    "cakes": ("17841469876543210", "harbour.cakes"),
}
CLUB = ("17841463216549870", "harbour.club")
"""Whose customers can connect. None of those who live here write to it, so that nobody else's conversation fills with links."""
EVERY = (*ACCOUNTS.values(), CLUB)
_PEOPLE: tuple[tuple[str, str, Role], ...] = (
    (EMAIL, "Robin Harbour", "owner"),
    ("mara@confab.example", "Mara Lindholm", "admin"),
    ("lou@confab.example", "Lou Ferreira", "agent"),
    ("nadia@confab.example", "Nadia Osman", "agent"),
)
TEAM = len(_PEOPLE)
_PAGE = 100
_AT_ONCE = 4
_FIRST = 20
_LOOK_S = 0.3

Json = dict[str, Any]  # a JSON object of our own API


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody who answers, and a bearer token of theirs."""

    id: AgentId
    token: str = field(repr=False)


async def found(settings: Settings, doors: Doors, password: str, access_tokens: Sequence[str], since: datetime) -> list[Member]:
    """The team with its accounts, answering since then, made if it is not there; with a fresh token for each member, the
    demo's own first. The database must be up to date."""
    now = datetime.now(UTC)
    hashed = await Passwords().hashed(password)
    async with Database.open(doors.worker, size=1) as worker, worker.transaction() as conn:
        known = next((one.id for one in await store.workspaces(conn) if one.name == WORKSPACE), None)
    workspace = known or WorkspaceId(ids.new(now))
    async with Database.open(doors.app, size=1) as db, db.viewing(workspace) as conn:
        if known is None:
            await store.create_workspace(conn, workspace, WORKSPACE, now)
        members = [
            await _member(conn, workspace, email, name, role, hashed if email == EMAIL else None, now)
            for email, name, role in _PEOPLE
        ]
        for (ig_id, username), token in zip(EVERY, access_tokens, strict=False):  # one begun long ago has no club
            given = connect.Connection(ig_id=IgId(ig_id), username=username, access_token=token, expires_at=None)
            added = await connect.add(conn, vault.opened_by(settings), workspace, given, now)
            await accounts.date_back(conn, workspace, added.id, since)
            if (ig_id, username) == CLUB:
                await connecting.decide(conn, workspace, added.id, connects=True, pace=connecting.EveryMessage(), now=now)
    return members


class Api:
    """Our own API, as one of the team."""

    def __init__(self, origin: str, member: Member) -> None:
        headers = {"authorization": f"Bearer {member.token}"}
        self._client = httpx2.AsyncClient(base_url=f"{origin}/api/v1", headers=headers, trust_env=False, timeout=30)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def ask(self, method: str, path: str, body: Json | None = None, **query: str | int) -> Json:
        """One call. Raises httpx2.HTTPError when it is refused."""
        answer = await self._client.request(method, path, json=body, params=query)
        return answer.raise_for_status().json()

    async def conversations(self) -> AsyncIterator[Json]:
        """Every conversation, newest first."""
        page = await self.ask("GET", "/conversations", limit=_PAGE)
        while True:
            for item in page["items"]:
                yield item
            if page["next"] is None:
                return
            page = await self.ask("GET", "/conversations", limit=_PAGE, cursor=page["next"])


class Work:
    """What the team did about the past: first about what one sees first, then about the rest."""

    def __init__(self, origin: str, members: Sequence[Member], chores: Sequence[Chore]) -> None:
        self._origin = origin
        self._members = members
        self._chores = {chore.igsid: chore for chore in chores}
        self._rest: list[tuple[str, Chore]] = []

    async def begin(self, expected: int) -> None:
        """The chores of the newest conversations, once there are as many as are expected."""
        async with Api(self._origin, self._members[0]) as api:
            while len(known := [one async for one in api.conversations()]) < expected:  # noqa: ASYNC110 -- another process brings them
                await asyncio.sleep(_LOOK_S)
        todo = [(one["id"], self._chores[igsid]) for one in known if (igsid := one["participant"]["ig_id"]) in self._chores]
        self._rest = todo[_FIRST:]
        await self._do(todo[:_FIRST])

    async def finish(self) -> None:
        """All the others."""
        await self._do(self._rest)

    async def _do(self, todo: Sequence[tuple[str, Chore]]) -> None:
        """A few at a time, the members taking turns."""
        async with AsyncExitStack() as stack:
            apis = [await stack.enter_async_context(Api(self._origin, member)) for member in self._members]
            waiting = iter(list(zip(todo, itertools.cycle(apis), strict=False)))

            async def some() -> None:
                for (conversation, chore), api in waiting:
                    await _try(api, self._members, chore, f"/conversations/{conversation}")

            async with asyncio.TaskGroup() as tasks:
                for _ in range(_AT_ONCE):
                    tasks.create_task(some())


async def _try(api: Api, members: Sequence[Member], chore: Chore, path: str) -> None:
    """Begun one day and finished another, a part may have become impossible: then it is left undone."""
    try:
        await _do(api, members, chore, path)
    except httpx2.HTTPStatusError as error:
        log.warning("chore_refused", status=error.response.status_code)


async def _do(api: Api, members: Sequence[Member], chore: Chore, path: str) -> None:
    if chore.is_read or chore.answer is not None:  # whoever answers has read
        await api.ask("POST", f"{path}/read")
    for text in chore.notes:
        known = await api.ask("GET", f"{path}/notes")
        if not any(note["text"] == text for note in known["items"]):
            await api.ask("POST", f"{path}/notes", {"text": text})
    patch = dict(chore.patch)
    if chore.assignee is not None:
        patch["assignee_id"] = str(members[chore.assignee].id)
    if patch:
        await api.ask("PATCH", path, patch)
    if chore.answer is not None:
        await api.ask("POST", f"{path}/messages", {"client_key": f"demo {chore.igsid}", "text": chore.answer})


async def _member(
    conn: Conn, workspace: WorkspaceId, email: str, name: str, role: Role, password_hash: str | None, now: datetime
) -> Member:
    agent = AgentId(ids.new(now))
    if await store.create_agent(conn, agent, email=email, name=name, password_hash=password_hash, now=now):
        await store.join(conn, workspace, agent, role, now)
    else:
        known = await store.credentials(conn, email)
        agent = known.id if known is not None else agent
    return Member(id=agent, token=await sign_in.create_token(conn, workspace, agent, "demo", now))
