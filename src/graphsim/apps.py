"""Meta apps and Facebook users: which there are, and how a call names them. Rules T19, T20."""

import hmac
from typing import Literal

import msgspec

from graphsim.sim import Sim
from graphsim.state import App, Token, User

USER_ID = "10220844119532608"


class NewApp(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An app as the control door takes it: what is left out is made up, or kept if the app exists. No id: the first app.

    `redirect_uris` null takes any. `roles` are IGIDs and ids of Facebook users; `configurations` are scopes by `config_id`.
    """

    id: str | None = None
    name: str | None = None
    secret: str | None = None
    instagram_id: str | None = None
    instagram_secret: str | None = None
    redirect_uris: tuple[str, ...] | msgspec.UnsetType | None = msgspec.UNSET
    mode: Literal["development", "live"] | None = None
    access: Literal["standard", "advanced"] | None = None
    roles: tuple[str, ...] | None = None
    webhook_fields: tuple[str, ...] | None = None
    may_subscribe: bool | None = None
    unapproved_scopes: tuple[str, ...] | None = None
    configurations: dict[str, tuple[str, ...]] | None = None
    deauthorize_url: str | msgspec.UnsetType | None = msgspec.UNSET
    deletion_url: str | msgspec.UnsetType | None = msgspec.UNSET
    requires_proof: bool | None = None
    signs_requests_with: Literal["instagram", "meta"] | None = None


class NewUser(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A Facebook user to make or change; no id: the first one. `accounts` null: manages the Pages of all."""

    id: str | None = None
    name: str | None = None
    accounts: tuple[str, ...] | msgspec.UnsetType | None = msgspec.UNSET


_MAY_BE_NULL = ("redirect_uris", "deauthorize_url", "deletion_url")


def begin(sim: Sim) -> None:
    """The app of the command line, and a Facebook user who manages every Page."""
    options = sim.options
    instagram_secret = options.instagram_app_secret or options.app_secret
    app = sim.world.apps.get(options.app_id)
    if app is None:
        app = App(
            id=options.app_id,
            name="graphsim",
            secret=options.app_secret,
            instagram_id=options.instagram_app_id,
            instagram_secret=instagram_secret,
        )
    app.secret, app.instagram_id, app.instagram_secret = options.app_secret, options.instagram_app_id, instagram_secret
    others = {key: one for key, one in sim.world.apps.items() if key != app.id}
    sim.world.apps = {app.id: app, **others}
    sim.world.users.setdefault(USER_ID, User(id=USER_ID, name="Dana Harbour"))


def create(sim: Sim, wanted: NewApp) -> App:
    """Make an app, or change the one that exists."""
    app = sim.world.apps.get(wanted.id) if wanted.id is not None else first(sim)
    if app is None:
        app = _new(sim, wanted.id or "")
    for name in wanted.__struct_fields__:
        value = getattr(wanted, name)
        if value is not msgspec.UNSET and (value is not None or name in _MAY_BE_NULL):
            setattr(app, name, value)
    return app


def create_user(sim: Sim, wanted: NewUser) -> User:
    """Make a Facebook user, or change the one that exists."""
    user = sim.world.users.setdefault(wanted.id or USER_ID, User(id=wanted.id or USER_ID, name="Dana Harbour"))
    user.name = wanted.name or user.name
    if not isinstance(wanted.accounts, msgspec.UnsetType):
        user.accounts = wanted.accounts
        user.lost = ()
    return user


def first(sim: Sim) -> App:
    """The app of the command line: whose webhooks arrive, and to which a token belongs that says nothing else."""
    return next(iter(sim.world.apps.values()))


def of_token(sim: Sim, token: Token) -> App:
    """The app a token was made for."""
    return sim.world.apps.get(token.grant.app) or first(sim)


def by_instagram_id(sim: Sim, client_id: str) -> App | None:
    """The app whose Instagram login has this id."""
    return next((app for app in sim.world.apps.values() if app.instagram_id == client_id), None)


def of_bearer(sim: Sim, token: str) -> App | None:
    """The app whose own token this is: `APP_ID|APP_SECRET`. Rule T23."""
    app_id, bar, secret = token.partition("|")
    app = sim.world.apps.get(app_id)
    return app if app is not None and bar and is_secret(secret, app.secret) else None


def has_role(app: App, person: str) -> bool:
    """Whether an account or user may log in although the app is in development or has Standard Access. Rule T20."""
    return (app.mode == "live" and app.access == "advanced") or person in app.roles


def takes_redirect(app: App, uri: str) -> bool:
    """Whether the browser may be sent back there: exactly a registered address, to the last slash. Rule T19."""
    is_address = uri.startswith(("http://", "https://"))
    return is_address and (app.redirect_uris is None or uri in app.redirect_uris)


def is_secret(given: str, secret: str) -> bool:
    """Whether these are the same."""
    return hmac.compare_digest(given.encode(), secret.encode())


def managed(sim: Sim, user: User) -> tuple[str, ...]:
    """The accounts whose Pages a user manages now."""
    found = tuple(sim.world.accounts) if user.accounts is None else user.accounts
    return tuple(one for one in found if one in sim.world.accounts and one not in user.lost)


def _new(sim: Sim, app_id: str) -> App:
    app = App(
        id=app_id,
        name=f"app {app_id}",
        secret=sim.mint.bytes_of(f"secret|{app_id}", 16).hex(),
        instagram_id="88" + sim.mint.number_of(f"instagram-app|{app_id}", 13),
        instagram_secret=sim.mint.bytes_of(f"instagram-secret|{app_id}", 16).hex(),
    )
    sim.world.apps[app_id] = app
    return app
