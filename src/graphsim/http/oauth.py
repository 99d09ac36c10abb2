"""The life of tokens of IG-Login. Rules T2 to T7."""

from graphsim import accounts, apps, errors
from graphsim.http import access
from graphsim.http.call import Answer, Call
from graphsim.sim import Sim
from graphsim.state import App, Code
from graphsim.wire import Doc

DAY_MS = accounts.DAY_MS


def exchange_code(sim: Sim, call: Call) -> Answer:
    """`POST api.instagram.com/oauth/access_token`: code to short token. Rules T2 to T4."""
    app = apps.by_instagram_id(sim, call.params.get("client_id", ""))
    code = sim.world.codes.get(call.params.get("code", ""))
    refused = _refused(sim, call, app, code)
    if refused is not None or code is None:
        return _oauth_error(refused or "")
    code.is_used = True
    token = accounts.add_token(sim, code.account, "short", scopes=code.scopes, grant=code.grant)
    user = sim.world.accounts[code.account].app_scoped_id
    if sim.token_answer_is_wrapped:
        wrapped: Doc = {"access_token": token.value, "user_id": user, "permissions": ",".join(code.scopes)}
        return Answer(document={"data": [wrapped]})
    return Answer(document={"access_token": token.value, "user_id": int(user), "permissions": list(code.scopes)})


def _refused(sim: Sim, call: Call, app: App | None, code: Code | None) -> str | None:
    if app is None:
        return "Invalid platform app"
    if not apps.is_secret(call.params.get("client_secret", ""), app.instagram_secret):
        return "Error validating client secret."
    if call.params.get("grant_type") != "authorization_code":
        return "Invalid grant_type"
    if code is None or code.is_used or code.grant.user is not None or code.grant.app != app.id or sim.now_ms() >= code.expires_ms:
        return "Matching code was not found or was already used"
    if code.redirect_uri != call.params.get("redirect_uri"):
        return "Error validating verification code. Please make sure your redirect_uri is identical to the one you used"
    return None


def exchange_token(sim: Sim, call: Call) -> Answer:
    """`GET /access_token`: short to long. Rule T5."""
    token = access.token_of(sim, call)
    if call.method != "GET" or call.params.get("grant_type") != "ig_exchange_token" or token.kind != "short":
        raise _unsupported(call)
    if not apps.is_secret(call.params.get("client_secret", ""), apps.of_token(sim, token).instagram_secret):
        raise errors.invalid("Error validating client secret.")
    made = accounts.add_token(sim, token.account, "long", scopes=token.scopes, grant=token.grant)
    return bearer(made.value, accounts.LONG_LIFE_MS)


def refresh_token(sim: Sim, call: Call) -> Answer:
    """`GET /refresh_access_token`: another 60 days, by a new string or the same. Rules T6, T7."""
    token = access.token_of(sim, call)
    if call.method != "GET" or call.params.get("grant_type") != "ig_refresh_token" or token.kind != "long":
        raise _unsupported(call)
    access.require(token, access.BASIC)
    now = sim.now_ms()
    if now < token.issued_ms + DAY_MS:
        raise _unsupported(call)
    if sim.refresh_keeps_token:
        token.issued_ms, token.expires_ms = now, now + accounts.LONG_LIFE_MS
        return bearer(token.value, accounts.LONG_LIFE_MS)
    made = accounts.add_token(sim, token.account, "long", scopes=token.scopes, grant=token.grant)
    return bearer(made.value, accounts.LONG_LIFE_MS)


def bearer(value: str, life_ms: int | None) -> Answer:
    """A token as these endpoints give it; `expires_in` is left out where there is no end. Rules T5, T22."""
    life: Doc = {} if life_ms is None else {"expires_in": life_ms // 1000}
    return Answer(document={"access_token": value, "token_type": "bearer", **life})


def _oauth_error(text: str) -> Answer:
    return Answer(document={"error_type": "OAuthException", "code": 400, "error_message": text}, status=400)


def _unsupported(call: Call) -> errors.GraphError:
    text = f"Unsupported request - method type: {call.method.lower()}"
    return errors.GraphError(code=100, message=text, type="IGApiException")
