"""Whose token, and what it may do. Rules T9, T14, T16, T24, T27."""

from graphsim import errors
from graphsim.errors import GraphError
from graphsim.http.call import Call
from graphsim.rules import pacific
from graphsim.sim import Sim
from graphsim.state import FACEBOOK_NAMES, Account, Token

DAY_MS = 24 * 3600 * 1000
BASIC = "instagram_business_basic"
MESSAGES = "instagram_business_manage_messages"
COMMENTS = "instagram_business_manage_comments"
INSIGHTS = "instagram_business_manage_insights"
_START = "Error validating access token: "
DEAD_TEXTS = {
    458: f"{_START}The user has not authorized application.",
    459: f"{_START}You cannot access the app till you log in to www.instagram.com and follow the instructions given.",
    460: f"{_START}The session has been invalidated because the user changed their password or Facebook has changed the "
    "session for security reasons.",
    464: f"{_START}Sessions for the user are not allowed because the user is not a confirmed user.",
    467: f"{_START}This session is invalid.",
    492: f"{_START}The user has no role on the Page.",
}


def token_of(sim: Sim, call: Call) -> Token:
    """The living token of a call. Raises GraphError 104 or 190."""
    if call.token is None:
        raise errors.no_token()
    token = sim.world.tokens.get(call.token)
    if token is None or (token.flavour == "fb") != call.is_facebook:
        raise errors.bad_token()
    problem = problem_of(sim, token)
    if problem is not None:
        raise problem
    return token


def problem_of(sim: Sim, token: Token) -> GraphError | None:
    """Why a token is dead; None if it lives. Rules T14, T24."""
    now = sim.now_ms()
    subcode, text = token.dead_subcode, token.dead_text
    ending = data_access_ends_ms(sim, token)
    if token.is_dead:
        text = text or DEAD_TEXTS.get(subcode or 0, DEAD_TEXTS[467])
    elif token.expires_ms is not None and now >= token.expires_ms:
        expired, present = pacific.session_time(token.expires_ms), pacific.session_time(now)
        subcode, text = 463, f"{_START}Session has expired on {expired}. The current time is {present}."
    elif ending is not None and now >= ending:
        subcode, text = None, f"{_START}The user's access to data has expired."
    else:
        return None
    is_shown = token.flavour == "fb" or sim.shows_instagram_subcodes
    return errors.bad_token(subcode if is_shown else None, text or "")


def data_access_ends_ms(sim: Sim, token: Token) -> int | None:
    """When data access ends unless the person logs in again; None: never. Rule T24."""
    if token.grant.login_ms is None or sim.data_access_days is None:
        return None
    return token.grant.login_ms + sim.data_access_days * DAY_MS


def account_of(sim: Sim, call: Call, token: Token) -> Account:
    """The account whose node a call names: `me`, the IGID or (FB-Login) the Page. Raises GraphError. Rules S21, T16."""
    account = own(sim, token)
    node = call.node()
    if call.is_facebook and node == account.ig_id:
        raise errors.wrong_node()
    mine = account.page_id if call.is_facebook else account.ig_id
    if node not in ("me", mine):
        raise errors.no_object(call.method, node)
    return account


def media_account_of(sim: Sim, call: Call, token: Token) -> Account:
    """The same for posts, comments and insights, which both flavours address by the IGID; a user's token reaches all shared."""
    node = call.node()
    if node in token.grant.accounts:
        return sim.world.accounts[node]
    account = own(sim, token)
    if node not in ("me", account.ig_id):
        raise errors.no_object(call.method, node)
    return account


def own(sim: Sim, token: Token) -> Account:
    """The account of a token. Raises GraphError for a user who shared none."""
    account = sim.world.accounts.get(token.account)
    if account is None:
        raise errors.no_permission()
    return account


def granted(token: Token) -> tuple[str, ...]:
    """The permissions a token has now."""
    return tuple(one for one in token.scopes if one not in token.withdrawn)


def require(token: Token, scope: str) -> None:
    """Refuse a token that was not granted the permission, or whose person took it back. Rule T27."""
    name = scope if token.flavour == "ig" else FACEBOOK_NAMES.get(scope, scope)
    if name in token.withdrawn:
        raise errors.permission_withdrawn()
    if name not in token.scopes:
        raise errors.no_permission()
