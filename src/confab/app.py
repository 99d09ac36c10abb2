"""The web process: builds what it is made of, knows every room that it shows, and starts every task behind it."""

import asyncio
import socket
import time
import traceback
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import structlog
import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from confab import running
from confab.accounts import meta_apps, vault
from confab.api import problems, routes, static, uploads, webhook
from confab.api.metrics import Metrics
from confab.api.services import Services
from confab.api.stream import Stream
from confab.clock import Clock
from confab.errors import Misconfigured
from confab.inbox import watch
from confab.inbox.publish import Hub
from confab.inbox.receive import Ledger, Receiver, Signatory
from confab.media import guard
from confab.media.download import Downloads
from confab.media.keep import Keeper
from confab.media.relay import Relays
from confab.media.storage import Storage
from confab.media.studio import Studio
from confab.media.uploads import Uploads
from confab.members.oidc import Oidc
from confab.members.tokens import Mint
from confab.settings import Settings
from confab.store import heartbeats, tallies
from confab.store.db import REFUSED, Database, Doors
from confab.store.tallies import Tally
from confab.store.wake import Wake, work
from confab.team.passwords import Passwords

log = structlog.get_logger()

STREAM = "/api/v1/stream"

_OURS = ("api", "connect", "demo", "healthz", "library", "media", "meta", "metrics", "readyz", "verify")  # not the web inbox's
_LARGEST_BODY = 1 << 20
_POOL = 10
_LEDGER_POOL = 2
_GRACE_S = 5
_APPS_EVERY_S = 10
_BEAT_EVERY_S = 20.0
_BEATS_MISSED = timedelta(seconds=90)
_RELAYS = 16  # connections to Meta's media hosts for what is passed on


class Front:
    """The one ASGI callable of a web process: sends each request to the room whose address it has.

    The webhook and the stream come before the framework, because one may never be slow and the other lasts for hours.
    """

    def __init__(
        self,
        *,
        services: Services,
        api: ASGIApp,
        web: ASGIApp,
        hook: webhook.Webhook,
        stream: ASGIApp,
        hub: Hub,
        media_origin: str | None = None,
    ) -> None:
        self.services = services
        self.hub = hub
        self.webhook = hook
        self._api = api
        self._web = web
        self._stream = stream
        self._headers = security(media_origin)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request: with our security headers, counted, and never with more than one meaning."""
        if scope["type"] != "http":
            await _refuse_socket(scope, receive, send)
            return
        if scope["path"] == webhook.PATH:  # counts its own answers
            await self.webhook(scope, receive, send)
            return
        door, room = self._room(scope)
        scope.setdefault("state", {})["services"] = self.services
        answer = _Answer(send, self._headers)
        began = time.perf_counter()
        try:
            await room(scope, _capped(receive) if door == "api" and not _counts_itself(scope) else receive, answer)
        except Exception as error:  # noqa: BLE001 -- the top loop of a request: say so, and let the others go on
            log.error("request_crashed", door=door, error=type(error).__name__, where=_where(error))  # noqa: TRY400
            if answer.status is None:
                await problems.unexpected()(scope, receive, answer)
        finally:
            metrics = self.services.metrics
            metrics.requests.labels(door, str(answer.status or "aborted")).inc()
            if door != "stream":
                metrics.seconds.labels(door).observe(time.perf_counter() - began)

    def _room(self, scope: Scope) -> tuple[str, ASGIApp]:
        path: str = scope["path"]
        if path == STREAM and scope["method"] == "GET":
            return "stream", self._stream
        if path.split("/", 2)[1:2] and path.split("/", 2)[1] in _OURS:
            return "api", _too_large if _is_too_large(scope) and not _counts_itself(scope) else self._api
        return "web", self._web


class _Answer:
    """Passes an answer on with our headers, and remembers how it began."""

    def __init__(self, send: Send, headers: list[tuple[bytes, bytes]]) -> None:
        self._send = send
        self._headers = headers
        self.status: int | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message = {**message, "headers": [*message.get("headers", []), *self._headers]}
        await self._send(message)


def security(media_origin: str | None) -> list[tuple[bytes, bytes]]:
    """The headers of every answer. `media_origin`: where our storage itself gives pictures, films and sounds."""
    also = f" {media_origin}" if media_origin else ""
    policy = (
        f"default-src 'self'; img-src 'self' data: blob:{also}; media-src 'self' blob:{also}; worker-src 'self'; "
        "frame-ancestors 'none'"
    )
    return [
        (b"content-security-policy", policy.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
    ]


def storage_of(settings: Settings) -> Storage:
    """Where media are kept. Raises Misconfigured when browsers are to be sent to a storage that cannot answer them."""
    storage = Storage.at(settings.media_url, settings.data_dir)
    if settings.media_redirect and not storage.may_sign:
        raise Misconfigured("CONFAB_MEDIA_REDIRECT needs a storage that speaks S3: set CONFAB_MEDIA_URL to s3://…, or unset it.")
    return storage


def _provider(settings: Settings) -> Oidc | None:
    """Whom customers who connect sign in with."""
    if settings.oidc_issuer is None or settings.oidc_client_id is None:
        return None
    return Oidc(settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret, origin=settings.origin)


@asynccontextmanager
async def web_app(settings: Settings, doors: Doors, clock: Clock | None = None) -> AsyncGenerator[Front, None]:
    """A web process's ASGI callable, with all that runs behind it, for as long as the block lasts."""
    clock, storage = clock or Clock(), storage_of(settings)
    async with (
        Database.open(doors.app, size=_POOL) as db,
        Database.open(doors.app, size=_LEDGER_POOL) as ledger_db,
        Downloads.open(guard.allowed(settings.media_allow), max_bytes=settings.media_max_bytes, connections=_RELAYS) as downloads,
        aclosing(Studio()) as studio,
        asyncio.TaskGroup() as tasks,
    ):
        wake, keys = Wake(doors.app), vault.opened_by(settings)
        hub = Hub(db, clock, wake)
        ledger = Ledger(ledger_db, clock, lambda: wake.say(work("deliveries")))
        services = Services(
            settings=settings,
            clock=clock,
            db=db,
            wake=wake,
            passwords=Passwords(),
            metrics=Metrics(),
            storage=storage,
            relays=Relays(downloads),
            uploads=Uploads(db, Keeper(db, storage, studio, clock), clock),
            ledger=ledger,
            mint=Mint(keys=keys.current),
            vault=keys,
            oidc=_provider(settings),
            closing=asyncio.Event(),
        )
        known = Signatories(settings, db)
        await known.look()
        receiver = Receiver(ledger, known, verify_token=settings.meta_verify_token, max_bytes=settings.webhook_max_bytes)
        pulse = Pulse(db, clock, lambda: Tally(kept=ledger.count, unsigned=receiver.unsigned))
        always = (wake.run(), hub.run(), ledger.run(), known.run(), pulse.run())
        behind = [*(tasks.create_task(one) for one in always), *running.following(settings, clock, tasks)]
        hook = webhook.Webhook(receiver, services.metrics.webhook_answered)
        try:
            yield Front(
                services=services, api=routes.api(), web=static.load(), hook=hook, stream=Stream(services, hub), hub=hub,
                media_origin=await storage.origin() if settings.media_redirect else None,
            )  # fmt: skip
        finally:
            services.closing.set()
            for task in behind:
                task.cancel()


def served(front: Front) -> uvicorn.Config:
    """How our server speaks HTTP."""
    return uvicorn.Config(
        front,
        http=partial(webhook.Protocol, webhook=front.webhook),  # pyright: ignore[reportArgumentType] -- it only calls it
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=["127.0.0.1", "::1"],
        timeout_keep_alive=75,
        timeout_graceful_shutdown=_GRACE_S,
    )


async def run_web(settings: Settings, doors: Doors, listener: socket.socket) -> None:
    """Serve on a listening socket until told to stop."""
    async with web_app(settings, doors) as front:
        server = _Server(served(front))

        def stop() -> None:
            front.services.closing.set()
            front.hub.close()
            server.should_exit = True

        running.on_signals(stop)
        await server.serve(sockets=[listener])


class Signatories:
    """Whose signatures count: every secret of the environment's app, and of each Meta app beside it. Rules H7, D6."""

    def __init__(self, settings: Settings, db: Database) -> None:
        secrets = (*settings.meta_app_secrets, *settings.instagram_app_secrets)
        self._own = [Signatory(secret=secret, app_id=None) for secret in secrets]
        self._known = self._own
        self._settings = settings
        self._db = db

    def __call__(self) -> Sequence[Signatory]:
        """All that are known now."""
        return self._known

    async def run(self) -> None:
        """Look for new ones now and then, until cancelled."""
        while True:
            try:
                await self.look()
            except REFUSED as error:
                log.warning("meta_apps_not_read", error=type(error).__name__)
            await asyncio.sleep(_APPS_EVERY_S)

    async def look(self) -> None:
        """Read which Meta apps there are."""
        async with self._db.transaction() as conn:
            others = await meta_apps.every(conn, vault.opened_by(self._settings))
        self._known = [*self._own, *(Signatory(secret=one, app_id=app.id) for app in others for one in app.secrets)]


class _Server(uvicorn.Server):
    """Uvicorn, but signals are ours: it would raise them again after it has stopped cleanly."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


class Pulse:
    """Says that webhooks reach us, so that whoever looks after the accounts knows when they did not; and how many came.

    `counts` are those of this process since its start.
    """

    def __init__(self, db: Database, clock: Clock, counts: Callable[[], Tally]) -> None:
        self._db = db
        self._clock = clock
        self._counts = counts
        self._told = Tally(kept=0, unsigned=0)

    async def run(self) -> None:
        """Beat now and then, until cancelled."""
        while True:
            try:
                await self.beat()
            except REFUSED as error:
                log.warning("heartbeat_missed", error=type(error).__name__)
            await asyncio.sleep(_BEAT_EVERY_S)

    async def beat(self) -> None:
        """Once."""
        now, counts = self._clock.now(), self._counts()
        fresh = Tally(kept=counts.kept - self._told.kept, unsigned=counts.unsigned - self._told.unsigned)
        async with self._db.transaction() as conn:
            await heartbeats.beat(conn, watch.LISTENING, _BEATS_MISSED, now)
            if fresh.kept or fresh.unsigned:
                await tallies.add(conn, fresh, now.replace(minute=0, second=0, microsecond=0))
        self._told = counts


def _counts_itself(scope: Scope) -> bool:
    return scope["path"] == uploads.PATH and scope["method"] == "POST"


def _is_too_large(scope: Scope) -> bool:
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    return any(not value.isdigit() or int(value) > _LARGEST_BODY for value in lengths)


def _where(error: BaseException) -> str:
    """The way to the error, innermost last; without its text, which may quote what a customer wrote."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    return " > ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)


def _capped(receive: Receive) -> Receive:
    """The same body, but an endless one ends in an error that the framework answers with 400."""
    seen = 0

    async def capped() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > _LARGEST_BODY:
            raise ValueError("too large")
        return message

    return capped


async def _too_large(scope: Scope, receive: Receive, send: Send) -> None:
    await problems.answer(413, "too_large", f"A request may have {_LARGEST_BODY} bytes.")(scope, receive, send)


async def _refuse_socket(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1000})
        return
    raise Misconfigured("The lifespan protocol is not used here: run the app through `confab serve`.")
