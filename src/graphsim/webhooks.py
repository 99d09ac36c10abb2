"""Webhooks on their way: queued, broken on purpose, batched, signed, posted, sent again. Family H of the rules."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import aiohttp

from graphsim import events, wire
from graphsim.clock import Timeline
from graphsim.events import Event
from graphsim.faults import EVENT_EFFECTS, Faults
from graphsim.logs import Attempt, Delivery, Log

ONE_HOUR_MS = 3600 * 1000
GIVE_UP_MS = 36 * ONE_HOUR_MS
KEPT_BYTES = 16 * 1024 * 1024
_UNUSED_S = 4.0  # then a connection goes: sooner than our server ends it
_OURS = aiohttp.ClientTimeout(total=None)
RETRY_S = (0.0, 1.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1200.0, 3600.0)


@dataclass(slots=True, kw_only=True)
class Settings:
    """How events travel. `sign_with` is the secret of the signature (H7); `linger_ms` lets a batch fill."""

    callback: str | None = None
    sign_with: str = ""
    verify_token: str = ""
    batch_max: int = 1000
    linger_ms: int = 0
    in_flight: int = 8
    timeout_s: float = 5.0
    retry_s: tuple[float, ...] = RETRY_S
    unsubscribe: bool = True
    is_paused: bool = False


@dataclass(slots=True, kw_only=True)
class _Queue:
    events: deque[Event] = field(default_factory=deque[Event])
    again: deque[Delivery] = field(default_factory=deque[Delivery])
    held: list[Event] = field(default_factory=list[Event])
    retrying: list[Delivery] = field(default_factory=list[Delivery])
    in_flight: int = 0
    on_their_way: list[Delivery] = field(default_factory=list[Delivery])
    failing_since_ms: int | None = None


class Dispatcher:
    """Takes events and sees to it that they reach the callback, or that it is known that they did not."""

    def __init__(
        self,
        timeline: Timeline,
        settings: Settings,
        log: Log[Delivery],
        on_disabled: Callable[[], None],
    ) -> None:
        self.settings = settings
        self._timeline = timeline
        self._log = log
        self._on_disabled = on_disabled
        self._queue = _Queue()
        self._kept: deque[Delivery] = deque()
        self._kept_bytes = 0
        self._wake = asyncio.Event()
        self._settled = asyncio.Event()
        self._settled.set()

    def put(self, found: Sequence[Event], faults: Faults) -> None:
        """Queue events, after what faults do to them. Rules H13, H14."""
        for event in found:
            self._put_one(event, faults)
        self._stir()

    def put_body(self, body: bytes, *, signature: str | None, secret: str | None, updates: int) -> Delivery:
        """Queue a whole body as it stands, signed with this secret or carrying this signature."""
        delivery = self._delivery(body, (), updates, secret, signature)
        self._queue.again.append(delivery)
        self._stir()
        return delivery

    def pending(self) -> dict[str, int]:
        """How much has not arrived yet, by where it waits."""
        queue = self._queue
        return {
            "events": len(queue.events),
            "held": len(queue.held),
            "in_flight": queue.in_flight + len(queue.again),
            "retrying": len(queue.retrying),
        }

    def undelivered(self) -> tuple[list[Event], list[Delivery]]:
        """The events and the whole bodies that are not known to have arrived, oldest first."""
        queue = self._queue
        return [*queue.events, *queue.held], [*queue.retrying, *queue.again, *queue.on_their_way]

    async def settle(self) -> None:
        """Wait until nothing is queued or in flight; retries that wait for their time do not count."""
        if self._queue.held:
            self._queue.events.extend(self._queue.held)
            self._queue.held.clear()
            self._stir()
        await self._settled.wait()

    def stir(self) -> None:
        """Look again: the settings have changed."""
        self._stir()

    def reset(self) -> None:
        """Forget everything that has not been posted."""
        in_flight = self._queue.in_flight
        self._queue = _Queue(in_flight=in_flight)
        self._stir()

    async def run(self) -> None:
        """Post what is queued, several at a time; never returns."""
        connector = aiohttp.TCPConnector(limit=64, keepalive_timeout=_UNUSED_S, ssl=False)
        async with (
            aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as client,
            asyncio.TaskGroup() as group,
        ):
            while True:
                await self._wake.wait()
                self._wake.clear()
                if self.settings.linger_ms:
                    await asyncio.sleep(self.settings.linger_ms / 1000)
                while (delivery := self._next()) is not None:
                    self._queue.in_flight += 1
                    group.create_task(self._post(client, delivery))
                self._note()

    def _put_one(self, event: Event, faults: Faults) -> None:
        targets = ("webhook", "echo") if event.is_echo else ("webhook",)
        fault = faults.take(targets, EVENT_EFFECTS, event.account, event.igsid)
        if fault is None:
            self._queue.events.append(event)
            self._queue.events.extend(self._queue.held)
            self._queue.held.clear()
        elif fault.effect == "duplicate":
            self._queue.events.extend([event] * (1 + fault.times))
        elif fault.effect == "delay":
            self._timeline.at(self._timeline.clock.now_ms() + round(fault.seconds * 1000), lambda: self._put_late(event))
        elif fault.effect == "reorder":
            self._queue.held.append(event)

    async def _put_late(self, event: Event) -> None:
        self._queue.events.append(event)
        self._stir()

    def _stir(self) -> None:
        self._wake.set()
        self._note()

    def _note(self) -> None:
        queue = self._queue
        waiting = not self.settings.is_paused and (queue.events or queue.again)
        if waiting or queue.in_flight:
            self._settled.clear()
        else:
            self._settled.set()

    def _next(self) -> Delivery | None:
        queue, settings = self._queue, self.settings
        if settings.is_paused or queue.in_flight >= settings.in_flight:
            return None
        if queue.again:
            return queue.again.popleft()
        if not queue.events:
            return None
        count = min(len(queue.events), max(1, settings.batch_max))
        batch = [queue.events.popleft() for _ in range(count)]
        body = wire.encode(events.envelope(batch, self._timeline.clock.now_ms()))
        accounts = tuple(dict.fromkeys(event.account for event in batch))
        return self._delivery(body, accounts, count, None, None)

    def _delivery(
        self, body: bytes, accounts: tuple[str, ...], updates: int, secret: str | None, signature: str | None
    ) -> Delivery:
        key = secret if secret is not None else self.settings.sign_with
        return self._log.add(
            lambda seq: Delivery(
                seq=seq,
                at_ms=self._timeline.clock.now_ms(),
                body=body,
                signature=wire.signature(key, body) if signature is None else signature,
                legacy_signature=wire.legacy_signature(key, body),
                accounts=accounts,
                updates=updates,
            ),
            "deliveries",
        )

    async def _post(self, client: aiohttp.ClientSession, delivery: Delivery) -> None:
        self._queue.on_their_way.append(delivery)
        try:
            await self._attempt(client, delivery)
            self._forget(delivery)  # cut off by the end, it stays on its way
        finally:
            self._queue.in_flight -= 1
            self._stir()

    def _forget(self, delivery: Delivery) -> None:
        if delivery in self._queue.on_their_way:
            self._queue.on_their_way.remove(delivery)

    async def _attempt(self, client: aiohttp.ClientSession, delivery: Delivery) -> None:
        url = self.settings.callback
        if url is None:
            delivery.state = "no_callback"
            return
        loop = asyncio.get_running_loop()
        began = loop.time()
        status, error = await self._call(client, url, delivery)
        now = self._timeline.clock.now_ms()
        took_ms = round((loop.time() - began) * 1000, 1)
        delivery.attempts.append(Attempt(at_ms=now, status=status, error=error, took_ms=took_ms))
        if status is not None and 200 <= status < 300:
            delivery.state = "delivered"
            self._keep(delivery)
            self._queue.failing_since_ms = None
        else:
            self._failed(delivery, now)

    def _keep(self, delivery: Delivery) -> None:
        """Keep the bodies of the last deliveries for the log, the older ones only by their facts."""
        self._kept.append(delivery)
        self._kept_bytes += len(delivery.body)
        while self._kept_bytes > KEPT_BYTES:
            oldest = self._kept.popleft()
            self._kept_bytes -= len(oldest.body)
            oldest.body = b""

    async def _call(self, client: aiohttp.ClientSession, url: str, delivery: Delivery) -> tuple[int | None, str | None]:
        headers = {
            "content-type": "application/json",
            "user-agent": "facebookexternalua",
            "x-hub-signature": delivery.legacy_signature,
            "x-hub-signature-256": delivery.signature,
        }
        try:
            async with (
                asyncio.timeout(self.settings.timeout_s),
                client.post(url, data=delivery.body, headers=headers, timeout=_OURS, allow_redirects=False) as answer,
            ):
                await answer.read()
        except TimeoutError:
            return None, "timeout"
        except (aiohttp.ClientError, OSError) as error:
            return None, type(error).__name__
        return answer.status, None

    def _failed(self, delivery: Delivery, now: int) -> None:
        """Try again later, or give up. Rules H8 to H10."""
        queue, settings = self._queue, self.settings
        queue.failing_since_ms = queue.failing_since_ms or now
        if settings.unsubscribe and now - queue.failing_since_ms >= ONE_HOUR_MS:
            delivery.state = "abandoned"
            self._disable()
            return
        pause_s = settings.retry_s[min(len(delivery.attempts), len(settings.retry_s)) - 1] if settings.retry_s else None
        if pause_s is None or now - delivery.at_ms > GIVE_UP_MS:
            delivery.state = "abandoned"
            return
        delivery.state = "retrying"
        queue.retrying.append(delivery)
        self._timeline.at(now + round(pause_s * 1000), lambda: self._again(delivery))

    async def _again(self, delivery: Delivery) -> None:
        if delivery in self._queue.retrying:
            self._queue.retrying.remove(delivery)
            self._queue.again.append(delivery)
            self._stir()

    def _disable(self) -> None:
        """Unsubscribe the app: what was not delivered never will be. Rule H10."""
        queue = self._queue
        for delivery in [*queue.retrying, *queue.again]:
            delivery.state = "abandoned"
        self._queue = _Queue(in_flight=queue.in_flight)
        self._on_disabled()
