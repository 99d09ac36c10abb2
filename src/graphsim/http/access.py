"""Whose token, and what it may do. Rules T9, T14, T16."""

from graphsim import errors
from graphsim.accounts import EXPIRED_TEXT, REVOKED_TEXTS
from graphsim.http.call import Call
from graphsim.sim import Sim
from graphsim.state import Account, Token

BASIC = "instagram_business_basic"
MESSAGES = "instagram_business_manage_messages"
COMMENTS = "instagram_business_manage_comments"


def token_of(sim: Sim, call: Call) -> Token:
    """The living token of a call. Raises GraphError 104 or 190."""
    if call.token is None:
        raise errors.no_token()
    token = sim.world.tokens.get(call.token)
    if token is None or (token.flavour == "fb") != call.is_facebook:
        raise errors.bad_token()
    if token.is_dead:
        text = REVOKED_TEXTS.get(token.dead_subcode or 0, REVOKED_TEXTS[467])
        raise errors.bad_token(token.dead_subcode, text)
    if token.expires_ms is not None and sim.now_ms() >= token.expires_ms:
        raise errors.bad_token(463, EXPIRED_TEXT)
    return token


def account_of(sim: Sim, call: Call, token: Token) -> Account:
    """The account whose node a call names: `me`, the IGID or (FB-Login) the Page. Raises GraphError. Rules S21, T16."""
    account = sim.world.accounts[token.account]
    node = call.node()
    if call.is_facebook and node == account.ig_id:
        raise errors.wrong_node()
    own = account.page_id if call.is_facebook else account.ig_id
    if node not in ("me", own):
        raise errors.no_object(call.method, node)
    return account


def media_account_of(sim: Sim, call: Call, token: Token) -> Account:
    """The same for posts and comments, which both flavours address by the IGID."""
    account = sim.world.accounts[token.account]
    if call.node() not in ("me", account.ig_id):
        raise errors.no_object(call.method, call.node())
    return account


def require(token: Token, scope: str) -> None:
    """Refuse a token that was not granted the permission."""
    if scope not in token.scopes:
        raise errors.no_permission()
