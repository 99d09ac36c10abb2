"""`confab demo`: everything started, filled, kept running and ended.

This process stays small: it supervises the web process and the worker, holds the database, and plays the customers.
"""

import asyncio
import signal
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec
import structlog

import confab
from confab import processes, settings
from confab.demo import history, home, mail, reload, simulator, team
from confab.demo.driver import Driver
from confab.demo.home import Home
from confab.demo.simulator import Door
from confab.demo.team import ACCOUNTS, EVERY
from confab.processes import Process, Surroundings
from confab.settings import Settings
from confab.store import embedded
from confab.store.db import Doors
from confab.store.migrate import migrate

CONVERSATIONS = 300
_NAMED_FIRST = 100
_NAMES_WITHIN_S = 20
_LOOK_S = 0.1
_LATE_S = 30

Held = TypeVar("Held")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """What every part of the start needs."""

    home: Home
    settings: Settings
    door: Door
    log: BinaryIO
    began: float


def demo(*, is_reloading: bool) -> None:
    """Run the demo until Ctrl-C or SIGTERM. Raises Misconfigured with one sentence when it cannot."""
    asyncio.run(_until_stopped(is_reloading=is_reloading))


async def _until_stopped(*, is_reloading: bool) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, stopping.set)
    async with asyncio.TaskGroup() as tasks:
        work = tasks.create_task(_demo(is_reloading=is_reloading))
        await stopping.wait()
        _tell("\nStopping. What happened is kept for the next time.")
        work.cancel()


async def _demo(*, is_reloading: bool) -> None:
    began = time.monotonic()
    given = settings.read()
    async with AsyncExitStack() as stack:
        mine = stack.enter_context(home.opened(given.data_dir, datetime.now(UTC)))
        listener, given = processes.listen(given)
        stack.callback(listener.close)
        log = stack.enter_context(mine.log_file.open("wb"))
        _log_to(log)
        accounts = [f"{ig_id}:{name}:{token}" for (ig_id, name), token in zip(EVERY, mine.memory.access_tokens, strict=False)]
        callback = f"{given.local_url}/api/webhooks/instagram"
        door = await stack.enter_async_context(simulator.running(mine, accounts, callback, log))
        smtp_port = await stack.enter_async_context(mail.server(mine.mail_folder))
        environment = settings.environment_with(_environment(given, mine, door, smtp_port))
        ours = settings.read(environment)
        doors = await stack.enter_async_context(_held(embedded.running(ours.data_dir)))
        place = _Place(home=mine, settings=ours, door=door, log=log, began=began)
        await migrate(doors.owner)
        around = Surroundings(environment=environment, log=log)
        web, worker = Process("web", ours, listener, around), Process("worker", ours, None, around)
        stack.push_async_callback(_stop, web, worker)
        async with asyncio.TaskGroup() as tasks:
            for kept in (web.keep(), worker.keep(), processes.keep_database(ours)):
                tasks.create_task(kept)
            await _fill(place, doors, tasks)
            tasks.create_task(Driver(door, {where: ig_id for where, (ig_id, _) in ACCOUNTS.items()}).run())
            if is_reloading:
                tasks.create_task(_reload(web, worker))


async def _fill(place: _Place, doors: Doors, tasks: asyncio.TaskGroup) -> None:
    """Have everything answer and the past be in; then say so. What the team did long ago follows while one looks around."""
    memory = place.home.memory
    late = asyncio.get_running_loop().call_later(
        _LATE_S, _tell, f"Not ready after {_LATE_S} s; {place.home.log_file} may say why."
    )
    if memory.is_done:
        await simulator.until_ready(place.door)
        await processes.until_ready(place.settings)
    else:
        _tell("Telling the bakery's last six weeks …")
        members = await team.found(place.settings, doors, memory.password, memory.access_tokens, datetime.now(UTC))
        past = history.past(CONVERSATIONS, memory.began_at, team.TEAM)
        await _tell_past(place, past)
        work = team.Work(place.settings.local_url, members, past.chores)
        await work.begin(CONVERSATIONS)
        tasks.create_task(_finish(place, work))
    late.cancel()
    _tell(_block(place))


async def _tell_past(place: _Place, past: history.Past) -> None:
    """The past, through the corridor that all webhooks take: the newest first, and back when those have names."""
    await simulator.until_ready(place.door)
    if place.home.memory.is_told:
        await processes.until_ready(place.settings)
        return
    await place.door.do("settings", latency_ms=[0, 0])
    for where, conversations in past.plays:
        await place.door.do("play", account=ACCOUNTS[where][0], conversations=conversations)
    await processes.until_ready(place.settings)
    await _until_named(place.door, _NAMED_FIRST)
    place.home.memory.is_told = True
    place.home.remember()


async def _until_named(door: Door, count: int) -> None:
    """Return when so many profiles were asked for."""
    while (await door.see("stats"))["calls"] < count:  # noqa: ASYNC110 -- what counts is another process
        await asyncio.sleep(_LOOK_S)


async def _finish(place: _Place, work: team.Work) -> None:
    """What nobody waits for: the other names, then Instagram at its usual pace, and the rest of the chores."""
    with suppress(TimeoutError):  # at a second attempt most names are known, and nobody asks
        async with asyncio.timeout(_NAMES_WITHIN_S):
            await _until_named(place.door, CONVERSATIONS)
    await place.door.do("settings", latency_ms=simulator.LATENCY_MS)
    await work.finish()
    place.home.memory.is_done = True
    place.home.remember()


async def _reload(*kept: Process) -> None:
    """Let the processes come back whenever our source has changed."""
    while True:
        paths = await reload.changed(Path(confab.__file__).parent)
        _tell(f"Changed: {', '.join(paths[:3])}{' …' if len(paths) > 3 else ''}. Starting again.")
        await asyncio.gather(*(process.renew() for process in kept))


async def _stop(*running: Process) -> None:
    await asyncio.gather(*(process.stop() for process in running))


@asynccontextmanager
async def _held(context: AbstractContextManager[Held]) -> AsyncGenerator[Held, None]:
    """A context that takes its time to enter and to leave, in a thread; entered it is also left, whenever we are told to stop."""
    entering = asyncio.get_running_loop().run_in_executor(None, context.__enter__)
    try:
        yield await asyncio.shield(entering)
    finally:
        await asyncio.wait([entering])
        if entering.exception() is None:
            await asyncio.to_thread(context.__exit__, None, None, None)


def _environment(given: Settings, mine: Home, door: Door, smtp_port: int) -> dict[str, str]:
    """What our processes are set to: everything that is Meta's is the simulator's."""
    return {
        "CONFAB_DATA_DIR": str(mine.folder),
        "CONFAB_HOST": given.host,
        "CONFAB_PORT": str(given.port),
        "CONFAB_PUBLIC_URL": given.origin,
        "CONFAB_BRAND_NAME": given.brand_name if given.brand_name != "Confab" else "Harbour Bakery",
        "CONFAB_SMTP_URL": f"smtp://127.0.0.1:{smtp_port}",
        "CONFAB_MAIL_FROM": "Harbour Bakery <post@harbour-bakery.example>",
        "CONFAB_DEMO_MAIL": str(mine.mail_folder),
        "CONFAB_GRAPH_URL": f"{door.url}/graph.instagram.com/v25.0",
        "CONFAB_GRAPH_FACEBOOK_URL": f"{door.url}/graph.facebook.com/v25.0",
        "CONFAB_OAUTH_URL": f"{door.url}/www.instagram.com",
        "CONFAB_OAUTH_FACEBOOK_URL": f"{door.url}/www.facebook.com/v25.0",
        "CONFAB_OAUTH_TOKEN_URL": f"{door.url}/api.instagram.com",
        "CONFAB_META_APP_ID": simulator.APP_ID,
        "CONFAB_META_APP_SECRET": mine.memory.app_secret,
        "CONFAB_INSTAGRAM_APP_ID": simulator.INSTAGRAM_APP_ID,
        "CONFAB_INSTAGRAM_APP_SECRET": mine.memory.app_secret,
        "CONFAB_SERVICE_TOKEN": mine.memory.service_token,
        "CONFAB_META_VERIFY_TOKEN": mine.memory.verify_token,
        "CONFAB_MEDIA_ALLOW": door.url.removeprefix("http://"),
    }


def _block(place: _Place) -> str:
    """What a person needs to know, once everything runs."""
    rows = (
        ("Inbox", place.settings.origin),
        ("Sign in", team.EMAIL),
        ("Password", place.home.memory.password),
        ("Mail", f"{place.settings.origin}/demo/mail  (what was sent to customers)"),
        ("Instagram", f"{place.door.url}/_control/docs  (the simulator's control page)"),
        ("Data", f"{place.home.folder}  (remove it to begin anew)"),
    )
    text = "".join(f"    {name:<10} {value}\n" for name, value in rows)
    took_s = time.monotonic() - place.began
    return f"\n  Confab demo: ready after {took_s:.1f} s, and customers are writing. Ctrl-C ends it.\n\n{text}"


def _log_to(file: BinaryIO) -> None:
    """What this process notices goes where the others write theirs."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(serializer=_encoded),
        ],
        logger_factory=structlog.BytesLoggerFactory(file=file),
    )


def _encoded(event: object, **_: object) -> bytes:
    return msgspec.json.encode(event)


def _tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
