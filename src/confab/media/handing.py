"""Files to Instagram, before the message that shows them: uploaded once for each account, else by a link. Rules UP6, UP7.

Nothing here sends anything: whoever dies in the middle has at most handed over a file twice.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from confab.clock import Clock
from confab.errors import GraphError, Rejected
from confab.graph import errors
from confab.graph.client import GraphClient, Outgoing
from confab.media import names, out
from confab.media.storage import Storage
from confab.model.inbox import WorkspaceId
from confab.model.outgoing import FileKind
from confab.store import uploads
from confab.store.db import Database

_GOOD_FOR = timedelta(days=30)  # Meta does not say how long an id is
_AT_ONCE = 3
_ASK_AGAIN_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who hands over, and with which token."""

    workspace_id: WorkspaceId
    account_id: UUID
    ig_id: str
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of our storage, and as what it is sent."""

    digest: bytes
    kind: FileKind
    content_type: str
    name: str
    size_bytes: int

    @property
    def key(self) -> uploads.File:
        """What Instagram knows it by."""
        return self.digest, self.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """Instagram has the file, and calls it so (rule S11)."""

    type: Literal["attached"]
    attachment_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """Instagram fetches the file here when the message goes out (rule S8)."""

    type: Literal["linked"]
    url: str


Handed = Attached | Linked
"""How Instagram gets a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Where Instagram reaches us, and the keys that links are signed with, newest first."""

    public_url: str
    keys: Callable[[], Sequence[bytes]]


class Handing:
    """Hands files over. `links` None: Instagram cannot fetch anything here."""

    def __init__(self, db: Database, graph: GraphClient, storage: Storage, clock: Clock, links: Links | None) -> None:
        self._db = db
        self._graph = graph
        self._storage = storage
        self._clock = clock
        self._links = links
        self._closed_until: dict[UUID, datetime] = {}

    async def hand_over(self, account: Account, files: Sequence[File]) -> list[Handed]:
        """How Instagram gets each of these files, in their order. What the account handed over before is not uploaded again.

        Raises GraphError, Rejected where nothing helps; StorageFailed when our storage does not give a file.
        """
        closed_until = self._closed_until.get(account.account_id)
        if closed_until is not None and self._clock.now() < closed_until:
            return [self._linked(account, file) for file in files]
        since = self._clock.now() - _GOOD_FOR
        async with self._db.viewing(account.workspace_id) as conn:
            keys = [file.key for file in files]
            known = await uploads.handed(conn, account.workspace_id, account.account_id, keys, since)
        missing = {file.key: file for file in files if file.key not in known}
        try:
            made = await self._uploaded(account, list(missing.values()))
        except Rejected as error:
            if not errors.takes_no_uploads(error):
                raise
            self._closed_until[account.account_id] = self._clock.now() + _ASK_AGAIN_AFTER
            return [self._linked(account, file, error) for file in files]
        ids = known | dict(zip(missing, made, strict=True))
        return [Attached(type="attached", attachment_id=ids[file.key]) for file in files]

    async def _uploaded(self, account: Account, files: Sequence[File]) -> list[str]:
        """All of them, also when one fails: what was handed over need not be again. Raises what failed first."""
        free = asyncio.Semaphore(_AT_ONCE)

        async def one(file: File) -> str:
            async with free:
                return await self._upload(account, file)

        ended = await asyncio.gather(*(one(file) for file in files), return_exceptions=True)
        for failed in ended:
            if isinstance(failed, BaseException):
                raise failed
        return [made for made in ended if isinstance(made, str)]

    async def _upload(self, account: Account, file: File) -> str:
        outgoing = Outgoing(
            content=self._storage.read(account.workspace_id, file.digest, 0, file.size_bytes), size_bytes=file.size_bytes,
            content_type=file.content_type, name=names.plain(file.name, file.kind),
        )  # fmt: skip
        made = await self._graph.upload(token=account.token, ig_id=account.ig_id, kind=file.kind, file=outgoing)
        async with self._db.viewing(account.workspace_id) as conn:
            await uploads.hand(conn, account.workspace_id, account.account_id, file.key, made, self._clock.now())
        return made

    def _linked(self, account: Account, file: File, error: GraphError | None = None) -> Linked:
        if self._links is None:
            raise Rejected(
                "Instagram takes no uploads from this app, and cannot fetch files from here: set CONFAB_PUBLIC_URL to the "
                "address at which the internet reaches Confab.",
                graph_code=error.graph_code if error else None, subcode=error.subcode if error else None,
            )  # fmt: skip
        ticket = out.Ticket(
            workspace_id=account.workspace_id, digest=file.digest, content_type=file.content_type,
            name=names.plain(file.name, file.kind), until=self._clock.now() + out.GOOD_FOR,
        )  # fmt: skip
        return Linked(type="linked", url=out.link(self._links.public_url, self._links.keys()[0], ticket))
