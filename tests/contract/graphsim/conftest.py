"""A real simulator as a process of its own, and a callback that receives what it posts."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import httpx2
import pytest
from tests.contract.graphsim.door import IG, SECRET, TOKEN, USERNAME, VERIFY, Receiver, Sim, running


@pytest.fixture(scope="session")
def manual_server() -> Iterator[str]:
    """One simulator under a manual clock for all tests; each begins with a reset."""
    with running(
        "--clock", "manual", "--app-secret", SECRET, "--verify-token", VERIFY, "--account", f"{IG}:{USERNAME}:{TOKEN}"
    ) as base:
        yield base


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """A callback on a free port."""
    found = Receiver()
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    yield found
    server.close()
    await found.close()


@pytest.fixture
async def sim(manual_server: str, receiver: Receiver) -> AsyncIterator[Sim]:
    """The simulator as new, posting to the receiver."""
    async with httpx2.AsyncClient(timeout=20, trust_env=False, verify=False) as client:
        found = Sim(manual_server, client)
        await found.do("reset")
        await found.do("settings", callback=receiver.url, in_flight=1)
        yield found
