"""`GET /api/v1/stream`: server-sent events, as pure ASGI so that the end of a connection is noticed at once."""

import asyncio
from urllib.parse import parse_qs

from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send

from confab.api import problems
from confab.api.access import Access, identify
from confab.api.services import Services
from confab.errors import ConfabError, Invalid
from confab.inbox.publish import Hub, Subscription

_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
]


class Stream:
    """Signs the listener in, then hands the connection to the hub until either side ends it."""

    def __init__(self, services: Services, hub: Hub) -> None:
        self._services = services
        self._hub = hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection."""
        try:
            connection = HTTPConnection(scope)
            after = _after(connection)
            access = await identify(self._services, connection)
        except ConfabError as error:
            await problems.of(error)(scope, receive, send)
            return
        await self._serve(access, after, receive, send)

    async def _serve(self, access: Access, after: int | None, receive: Receive, send: Send) -> None:
        subscription = await self._hub.join(access.viewer.workspace_id, access.session_id, access.viewer.role)
        try:
            await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
            async with asyncio.TaskGroup() as group:
                pump = group.create_task(self._pump(subscription, after, send))
                while (await receive())["type"] != "http.disconnect":
                    pass
                pump.cancel()
        finally:
            self._hub.leave(subscription)

    async def _pump(self, subscription: Subscription, after: int | None, send: Send) -> None:
        async def write(data: bytes) -> None:
            await send({"type": "http.response.body", "body": data, "more_body": True})

        await self._hub.pump(subscription, after, write)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _after(connection: HTTPConnection) -> int | None:
    """Where to go on: what the browser remembers wins over what the page asked for at first."""
    given = (
        connection.headers.get("last-event-id")
        or parse_qs(connection.scope["query_string"].decode("latin-1")).get("after", [None])[0]
    )
    if given is None:
        return None
    if not given.isascii() or not given.isdigit() or len(given) > 18:
        raise Invalid("`after` is a number of the change feed, as `seq` in every answer.", field="after")
    return int(given)
