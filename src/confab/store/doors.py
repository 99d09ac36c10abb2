"""The three doors into whichever database the settings name."""

from collections.abc import Generator
from contextlib import contextmanager
from urllib.parse import urlsplit

from confab.settings import Settings
from confab.store import embedded
from confab.store.db import Door, Doors


@contextmanager
def opened_by(settings: Settings) -> Generator[Doors, None, None]:
    """The doors, for as long as the block lasts: of the configured server, else of the embedded one."""
    if settings.database_url is None:
        with embedded.running(settings.data_dir) as doors:
            yield doors
        return
    at = {"dsn": settings.database_url}
    yield Doors(
        owner=Door(connect=at, role=urlsplit(settings.database_url).username or "owner"),
        app=Door(connect=at, role="confab_app", take_role=True),
        worker=Door(connect=at, role="confab_worker", take_role=True),
    )
