"""What the person behind an account does to an app: each kills tokens, or takes something from them. Rules T12, T14, T27."""

from typing import Literal

import msgspec

from graphsim import apps, callbacks, people
from graphsim.sim import Sim
from graphsim.state import App, Token
from graphsim.wire import Doc

Deed = Literal[
    "change_password", "log_out", "checkpoint", "unconfirm", "clear", "withdraw", "lose_role", "remove_app", "delete_data",
]  # fmt: skip
_SUBCODES: dict[Deed, int] = {
    "change_password": 460, "log_out": 467, "checkpoint": 459, "unconfirm": 464, "lose_role": 492, "remove_app": 458,
}  # fmt: skip


class Act(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Who does what: the owner of an Instagram `account` (IG-Login), or with `user` (an id, or "") a Facebook user.

    `clear` ends a checkpoint: the tokens live again. `withdraw` takes `scopes` back. `lose_role` is a user's, on the Page of
    `account`. `remove_app` and `delete_data` tell the app's addresses, unless `tell` is false.
    """

    does: Deed
    account: str | None = None
    user: str | None = None
    app: str | None = None
    scopes: list[str] = []
    tell: bool = True
    delete_data: bool = False


async def act(sim: Sim, deed: Act) -> Doc:
    """Do it; the tokens it struck, and what the app's addresses answered."""
    app = _app(sim, deed.app)
    struck = [one for one in sim.world.tokens.values() if _is_of(sim, one, deed, app)]
    for token in struck:
        _strike(token, deed)
    if deed.does == "lose_role":
        _lose(sim, deed)
    if deed.does == "remove_app":
        _unsubscribe(sim, deed)
    return {"tokens": [one.value for one in struck], "told": await _tell(sim, app, deed)}


def _app(sim: Sim, app_id: str | None) -> App:
    if app_id is None:
        return apps.first(sim)
    if app_id not in sim.world.apps:
        raise people.Unknown(f"there is no app {app_id!r}")
    return sim.world.apps[app_id]


def _is_of(sim: Sim, token: Token, deed: Act, app: App) -> bool:
    """Whether the deed strikes this token: all of the person, or those of one app, or those of one Page."""
    is_of_app = deed.does not in ("withdraw", "remove_app") or apps.of_token(sim, token).id == app.id
    if deed.user is None:
        account = people.account_of(sim, deed.account)
        return token.flavour == "ig" and token.account == account.ig_id and is_of_app
    is_of_page = deed.does != "lose_role" or (
        token.kind == "page" and token.account == people.account_of(sim, deed.account).ig_id
    )
    return token.flavour == "fb" and (token.grant.user or apps.USER_ID) == _user_id(sim, deed) and is_of_app and is_of_page


def _user_id(sim: Sim, deed: Act) -> str:
    user_id = deed.user or apps.USER_ID
    if user_id not in sim.world.users:
        raise people.Unknown(f"there is no Facebook user {user_id!r}")
    return user_id


def _strike(token: Token, deed: Act) -> None:
    if deed.does == "withdraw":
        token.withdrawn = tuple(one for one in token.scopes if one in (*deed.scopes, *token.withdrawn))
    elif deed.does == "clear" and token.dead_subcode in (459, 464):
        token.is_dead, token.dead_subcode = False, None
    elif deed.does in _SUBCODES and not token.is_dead:
        token.is_dead, token.dead_subcode = True, _SUBCODES[deed.does]


def _lose(sim: Sim, deed: Act) -> None:
    user = sim.world.users[_user_id(sim, deed)]
    user.lost = (*user.lost, people.account_of(sim, deed.account).ig_id)


def _unsubscribe(sim: Sim, deed: Act) -> None:
    """A removed app hears nothing more of the person's accounts."""
    gone = [people.account_of(sim, deed.account)]
    if deed.user is not None:
        gone = [sim.world.accounts[one] for one in apps.managed(sim, sim.world.users[_user_id(sim, deed)])]
    for account in gone:
        account.subscribed_fields = account.page_fields = ()


async def _tell(sim: Sim, app: App, deed: Act) -> list[Doc]:
    kinds: dict[callbacks.Kind, bool] = {
        "deauthorize": deed.does == "remove_app",
        "deletion": deed.does == "delete_data" or (deed.does == "remove_app" and deed.delete_data),
    }
    person = _user_id(sim, deed) if deed.user is not None else people.account_of(sim, deed.account).app_scoped_id
    due: list[callbacks.Kind] = [kind for kind, is_due in kinds.items() if is_due and deed.tell]
    requests = [callbacks.Request(kind=kind, person=person, is_instagram=deed.user is None) for kind in due]
    return [await callbacks.post(sim, app, one) for one in requests]
