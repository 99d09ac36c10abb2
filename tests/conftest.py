"""Fixtures for every test: asyncio alone, and a clock."""

import inspect
from typing import Any

import pytest

from confab.clock import Clock

pytest_plugins = ["tests.databases"]


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector: pytest.Collector, name: str, obj: Any) -> None:  # any attribute of a module
    """Coroutine tests need no mark of their own."""
    if name.startswith("test") and inspect.iscoroutinefunction(obj):
        pytest.mark.anyio(obj)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """We run on asyncio and nothing else."""
    return "asyncio"


@pytest.fixture
def clock() -> Clock:
    """The system's clock; a test moves it with `clock.ahead`."""
    return Clock()
