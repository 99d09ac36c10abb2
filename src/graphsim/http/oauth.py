"""Login and the life of tokens. Rules T1 to T7."""

import hmac
import html
from urllib.parse import urlencode

from graphsim import accounts, errors
from graphsim.http import access
from graphsim.http.call import Answer, Call
from graphsim.sim import Sim
from graphsim.state import SCOPES, Account, Code
from graphsim.wire import Doc

DAY_MS = accounts.DAY_MS


def authorize(sim: Sim, params: dict[str, str]) -> tuple[str | None, str]:
    """Where the login page sends the browser, or None and the page on which an account is chosen. Rule T1."""
    target = params.get("redirect_uri", "")
    if not target.startswith(("http://", "https://")) or params.get("response_type", "code") != "code":
        return None, "<h1>Sorry, this page isn't available.</h1>"
    chosen = params.get("graphsim_account") or sim.login_account
    if sim.login_is_denied or chosen == "none":
        refused = {
            "error": "access_denied",
            "error_reason": "user_denied",
            "error_description": "The user denied your request",
        }
        return _back(target, {**refused, "state": params.get("state", "")}, ""), ""
    account = None if chosen is None else sim.world.accounts.get(chosen)
    if account is None:
        return None, _page(sim, params)
    code = _issue(sim, account, target, params.get("scope", ""))
    return _back(target, {"code": code.value, "state": params.get("state", "")}, "#_"), ""


def exchange_code(sim: Sim, call: Call) -> Answer:
    """`POST api.instagram.com/oauth/access_token`: code to short token. Rules T2 to T4."""
    code = sim.world.codes.get(call.params.get("code", "").removesuffix("#_"))
    if call.params.get("grant_type") != "authorization_code":
        return _oauth_error("Invalid grant_type")
    if not _is_secret(sim, call.params.get("client_secret", "")):
        return _oauth_error("Error validating client secret.")
    if code is None or sim.now_ms() >= code.expires_ms:
        return _oauth_error("Matching code was not found or was already used")
    if code.redirect_uri != call.params.get("redirect_uri"):
        return _oauth_error("Error validating verification code. Please make sure your redirect_uri is identical")
    del sim.world.codes[code.value]
    token = accounts.add_token(sim, code.account, "short", scopes=code.scopes)
    user = sim.world.accounts[code.account].app_scoped_id
    if sim.token_answer_is_wrapped:
        wrapped: Doc = {"access_token": token.value, "user_id": user, "permissions": ",".join(code.scopes)}
        return Answer(document={"data": [wrapped]})
    return Answer(document={"access_token": token.value, "user_id": int(user), "permissions": list(code.scopes)})


def exchange_token(sim: Sim, call: Call) -> Answer:
    """`GET /access_token`: short to long. Rule T5."""
    token = access.token_of(sim, call)
    if call.params.get("grant_type") != "ig_exchange_token" or token.kind != "short":
        raise _unsupported()
    if not _is_secret(sim, call.params.get("client_secret", "")):
        raise errors.invalid("Error validating client secret.")
    made = accounts.add_token(sim, token.account, "long", scopes=token.scopes)
    return _bearer(made.value, accounts.LONG_LIFE_MS)


def refresh_token(sim: Sim, call: Call) -> Answer:
    """`GET /refresh_access_token`: another 60 days, and a new string. Rules T6, T7."""
    token = access.token_of(sim, call)
    if call.params.get("grant_type") != "ig_refresh_token" or token.kind != "long":
        raise _unsupported()
    access.require(token, access.BASIC)
    if sim.now_ms() < token.issued_ms + DAY_MS:
        raise _unsupported()
    made = accounts.add_token(sim, token.account, "long", scopes=token.scopes)
    return _bearer(made.value, accounts.LONG_LIFE_MS)


def _issue(sim: Sim, account: Account, target: str, scope: str) -> Code:
    wanted = scope.replace(",", " ").split()
    code = Code(
        value=sim.mint.token("AQB"),
        account=account.ig_id,
        redirect_uri=target,
        scopes=tuple(one for one in SCOPES if one in wanted and one not in sim.login_unticked),
        expires_ms=sim.now_ms() + accounts.CODE_LIFE_MS,
    )
    sim.world.codes[code.value] = code
    return code


def _back(target: str, params: dict[str, str], fragment: str) -> str:
    joint = "&" if "?" in target else "?"
    return f"{target}{joint}{urlencode({name: value for name, value in params.items() if value})}{fragment}"


def _page(sim: Sim, params: dict[str, str]) -> str:
    """The page of a person who is logged in nowhere: a link for each account, and one to refuse."""
    links = [(account.ig_id, f"Continue as {account.username}") for account in sim.world.accounts.values()]
    rows = [
        f'<li><a id="account-{html.escape(key)}" href="?{html.escape(urlencode({**params, "graphsim_account": key}))}">'
        f"{html.escape(label)}</a></li>"
        for key, label in [*links, ("none", "Cancel")]
    ]
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Log in (graphsim)</title>'
        f"<h1>Log in to simulated Instagram</h1><ul>{''.join(rows)}</ul></html>"
    )


def _is_secret(sim: Sim, given: str) -> bool:
    return any(hmac.compare_digest(given.encode(), secret.encode()) for secret in sim.secrets)


def _bearer(value: str, life_ms: int) -> Answer:
    return Answer(document={"access_token": value, "token_type": "bearer", "expires_in": life_ms // 1000})


def _oauth_error(text: str) -> Answer:
    return Answer(document={"error_type": "OAuthException", "code": 400, "error_message": text}, status=400)


def _unsupported() -> errors.GraphError:
    return errors.GraphError(code=100, message="Unsupported request - method type: get", type="IGApiException")
