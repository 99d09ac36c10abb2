"""Operations on accounts, participants, posts, tokens and files."""

from typing import Literal

import msgspec

from graphsim import accounts, people, stories
from graphsim.control.operation import Operation, ask, number, post
from graphsim.people import Unknown
from graphsim.sim import Sim
from graphsim.state import Account, Asset, Customer, Token, TokenKind
from graphsim.wire import Doc

Query = dict[str, str]


class Person(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A participant to make or change; what is left out stays. `gone`: nobody of this id any more (P4)."""

    account: str | None = None
    id: str | None = None
    username: str | None = None
    name: str | None = None
    follower_count: int | None = None
    is_user_follow_business: bool | None = None
    is_business_follow_user: bool | None = None
    is_verified_user: bool | None = None
    hidden_fields: list[str] | None = None
    blocked: bool | None = None
    gone: bool | None = None
    consented: bool | None = None
    new_picture: bool = False
    no_picture: bool = False


class NewPost(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A post to publish."""

    account: str | None = None
    product_type: Literal["FEED", "REELS", "STORY", "AD", "LIVE"] = "FEED"
    caption: str | None = None
    age_s: float = 0
    on_facebook: bool = False


class TokenAct(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Issue a token, or make one (or all of an account) expire or die with a subcode of T14; or change its scopes."""

    action: Literal["issue", "expire", "revoke", "scopes"]
    token: str | None = None
    account: str | None = None
    kind: TokenKind = "long"
    subcode: int | None = 467
    scopes: list[str] | None = None
    age_s: float = 0


class FileAct(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What a file's links do from now on; `expire` makes the ones handed out dead (M1, M9)."""

    asset: str | None = None
    mid: str | None = None
    answer: Literal["ok", "403", "404", "410", "500", "html", "redirect", "slow", "big", "wrong_type", "truncate"] | None = None
    expire: bool = False


def operations() -> tuple[Operation, ...]:
    """All operations of this room."""
    return (
        post("/accounts", "Make or change an account", accounts.NewAccount, _create),
        ask("/accounts", "All accounts with their tokens", _accounts),
        post("/customers", "Make or change a participant", Person, _person),
        ask("/customers", "The participants of an account", _people, ("account",)),
        post("/posts", "Publish a post", NewPost, _post),
        ask("/posts", "The posts of an account", _posts, ("account",)),
        ask("/messages", "The messages of a conversation as they are now", _messages, ("account", "customer", "limit")),
        post("/tokens", "Issue, expire or revoke tokens", TokenAct, _token),
        ask("/tokens", "All tokens", _tokens),
        post("/files", "Break or expire the links of a file", FileAct, _files),
    )


def _create(sim: Sim, wanted: accounts.NewAccount) -> Doc:
    return _account(sim, accounts.create(sim, wanted))


def _tokens(sim: Sim, query: Query) -> Doc:
    del query
    return {"items": [_shown_token(sim, one) for one in sim.world.tokens.values()]}


def _account(sim: Sim, account: Account) -> Doc:
    tokens = [one for one in sim.world.tokens.values() if one.account == account.ig_id]
    return {
        **msgspec.to_builtins(account),
        "id": account.ig_id,
        "tokens": [_shown_token(sim, one) for one in tokens],
    }


def _accounts(sim: Sim, query: Query) -> Doc:
    del query
    return {"items": [_account(sim, one) for one in sim.world.accounts.values()]}


def _person(sim: Sim, act: Person) -> Doc:
    account = people.account_of(sim, act.account)
    customer = people.customer_of(sim, account, act.id or act.username)
    flags = (
        "username",
        "name",
        "follower_count",
        "is_user_follow_business",
        "is_business_follow_user",
        "is_verified_user",
    )
    for flag in flags:
        value = getattr(act, flag)
        if value is not None:
            setattr(customer, flag, value)
    customer.hidden_fields = customer.hidden_fields if act.hidden_fields is None else tuple(act.hidden_fields)
    customer.has_blocked = customer.has_blocked if act.blocked is None else act.blocked
    customer.is_gone = customer.is_gone if act.gone is None else act.gone
    customer.has_consented = customer.has_consented if act.consented is None else act.consented
    if act.new_picture or act.no_picture:
        customer.avatar = None if act.no_picture else sim.shelf.add("avatar").id
    return _shown(customer)


def _shown(customer: Customer) -> Doc:
    return {**msgspec.to_builtins(customer), "id": customer.igsid}


def _people(sim: Sim, query: Query) -> Doc:
    account = people.account_of(sim, query.get("account"))
    return {"items": [_shown(one) for one in sim.world.customers_of(account.ig_id)]}


def _post(sim: Sim, act: NewPost) -> Doc:
    account = people.account_of(sim, act.account)
    made = accounts.add_post(sim, account, product_type=act.product_type, age_ms=round(act.age_s * 1000))
    made.caption = act.caption or made.caption
    made.is_on_facebook = act.on_facebook
    stories.arm(sim, made)
    return msgspec.to_builtins(made)


def _posts(sim: Sim, query: Query) -> Doc:
    account = people.account_of(sim, query.get("account"))
    return {"items": msgspec.to_builtins(sim.world.posts_of(account.ig_id))}


def _messages(sim: Sim, query: Query) -> Doc:
    """What Instagram itself would show, oldest first: the truth to compare a client with."""
    account = people.account_of(sim, query.get("account"))
    limit = int(number(query, "limit", 1000))
    customer = query.get("customer")
    found = [one for one in sim.world.conversations_of(account.ig_id) if customer in (None, one.igsid)]
    mids = [mid for one in found for mid in one.mids[-limit:]]
    return {"items": [msgspec.to_builtins(sim.world.messages[mid]) for mid in mids]}


def _token(sim: Sim, act: TokenAct) -> Doc:
    account = people.account_of(sim, act.account) if act.token is None else None
    if act.action == "issue":
        owner = account or people.account_of(sim, act.account)
        scopes = None if act.scopes is None else tuple(act.scopes)
        made = accounts.add_token(sim, owner.ig_id, act.kind, act.token, scopes)
        made.issued_ms -= round(act.age_s * 1000)
        return {"items": [_shown_token(sim, made)]}
    chosen = [one for one in sim.world.tokens.values() if act.token == one.value or (account and one.account == account.ig_id)]
    if not chosen:
        raise Unknown("there is no such token")
    for token in chosen:
        _change(sim, token, act)
    return {"items": [_shown_token(sim, one) for one in chosen]}


def _change(sim: Sim, token: Token, act: TokenAct) -> None:
    if act.action == "expire":
        token.expires_ms = sim.now_ms()
    elif act.action == "scopes":
        token.scopes = tuple(act.scopes or ())
    else:
        token.is_dead, token.dead_subcode = True, act.subcode


def _shown_token(sim: Sim, token: Token) -> Doc:
    is_alive = not token.is_dead and (token.expires_ms is None or sim.now_ms() < token.expires_ms)
    return {**msgspec.to_builtins(token), "is_alive": is_alive}


def _files(sim: Sim, act: FileAct) -> Doc:
    ids = [act.asset] if act.asset is not None else []
    if act.mid is not None:
        message = people.message_of(sim, act.mid)
        ids += [one.asset for one in message.attachments if one.asset is not None]
        ids += [message.story.asset] if message.story is not None else []
    found: list[Asset] = [sim.world.assets[one] for one in dict.fromkeys(ids) if one in sim.world.assets]
    if not found:
        raise Unknown("there is no such file")
    for asset in found:
        asset.answer = act.answer or asset.answer
        if act.expire:
            sim.shelf.expire_link(asset)
    return {"items": [{"asset": one.id, "answer": one.answer, "link": sim.shelf.link(one)} for one in found]}
