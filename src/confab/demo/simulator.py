"""The simulator: its process, and its control door."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import IO, Any

import httpx2

from confab.demo.home import Home
from confab.errors import Misconfigured

APP_ID = "990602627938098"
INSTAGRAM_APP_ID = "880214567890123"
LATENCY_MS = (300, 1500)
_USUAL_PORT = 8090
_STARTS_WITHIN_S = 30
_ENDS_WITHIN_S = 5
_HOST = "127.0.0.1"

Json = dict[str, Any]  # a JSON object of the control door


class Door:
    """The control door of a running simulator."""

    def __init__(self, url: str, client: httpx2.AsyncClient) -> None:
        self.url = url
        self._client = client

    async def do(self, operation: str, /, **body: object) -> Json:
        """Have something happen. Raises httpx2.HTTPError when the simulator is gone or refuses."""
        answer = await self._client.post(f"{self.url}/_control/{operation}", json=body)
        return answer.raise_for_status().json()

    async def see(self, what: str, /, **query: str | float) -> Json:
        """Look at something. Raises httpx2.HTTPError when the simulator is gone or refuses."""
        answer = await self._client.get(f"{self.url}/_control/{what}", params=query)
        return answer.raise_for_status().json()


@asynccontextmanager
async def running(home: Home, accounts: Sequence[str], callback: str, log: IO[bytes]) -> AsyncGenerator[Door, None]:
    """The simulator with these accounts, each IG_ID:USERNAME:TOKEN, telling the callback, while the block lasts.

    It goes on from where it was; until the past is in, it begins anew, so that the same past is told again.
    """
    memory = home.memory
    if not memory.is_told:
        home.state_file.unlink(missing_ok=True)
    listener = _listen(memory.simulator_port)
    port, door = listener.getsockname()[1], listener.fileno()
    arguments = ["--listener", str(door), "--exit-with-parent", "--state-file", str(home.state_file), "--callback", callback]
    arguments += ["--app-secret", memory.app_secret, "--verify-token", memory.verify_token]
    arguments += ["--latency-ms", ":".join(map(str, LATENCY_MS))]
    arguments += [part for account in accounts for part in ("--account", account)]
    process = subprocess.Popen(  # noqa: ASYNC220, S603 -- our own program; it returns at once
        [sys.executable, "-m", "graphsim", "serve", *arguments],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log, start_new_session=True, pass_fds=[door],
    )  # fmt: skip
    listener.close()  # it is the simulator's now, and ends with it
    try:
        memory.simulator_port = port
        home.remember()
        async with httpx2.AsyncClient(trust_env=False, timeout=90) as client:
            yield Door(f"http://{_HOST}:{port}", client)
    finally:
        await asyncio.to_thread(_end, process)


async def until_ready(door: Door) -> None:
    """Return when it answers. Raises Misconfigured when it does not in half a minute."""
    try:
        async with asyncio.timeout(_STARTS_WITHIN_S):
            while not await _answers(door):  # noqa: ASYNC110 -- what we wait for is another process
                await asyncio.sleep(0.03)
    except TimeoutError:
        raise Misconfigured(f"The simulator did not start on {door.url}: the log in the data directory says why.") from None


async def _answers(door: Door) -> bool:
    try:
        await door.see("clock")
    except httpx2.HTTPError:
        return False
    return True


def _listen(wanted: int | None) -> socket.socket:
    """On the port it had before, because links contain it; else on the usual one; else on any. From here on it is ours alone."""
    for port in (wanted, _USUAL_PORT):
        with suppress(OSError):
            if port is not None:
                return socket.create_server((_HOST, port))
    return socket.create_server((_HOST, 0))


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(_ENDS_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
