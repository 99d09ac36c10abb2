"""What handlers need that outlives a request. Made once, in `app.py`."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import cast

from starlette.requests import HTTPConnection

from confab.api.metrics import Metrics
from confab.clock import Clock
from confab.media.relay import Relays
from confab.media.storage import Storage
from confab.media.uploads import Uploads
from confab.settings import Settings
from confab.store.db import Database
from confab.store.wake import Wake
from confab.team.passwords import Passwords


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The parts of a running web process. `db` is the API's door; `closing` is set when the process is told to stop.

    `link_keys`: the installation's keys as they are now, newest first; links for Instagram are signed with them.
    """

    settings: Settings
    clock: Clock
    db: Database
    wake: Wake
    passwords: Passwords
    metrics: Metrics
    storage: Storage
    relays: Relays
    uploads: Uploads
    link_keys: Callable[[], Sequence[bytes]] = field(repr=False)
    closing: asyncio.Event


def services_of(connection: HTTPConnection) -> Services:
    """The services of the app that this request came to."""
    return cast(Services, connection.app.state.services)  # Starlette's state has no types
