"""What every process of ours does, and no more: it says what happens, hears that it is to stop, and follows another's clock."""

import asyncio
import logging
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime

import httpx2
import structlog

from confab.clock import Clock
from confab.settings import Settings

_CLOCK_EVERY_S = 0.25

log = structlog.get_logger()


def configure_logging() -> None:
    """One line of JSON per event on standard error; other people's libraries only when they warn."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.WriteLoggerFactory(file=sys.__stderr__),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, format='{"event": "library", "logger": "%(name)s", "text": "%(message)s"}')


def on_signals(stop: Callable[[], None]) -> None:
    """Call `stop` when the process is told to end."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)


def following(settings: Settings, clock: Clock, tasks: asyncio.TaskGroup) -> list["asyncio.Task[None]"]:
    """The task that keeps our clock at the one of the settings, where there is one."""
    return [tasks.create_task(_follow(clock, settings.clock_url))] if settings.clock_url else []


async def _follow(clock: Clock, url: str) -> None:
    """Keep our clock at the time that another one shows."""
    async with httpx2.AsyncClient(trust_env=False, timeout=5) as client:
        while True:
            try:
                shown = datetime.fromisoformat((await client.get(url)).json()["now"])
                clock.ahead = shown - datetime.now(UTC)
            except (httpx2.HTTPError, ValueError, KeyError) as error:
                log.warning("clock_not_followed", error=type(error).__name__)
            await asyncio.sleep(_CLOCK_EVERY_S)
