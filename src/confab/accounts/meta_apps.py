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
    """A Meta app with the secrets that sign its webhooks, and the ids under which Meta's two logins know it, if it has them."""

    id: MetaAppId
    name: str
    secret: str = field(repr=False)
    app_id: str | None = None
    instagram_app_id: str | None = None
    instagram_secret: str | None = field(default=None, repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """All that may have signed what comes from Meta."""
        return (self.secret,) if self.instagram_secret is None else (self.secret, self.instagram_secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginIds:
    """By which ids accounts are let in; None: as it was. An Instagram login has a secret of its own."""

    app_id: str | None = None
    instagram_app_id: str | None = None
    instagram_secret: str | None = field(default=None, repr=False)


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
            found.append(_opened(vault, app))
        except Misconfigured as error:
            log.error("meta_app_not_readable", app=app.name, reason=error.detail)  # noqa: TRY400 -- the reason says it all
    return found


async def open_logins(conn: Conn, vault: Vault, name: str, given: LoginIds) -> None:
    """Let accounts be connected by this app's logins. Raises NotFound, and Invalid for an Instagram login without its secret."""
    app = (await named(conn, name)).app_id
    if app is None:
        raise Invalid("The environment's app is set by CONFAB_META_APP_ID and CONFAB_INSTAGRAM_APP_ID.", field="name")
    if (given.instagram_app_id is None) != (given.instagram_secret is None):
        raise Invalid("An Instagram login has an id and a secret: give both.", field="instagram_secret")
    sealed = vault.seal(given.instagram_secret, app) if given.instagram_secret is not None else None
    await store.open_logins(
        conn, app, app_id=given.app_id, instagram_app_id=given.instagram_app_id, instagram_secret=sealed
    )  # fmt: skip


async def of_id(conn: Conn, vault: Vault, app: MetaAppId) -> MetaApp:
    """One app. Raises NotFound, and Misconfigured when no key opens it."""
    for one in await store.every(conn):
        if one.id == app:
            return _opened(vault, one)
    raise NotFound("There is no such Meta app.")


def _opened(vault: Vault, app: store.SealedApp) -> MetaApp:
    second = vault.open(app.instagram_secret, app.id) if app.instagram_secret is not None else None
    return MetaApp(
        id=app.id, name=app.name, secret=vault.open(app.secret, app.id), app_id=app.app_id,
        instagram_app_id=app.instagram_app_id, instagram_secret=second,
    )  # fmt: skip


async def named(conn: Conn, name: str) -> SignedBy:
    """The app of this name, `environment` for the environment's. Raises NotFound, which names those that there are."""
    known = {ENVIRONMENT: None, **{app.name: app.id for app in await store.every(conn)}}
    if name not in known:
        raise NotFound(f"There is no Meta app {name!r}. There are: {', '.join(known)}.")
    return SignedBy(app_id=known[name])
