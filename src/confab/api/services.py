"""What handlers need that outlives a request. Made once, in `app.py`."""

import asyncio
from dataclasses import dataclass
from typing import cast

from starlette.requests import HTTPConnection

from confab.accounts.vault import Vault
from confab.api.metrics import Metrics
from confab.clock import Clock
from confab.inbox.receive import Ledger
from confab.media.relay import Relays
from confab.media.storage import Storage
from confab.media.uploads import Uploads
from confab.members.oidc import Oidc
from confab.members.tokens import Mint
from confab.search.find import Turns
from confab.settings import Settings
from confab.store.db import Database
from confab.store.wake import Wake
from confab.team.passwords import Passwords


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The parts of a running web process. `db` is the API's door; `vault` seals, and its keys sign links for Instagram; `oidc` is
    the provider that customers sign in with, if there is one; `searches` counts how often each agent searches;
    `closing` is set when the process is told to stop.
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
    ledger: Ledger
    mint: Mint
    vault: Vault
    oidc: Oidc | None
    searches: Turns
    closing: asyncio.Event


def services_of(connection: HTTPConnection) -> Services:
    """The services of the process that this request came to."""
    return cast(Services, connection.state.services)  # Starlette's state has no types
