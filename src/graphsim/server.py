"""The process: one socket, one event loop, an end within a second of being asked."""

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import uvicorn
import uvloop
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from graphsim import accounts, app, saved
from graphsim.options import Options
from graphsim.sim import Sim

PARENT_CHECK_S = 0.2


class _Protocol(HttpToolsProtocol):
    """HTTP whose connection a fault can drop without an answer."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {"graphsim": {"drop": self._drop}}

    def _drop(self) -> None:
        self.transport.abort()


class _Server(uvicorn.Server):
    """Says when it is ready; leaves signals to us."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_ready()


def serve(
    options: Options,
    host: str,
    listener: socket.socket,
    *,
    say: Callable[[str], None],
    exit_with_parent: bool,
    public_url: str | None,
    state_file: Path | None = None,
) -> None:
    """Run until SIGTERM or SIGINT, or the end of the parent; `say` gets the one line that tells where."""
    parent = os.getppid() if exit_with_parent else None  # before anybody is told that we run, and may go
    shown_host = f"[{host}]" if ":" in host else host
    base_url = f"http://{shown_host}:{listener.getsockname()[1]}"
    sim = Sim(options, (public_url or base_url).rstrip("/"))
    running = _run(sim, listener, base_url, say=say, parent=parent, state_file=state_file)
    uvloop.run(running)


async def _run(
    sim: Sim,
    listener: socket.socket,
    base_url: str,
    *,
    say: Callable[[str], None],
    parent: int | None,
    state_file: Path | None,
) -> None:
    if state_file is not None:
        saved.read(sim, state_file)
    accounts.begin(sim)
    config = uvicorn.Config(
        app.build(sim),
        http=_Protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=0,
    )
    logging.getLogger("uvicorn.error").addFilter(_is_news)
    server = _Server(config, lambda: say(f"graphsim listening on {base_url}"))
    # uvicorn raises the signal again when it has ended; these handlers turn that into a clean exit
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, _stay)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(sim.run())]
        if parent is not None:
            tasks.append(group.create_task(_watch(server, parent)))
        if state_file is not None:
            tasks.append(group.create_task(saved.keep(sim, state_file)))
        await server.serve([listener])
        for task in tasks:
            task.cancel()
    if state_file is not None:
        saved.write(sim, state_file)


def _is_news(record: logging.LogRecord) -> bool:
    """Whether uvicorn reports more than that calls were cut off by the end."""
    is_cut = record.exc_info is not None and record.exc_info[0] is asyncio.CancelledError
    return not is_cut and not record.getMessage().startswith("Cancel ")


def _stay(number: int, frame: FrameType | None) -> None:
    del number, frame


async def _watch(server: uvicorn.Server, parent: int) -> None:
    """End the server when the process that started us is gone."""
    while os.getppid() == parent:  # noqa: ASYNC110  nothing tells us but the kernel
        await asyncio.sleep(PARENT_CHECK_S)
    server.should_exit = True


def listen(host: str, port: int) -> socket.socket:
    """A socket of this address. Raises OSError when it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.setblocking(False)
    return listener
