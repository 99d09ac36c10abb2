"""Files to Instagram, before the message that shows them: uploaded once for each account, else by a link. Rules UP6, UP7.

Nothing here sends anything: whoever dies in the middle has at most handed over a file twice.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from confab.clock import Clock
from confab.errors import GraphError, Rejected
from confab.graph import errors
from confab.graph.client import GraphClient, Outgoing
from confab.media import names, out
from confab.media.storage import Storage
from confab.model.inbox import WorkspaceId
from confab.model.outgoing import Attached, Handed, Linked
from confab.store import uploads
from confab.store.db import Database
from confab.store.uploads import UploadRow

_GOOD_FOR = timedelta(days=30)  # Meta does not say how long an id is
_AT_ONCE = 3
_ASK_AGAIN_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Where Instagram reaches us, and how links are signed: with the newest of the keys."""

    public_url: str
    keys: Callable[[], Sequence[bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who hands over, and with which token."""

    workspace_id: WorkspaceId
    account_id: UUID
    ig_id: str
    token: str


class Handing:
    """Hands files over. `links` None: Instagram cannot fetch anything here."""

    def __init__(self, db: Database, graph: GraphClient, storage: Storage, clock: Clock, links: Links | None) -> None:
        self._db = db
        self._graph = graph
        self._storage = storage
        self._clock = clock
        self._links = links
        self._closed_until: dict[UUID, datetime] = {}

    async def hand_over(self, account: Account, files: Sequence[UploadRow]) -> list[Handed]:
        """How Instagram gets each of these files, in their order. What the account handed over before is not uploaded again.

        Raises GraphError, Rejected where nothing helps; StorageFailed when our storage does not give a file.
        """
        closed_until = self._closed_until.get(account.account_id)
        if closed_until is not None and self._clock.now() < closed_until:
            return [self._linked(file) for file in files]
        keys = [file.key for file in files]
        async with self._db.viewing(account.workspace_id) as conn:
            known = await uploads.handed(conn, account.workspace_id, account.account_id, keys, self._clock.now() - _GOOD_FOR)
        missing = {file.key: file for file in files if file.key not in known}
        try:
            made = await self._uploaded(account, list(missing.values()))
        except Rejected as error:
            if not errors.takes_no_uploads(error):
                raise
            self._closed_until[account.account_id] = self._clock.now() + _ASK_AGAIN_AFTER
            return [self._linked(file, error) for file in files]
        ids = known | dict(zip(missing, made, strict=True))
        return [Attached(type="attached", attachment_id=ids[key]) for key in keys]

    async def again(self, account: Account, files: Sequence[UploadRow], error: GraphError) -> list[Handed] | None:
        """When Instagram refused a message because it does not know a file by its id: the files handed over anew.

        None when that is not what it said. For one attempt: a second refusal stands.
        """
        if not errors.is_unknown_upload(error):
            return None
        keys = [file.key for file in files]
        async with self._db.viewing(account.workspace_id) as conn:
            await uploads.take_back(conn, account.workspace_id, account.account_id, keys)
        return await self.hand_over(account, files)

    async def _uploaded(self, account: Account, files: Sequence[UploadRow]) -> list[str]:
        """All of them, also when one fails: what was handed over need not be again. Raises what failed first."""
        free = asyncio.Semaphore(_AT_ONCE)

        async def one(file: UploadRow) -> str:
            async with free:
                return await self._upload(account, file)

        ended = await asyncio.gather(*(one(file) for file in files), return_exceptions=True)
        for failed in ended:
            if isinstance(failed, BaseException):
                raise failed
        return [made for made in ended if isinstance(made, str)]

    async def _upload(self, account: Account, file: UploadRow) -> str:
        content = self._storage.read(file.workspace_id, file.digest, 0, file.size_bytes)
        outgoing = Outgoing(
            content=content, size_bytes=file.size_bytes, content_type=file.content_type, name=names.plain(file.name, file.kind)
        )
        made = await self._graph.upload(token=account.token, ig_id=account.ig_id, kind=file.kind, file=outgoing)
        async with self._db.viewing(account.workspace_id) as conn:
            await uploads.hand(conn, account.workspace_id, account.account_id, file.key, made, self._clock.now())
        return made

    def _linked(self, file: UploadRow, error: GraphError | None = None) -> Linked:
        if self._links is None:
            raise Rejected(
                "Instagram takes no uploads from this app, and cannot fetch files from here: set CONFAB_PUBLIC_URL to the "
                "address at which the internet reaches Confab.",
                graph_code=error.graph_code if error else None, subcode=error.subcode if error else None,
            )  # fmt: skip
        ticket = out.Ticket(
            workspace_id=file.workspace_id, digest=file.digest, content_type=file.content_type,
            name=names.plain(file.name, file.kind), until=self._clock.now() + out.GOOD_FOR,
        )  # fmt: skip
        return Linked(type="linked", url=out.link(self._links.public_url, self._links.keys()[0], ticket))
