"""Operations on apps, Facebook users, logins and what a person does to an app."""

from dataclasses import asdict

import msgspec

from graphsim import apps, callbacks, owner, people
from graphsim.control.operation import Operation, ask, post
from graphsim.sim import Sim
from graphsim.wire import Doc

Query = dict[str, str]


class Login(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What the person at a login page will do: be this account (or Facebook user) at once, or refuse, or untick permissions.

    Nothing given: the pages are shown again. `pages` are the accounts whose Pages a user shares; null: all.
    """

    account: str | None = None
    user: str | None = None
    pages: tuple[str, ...] | None = None
    denied: bool = False
    untick: list[str] = []


class SignedRequest(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A `signed_request` of rule T12 for an account's person, or a Facebook user; `send` posts it to the app's address."""

    account: str | None = None
    user: str | None = None
    app: str | None = None
    secret: str | None = None
    send: callbacks.Kind | None = None
    as_number: bool = False
    age_s: float = 0


def operations() -> tuple[Operation, ...]:
    """All operations of this room."""
    return (
        post("/apps", "Make or change an app", apps.NewApp, lambda sim, act: asdict(apps.create(sim, act))),
        ask("/apps", "All apps with their secrets", lambda sim, _: {"items": [asdict(one) for one in sim.world.apps.values()]}),
        post("/users", "Make or change a Facebook user", apps.NewUser, lambda sim, act: asdict(apps.create_user(sim, act))),
        ask("/users", "The Facebook users", lambda sim, _: {"items": [asdict(one) for one in sim.world.users.values()]}),
        post("/login", "Decide what the login pages do", Login, _login),
        post("/owner", "What a person does to an app", owner.Act, owner.act),
        post("/signed-request", "A signed_request, to post elsewhere or posted", SignedRequest, _signed_request),
        ask("/callbacks", "The signed_requests that were posted", lambda sim, _: {"items": list(sim.callbacks)}),
    )


def _login(sim: Sim, act: Login) -> Doc:
    sim.login_account = None if act.account is None else people.account_of(sim, act.account).ig_id
    sim.login_user = None if act.user is None else act.user or apps.USER_ID
    sim.login_pages = act.pages
    sim.login_is_denied = act.denied
    sim.login_unticked = tuple(act.untick)
    return {"account": sim.login_account, "user": sim.login_user, "denied": act.denied, "untick": act.untick}


async def _signed_request(sim: Sim, act: SignedRequest) -> Doc:
    app = apps.first(sim) if act.app is None else sim.world.apps.get(act.app)
    if app is None:
        raise people.Unknown(f"there is no app {act.app!r}")
    person = people.account_of(sim, act.account).app_scoped_id if act.user is None else act.user or apps.USER_ID
    request = callbacks.Request(
        kind=act.send or "deauthorize", person=person, is_instagram=act.user is None, secret=act.secret,
        is_number=act.as_number, age_s=act.age_s,
    )  # fmt: skip
    if act.send is not None:
        return await callbacks.post(sim, app, request)
    return {"signed_request": callbacks.signed(sim, app, request)}
