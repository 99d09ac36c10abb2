"""The simulator as a whole: world, clock, logs, faults and deliveries, put together."""

import asyncio
from collections import deque
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Literal

from graphsim.assets import Shelf
from graphsim.clock import Clock, Timeline
from graphsim.events import Event
from graphsim.faults import Faults
from graphsim.fetcher import Fetcher
from graphsim.ids import Mint
from graphsim.insight_settings import InsightSettings
from graphsim.logs import Delivery, Log, Send
from graphsim.options import Options
from graphsim.rules.limits import Limits
from graphsim.state import World
from graphsim.webhooks import Dispatcher, Settings
from graphsim.wire import Doc


class Sim:
    """Everything a request needs; `reset` makes it new in place."""

    def __init__(self, options: Options, base_url: str) -> None:
        self.options = options
        self.base_url = base_url
        self.clock = Clock(options.clock, options.start_ms)
        self.timeline = Timeline(self.clock)
        self.fetcher = Fetcher()
        self.deliveries: Log[Delivery] = Log(5_000)
        self.sends: Log[Send] = Log(50_000)
        self.dispatcher = Dispatcher(self.timeline, Settings(), self.deliveries, self._unsubscribe_all)
        self.calls = 0
        self.undelivered = 0
        self.events = 0
        self.acts = 0
        self._gathered: list[Event] | None = None
        self._begin()

    def _begin(self) -> None:
        options = self.options
        self.mint = Mint(options.seed)
        self.world = World()
        self.shelf = Shelf(self.world, self.mint, self.clock, self.base_url)
        self.faults = Faults(self.mint)
        self.tally: dict[str, dict[str, dict[str, int]]] = {}  # calls and refusals by account and endpoint
        self.callbacks: deque[Doc] = deque(maxlen=1000)
        self.limits = Limits(is_on=options.clock == "real")
        self.latency_ms = options.latency_ms
        self.most_messages: int | None = None  # in one answer (C15)
        self.login_account: str | None = None
        self.login_is_denied = False
        self.login_unticked: tuple[str, ...] = ()
        self.login_user: str | None = None
        self.login_pages: tuple[str, ...] | None = None
        self.token_answer_is_wrapped = False
        self.refresh_keeps_token = False  # T6
        self.shows_instagram_subcodes = True  # T14
        self.facebook_code_gives: Literal["short", "long"] = "short"  # T21
        self.insights = InsightSettings()
        self.data_access_days: int | None = 90  # T24
        settings = self.dispatcher.settings
        fresh = Settings(callback=options.callback, sign_with=options.app_secret, verify_token=options.verify_token)
        for name in Settings.__slots__:
            setattr(settings, name, getattr(fresh, name))

    def reset(self) -> None:
        """Back to nothing: no state, no logs, no faults, the options' settings. `accounts.begin` fills it again."""
        self.timeline.clear()
        self.dispatcher.reset()
        self.deliveries.clear()
        self.sends.clear()
        self.calls = self.undelivered = self.events = 0
        self.clock.restart()
        self._begin()

    def now_ms(self) -> int:
        """The simulator's present moment."""
        return self.clock.now_ms()

    def emit(self, events: Sequence[Event]) -> None:
        """Send events to the callback, where the account is subscribed to their field. Rule H15."""
        if self._gathered is not None:
            self._gathered += events
            return
        wanted = [event for event in events if self._is_subscribed(event)]
        self.events += len(wanted)
        self.undelivered += len(events) - len(wanted)
        self.dispatcher.put(wanted, self.faults)

    @contextmanager
    def gathered(self) -> Generator[list[Event], None, None]:
        """What is emitted within the block goes into the list, not to the callback."""
        self._gathered = []
        try:
            yield self._gathered
        finally:
            self._gathered = None

    async def advance(self, to_ms: int) -> int:
        """Move the clock forward, running all that falls due. How many things ran."""
        return await self.timeline.advance(to_ms, self.settle)

    async def settle(self) -> None:
        """Wait until nothing is queued, in flight or overdue."""
        await self.dispatcher.settle()
        while self.timeline.has_due():
            await asyncio.sleep(0)
            await self.dispatcher.settle()

    async def run(self) -> None:
        """Deliver webhooks and run what falls due; never returns."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.timeline.run())
            group.create_task(self.dispatcher.run())
            group.create_task(self.fetcher.run())

    def _is_subscribed(self, event: Event) -> bool:
        """By the account and by the app, which must be published, for comments with Advanced Access. Rules H15, T20, T28."""
        account = self.world.accounts.get(event.account)
        app = next(iter(self.world.apps.values()), None)
        if event.field is None or account is None or app is None:
            return True
        is_open = app.mode == "live" and (app.access == "advanced" or event.field not in ("comments", "live_comments"))
        return is_open and event.field in account.subscribed_fields and event.field in app.webhook_fields

    def _unsubscribe_all(self) -> None:
        for account in self.world.accounts.values():
            account.subscribed_fields = account.page_fields = ()
