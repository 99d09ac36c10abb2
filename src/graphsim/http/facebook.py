"""What is on graph.facebook.com alone: its OAuth, what a token is, what a person granted, their Pages. Rules T15, T21 to T25."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import replace

from graphsim import accounts, apps, errors, fields
from graphsim.errors import GraphError
from graphsim.fields import Getter, constant
from graphsim.http import access, nodes
from graphsim.http.call import Answer, Call
from graphsim.http.oauth import bearer
from graphsim.sim import Sim
from graphsim.state import Account, App, Code, Token, User
from graphsim.wire import Doc

LEFT_OUT_TEXT = "The permission(s) pages_show_list must be granted before impersonating a user's page."


def access_token(sim: Sim, call: Call) -> Answer:
    """`GET oauth/access_token`: a code, or a user's token, becomes a token. Rules T21, T22."""
    app = sim.world.apps.get(call.params.get("client_id", ""))
    if app is None:
        raise GraphError(code=101, message="Error validating application. Cannot get application info due to a system error.")
    if not apps.is_secret(call.params.get("client_secret", ""), app.secret):
        raise GraphError(code=1, message="Error validating client secret.")
    if call.params.get("grant_type") == "fb_exchange_token":
        return _exchange(sim, call, app)
    return _redeem(sim, app, _code(sim, call, app))


def _code(sim: Sim, call: Call, app: App) -> Code:
    code = sim.world.codes.get(call.params.get("code", ""))
    if code is None or code.grant.user is None or code.grant.app != app.id:
        raise _bad_code("Invalid verification code format.", None)
    if code.is_used:
        raise _bad_code("This authorization code has been used.", 36009)
    if sim.now_ms() >= code.expires_ms:
        raise _bad_code("This authorization code has expired.", 36007)
    if code.redirect_uri != call.params.get("redirect_uri"):
        text = "Error validating verification code. Please make sure your redirect_uri is identical to the one you used"
        raise _bad_code(text, 36008)
    return code


def _bad_code(text: str, subcode: int | None) -> GraphError:
    return GraphError(code=100, subcode=subcode, message=text)


def _redeem(sim: Sim, app: App, code: Code) -> Answer:
    """A user's token. The login gives tokens of earlier ones access to data again, but for the Pages it left out (T15, T24)."""
    code.is_used = True
    for token in sim.world.tokens.values():
        if token.grant.user == code.grant.user and apps.of_token(sim, token).id == app.id:
            _after_login(sim, token, code)
    made = accounts.add_token(
        sim, code.account, "user" if sim.facebook_code_gives == "long" else "user_short", scopes=code.scopes,
        grant=replace(code.grant, login_ms=sim.now_ms()),
    )  # fmt: skip
    return bearer(made.value, accounts.LIVES_MS[made.kind])


def _after_login(sim: Sim, token: Token, code: Code) -> None:
    token.grant = replace(token.grant, login_ms=sim.now_ms())
    if token.kind == "page" and token.account not in code.grant.accounts and not token.is_dead:
        token.is_dead, token.dead_subcode, token.dead_text = True, None, LEFT_OUT_TEXT


def _exchange(sim: Sim, call: Call, app: App) -> Answer:
    """Short to long; a long one gets another 60 days once it is a day old. Rule T22."""
    call.token = call.params.get("fb_exchange_token")
    token = access.token_of(sim, call)
    if token.kind not in ("user", "user_short") or apps.of_token(sim, token).id != app.id:
        raise errors.invalid("The token to exchange is not a user's token of this app")
    now = sim.now_ms()
    if token.kind == "user" and (token.expires_ms is None or now < token.issued_ms + accounts.DAY_MS):
        return bearer(token.value, None if token.expires_ms is None else token.expires_ms - now)
    made = accounts.add_token(
        sim, token.account, "user", scopes=token.scopes, grant=token.grant
    )  # fmt: skip
    return bearer(made.value, accounts.LONG_LIFE_MS)


def debug_token(sim: Sim, call: Call) -> Answer:
    """`GET debug_token` with the app's own token. Rule T23."""
    app = apps.of_bearer(sim, call.token or "")
    if app is None:
        raise errors.bad_token()
    token = sim.world.tokens.get(call.params.get("input_token", ""))
    if token is None or token.flavour == "ig" or apps.of_token(sim, token).id != app.id:
        error: Doc = {"code": 190, "message": "The access token could not be decrypted"}
        return Answer(document={"data": {"error": error, "is_valid": False, "scopes": []}})
    return Answer(document={"data": _inspected(sim, app, token)})


def _inspected(sim: Sim, app: App, token: Token) -> Doc:
    ending = access.data_access_ends_ms(sim, token)
    owned: Doc = {"profile_id": sim.world.accounts[token.account].page_id} if token.kind == "page" else {}
    granted = access.granted(token)
    found: Doc = {
        "app_id": app.id,
        "type": "PAGE" if token.kind == "page" else "USER",
        "application": app.name,
        "data_access_expires_at": 0 if ending is None else ending // 1000,
        "expires_at": 0 if token.expires_ms is None else token.expires_ms // 1000,
        "is_valid": True,
        "issued_at": token.issued_ms // 1000,
        "scopes": list(granted),
        "granular_scopes": [_granular(sim, token, one) for one in granted],
        "user_id": token.grant.user or apps.USER_ID,
        **owned,
    }
    problem = access.problem_of(sim, token)
    if problem is None:
        return found
    error: Doc = {"code": problem.code, "message": problem.message}
    if problem.subcode is not None:
        error["subcode"] = problem.subcode
    return {**found, "is_valid": False, "error": error}


def _granular(sim: Sim, token: Token, scope: str) -> Doc:
    """What a permission is limited to: the IGID for Instagram's, the Page for the others."""
    if not token.grant.accounts or not scope.startswith(("instagram_", "pages_")):
        return {"scope": scope}
    shared = [sim.world.accounts[one] for one in token.grant.accounts]
    return {"scope": scope, "target_ids": [one.ig_id if scope.startswith("instagram_") else one.page_id for one in shared]}


def get_permissions(sim: Sim, call: Call, token: Token) -> Answer:
    """`GET /me/permissions` with a user's token. Rule T25."""
    user_of(sim, call, token)
    granted = [{"permission": one, "status": "granted"} for one in access.granted(token)]
    declined = [{"permission": one, "status": "declined"} for one in (*token.grant.declined, *token.withdrawn)]
    return Answer(document={"data": [*granted, *declined]})


def get_user(sim: Sim, call: Call, token: Token) -> Answer:
    """`GET /me` with a user's token: the app-scoped id that T12 names. Rule T25."""
    user = user_of(sim, call, token)
    getters: dict[str, Getter] = {"id": constant(user.id), "name": constant(user.name)}
    return Answer(document=fields.project(nodes.asked(call, "id,name"), getters, "User"))


def get_pages(sim: Sim, call: Call, token: Token) -> Answer:
    """`GET /me/accounts` with a user's token: the Pages they shared and manage, with tokens. Rule T15."""
    user = user_of(sim, call, token)
    shared = token.grant.accounts or (token.account,)
    found = [sim.world.accounts[one] for one in apps.managed(sim, user) if one in shared]
    if not found or "pages_show_list" not in access.granted(token):
        return Answer(document={"data": []})
    asked = nodes.asked(call, "id,name,access_token,tasks")
    pages = [fields.project(asked, _listed(sim, token, one), "Page") for one in found]
    return Answer(document={"data": pages, "paging": {"cursors": {"before": "QVFI", "after": "QVFI"}}})


def user_of(sim: Sim, call: Call, token: Token) -> User:
    """The person of a user's token at `me` or their id. Raises GraphError."""
    user = sim.world.users[token.grant.user or apps.USER_ID]
    if token.kind not in ("user", "user_short") or call.node() not in ("me", user.id):
        raise errors.no_object(call.method, call.node())
    return user


def _listed(sim: Sim, token: Token, account: Account) -> Mapping[str, Getter]:
    return {**nodes.page_getters(sim, account), "access_token": lambda _: _page_token(sim, token, account)}


def _page_token(sim: Sim, token: Token, account: Account) -> str:
    """The Page's token of this login: without end if the user's is long, else as short as it. Rule T15."""
    wanted = replace(token.grant, accounts=())
    expires_ms = token.expires_ms if token.kind == "user_short" else None
    for one in sim.world.tokens.values():
        is_same = one.kind == "page" and (one.account, one.grant, one.expires_ms) == (account.ig_id, wanted, expires_ms)
        if is_same and access.problem_of(sim, one) is None:
            return one.value
    made = accounts.add_token(sim, account.ig_id, "page", scopes=access.granted(token), grant=wanted)
    made.expires_ms = expires_ms
    return made.value


def prove(sim: Sim, call: Call, token: Token) -> None:
    """Check `appsecret_proof`, where it is given or the app asks for it. Rule T26."""
    app = apps.of_token(sim, token)
    given = call.params.get("appsecret_proof")
    if given is None:
        if app.requires_proof:
            raise errors.invalid("API calls from the server require an appsecret_proof argument")
        return
    expected = hmac.new(app.secret.encode(), token.value.encode(), hashlib.sha256).hexdigest()
    if not apps.is_secret(given, expected):
        raise errors.invalid("Invalid appsecret_proof provided in the API argument")
