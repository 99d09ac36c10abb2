"""Meta apps besides the environment's: whose signature opens which account. Rule D6 of docs/spec/inbox.md."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from confab.accounts.vault import Vault
from confab.errors import Conflict, Invalid, Misconfigured, NotFound
from confab.model.inbox import MetaAppId
from confab.store import ids
from confab.store import meta_apps as store
from confab.store.db import Conn

ENVIRONMENT = "environment"
"""What the app of the environment's settings is called where an app is named."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class MetaApp:
    """A Meta app with the secret that signs its webhooks."""

    id: MetaAppId
    name: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedBy:
    """Whose signature opens an account: a Meta app's, or that of the environment's (None)."""

    app_id: MetaAppId | None


async def add(conn: Conn, vault: Vault, name: str, secret: str, now: datetime) -> MetaApp:
    """Make a Meta app known. Raises Conflict when the name is taken, Invalid for an empty name or secret."""
    if not name.strip() or not secret.strip():
        raise Invalid("A Meta app needs a name and its secret.", field="name" if not name.strip() else "secret")
    app = MetaApp(id=MetaAppId(ids.new(now)), name=name.strip(), secret=secret.strip())
    sealed = store.SealedApp(id=app.id, name=app.name, secret=vault.seal(app.secret, app.id))
    if app.name == ENVIRONMENT or not await store.insert(conn, sealed, now):
        raise Conflict(f"There is a Meta app {name!r} already.")
    return app


async def every(conn: Conn, vault: Vault) -> Sequence[MetaApp]:
    """All whose secret can be opened, by name: one lost key must not close the door to the others."""
    found: list[MetaApp] = []
    for app in await store.every(conn):
        try:
            found.append(MetaApp(id=app.id, name=app.name, secret=vault.open(app.secret, app.id)))
        except Misconfigured as error:
            log.error("meta_app_not_readable", app=app.name, reason=error.detail)  # noqa: TRY400 -- the reason says it all
    return found


async def named(conn: Conn, name: str) -> SignedBy:
    """The app of this name, `environment` for the environment's. Raises NotFound, which names those that there are."""
    known = {ENVIRONMENT: None, **{app.name: app.id for app in await store.every(conn)}}
    if name not in known:
        raise NotFound(f"There is no Meta app {name!r}. There are: {', '.join(known)}.")
    return SignedBy(app_id=known[name])
