"""Fixtures for every test: asyncio alone, and a clock."""

import inspect
from datetime import timedelta
from typing import Any

import pytest

from confab.clock import Clock

pytest_plugins = ["tests.databases", "tests.properties"]


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector: pytest.Collector, name: str, obj: Any) -> None:  # any attribute of a module
    """Coroutine tests need no mark of their own."""
    if name.startswith("test") and inspect.iscoroutinefunction(obj):
        pytest.mark.anyio(obj)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where the whole product runs in the test's process, its end cuts off whoever is just connecting: their sockets are left.

    They are found by the collector of garbage, also in a later test.
    """
    for item in items:
        if item.path.parent.name in ("contract", "e2e"):
            for left in ("unclosed <socket", "unclosed transport"):
                item.add_marker(pytest.mark.filterwarnings(f"ignore:{left}:ResourceWarning"))


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """We run on asyncio and nothing else."""
    return "asyncio"


@pytest.fixture(scope="module")
def clock() -> Clock:
    """The system's clock; a test moves it with `clock.ahead`, and the next one finds it right again."""
    return Clock()


@pytest.fixture(autouse=True)
def _right(clock: Clock) -> None:
    clock.ahead = timedelta()
