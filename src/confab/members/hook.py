"""Tell a company's own program what happens in libraries: one signed request for each event. Rules LB8, LB9."""

import hmac
from datetime import datetime
from uuid import UUID

import httpx2
import msgspec

from confab.clock import Clock
from confab.errors import HookFailed, Misconfigured
from confab.model.inbox import WorkspaceId
from confab.store import library
from confab.store.claims import Due
from confab.store.db import Database

_TIMEOUT_S = 10.0


class Hook:
    """Handles claimed events; the worker removes what was told."""

    def __init__(self, db: Database, clock: Clock, *, url: str | None, key: str | None) -> None:
        self._db = db
        self._clock = clock
        self._url = url
        self._key = key

    async def run(self, due: Due) -> None:
        """Hand one event over; done with any answer from 200 to 299. Who gets it twice knows it by its id.

        Raises HookFailed to try again.
        """
        workspace, event = WorkspaceId(UUID(str(due.key[0]))), UUID(str(due.key[1]))
        async with self._db.transaction() as conn:
            waiting = await library.to_tell(conn, workspace, event)
        if waiting is None:
            return
        if self._url is None or self._key is None:
            raise Misconfigured("There is nobody to tell: set CONFAB_LIBRARY_HOOK_URL and CONFAB_LIBRARY_HOOK_KEY.")
        body = msgspec.json.encode({"id": str(event), **waiting.body})
        await self._post(self._url, body, signed(self._key, str(event), body, self._clock.now()))

    async def _post(self, url: str, body: bytes, headers: dict[str, str]) -> None:
        try:
            async with httpx2.AsyncClient(trust_env=False, timeout=_TIMEOUT_S, follow_redirects=False) as http:
                answer = await http.post(url, content=body, headers=headers)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise HookFailed(f"the program cannot be reached ({type(error).__name__})") from None
        if not answer.is_success:
            raise HookFailed(f"the program answered {answer.status_code}")


def signed(key: str, event_id: str, body: bytes, now: datetime) -> dict[str, str]:
    """The headers of a request: HMAC-SHA256 over the time, a dot and the body, so that an old request cannot be sent anew."""
    at = str(int(now.timestamp()))
    signature = hmac.new(key.encode(), at.encode() + b"." + body, "sha256").hexdigest()
    return {
        "content-type": "application/json", "user-agent": "Confab", "confab-event-id": event_id, "confab-timestamp": at,
        "confab-signature": f"v1={signature}",
    }  # fmt: skip
