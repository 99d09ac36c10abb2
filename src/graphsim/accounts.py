"""Accounts, their posts and their tokens, as they come into being."""

from typing import Literal

import msgspec

from graphsim import apps, seeds, stories, wire
from graphsim.sim import Sim
from graphsim.state import ALL_FIELDS, FACEBOOK_SCOPES, SCOPES, Account, Flavour, Grant, Post, Token, TokenKind

HOUR_MS = 3600 * 1000
DAY_MS = 24 * HOUR_MS
CODE_LIFE_MS = HOUR_MS
SHORT_LIFE_MS = HOUR_MS
LONG_LIFE_MS = 60 * DAY_MS
LIVES_MS = {"short": SHORT_LIFE_MS, "user_short": SHORT_LIFE_MS, "long": LONG_LIFE_MS, "user": LONG_LIFE_MS}


class NewAccount(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An account as the control door takes it; what is left out is made up, or kept if the account exists."""

    id: str | None = None
    username: str | None = None
    name: str | None = None
    token: str | None = None
    page_id: str | None = None
    page_token: str | None = None
    flavour: Flavour | None = None
    human_agent: bool | None = None
    message_access: bool | None = None
    echo: Literal["after", "before", "with", "never"] | None = None
    echo_delay_ms: int | None = None
    echo_app_id: bool | None = None
    wrapped_me: bool | None = None
    usage_headers: bool | None = None
    daily_calls: int | None = None
    followers: int | None = None
    subscribed_fields: list[str] | None = None
    page_tasks: tuple[str, ...] | None = None
    is_page_linked: bool | None = None
    professional_since: str | float | None = None
    day_offset_h: int | None = None
    hides_replies: bool | None = None


_FLAGS = (
    "username", "name", "page_id", "flavour", "human_agent", "message_access", "echo", "echo_delay_ms", "echo_app_id",
    "wrapped_me", "usage_headers", "daily_calls", "followers", "page_tasks", "is_page_linked", "day_offset_h", "hides_replies",
)  # fmt: skip


def begin(sim: Sim) -> None:
    """Create the app and the accounts of the command line."""
    apps.begin(sim)
    for post in sim.world.posts.values():
        stories.arm(sim, post)
    for one in sim.options.accounts:
        create(sim, NewAccount(id=one.ig_id, username=one.username, token=one.token))


def create(sim: Sim, wanted: NewAccount) -> Account:
    """Make an account with a token, a Page and a few posts, or change the one that exists."""
    ig_id = wanted.id or "1784" + sim.mint.number_of(f"account|{len(sim.world.accounts)}", 13)
    account = sim.world.accounts.get(ig_id)
    if account is None:
        account = _new(sim, ig_id, wanted)
    for flag in _FLAGS:
        value = getattr(wanted, flag)
        if value is not None:
            setattr(account, flag, value)
    if wanted.subscribed_fields is not None:
        account.subscribed_fields = tuple(wanted.subscribed_fields)
    if wanted.professional_since is not None:
        account.professional_since_ms = wire.moment(wanted.professional_since)
    if wanted.token is not None:
        add_token(sim, ig_id, "page" if wanted.token.startswith("EAA") else "long", wanted.token)
    if wanted.page_token is not None:
        add_token(sim, ig_id, "page", wanted.page_token)
    return account


def add_token(
    sim: Sim,
    account: str,
    kind: TokenKind,
    value: str | None = None,
    scopes: tuple[str, ...] | None = None,
    grant: Grant = Grant(),  # noqa: B008  a frozen value
) -> Token:
    """Issue a token: an hour, 60 days, or without end for a Page. Rules T3, T5, T15, T21."""
    now = sim.now_ms()
    life = LIVES_MS.get(kind)
    token = Token(
        value=value or sim.mint.token("IGAA" if kind in ("short", "long") else "EAA"),
        account=account,
        kind=kind,
        issued_ms=now,
        expires_ms=None if life is None else now + life,
        scopes=scopes if scopes is not None else SCOPES if kind in ("short", "long") else FACEBOOK_SCOPES,
        grant=grant,
    )
    sim.world.tokens[token.value] = token
    return token


def add_post(sim: Sim, account: Account, *, product_type: str = "FEED", is_foreign: bool = False, age_ms: int = 0) -> Post:
    """Publish a post of the account, or somebody else's that the account is not the owner of."""
    asset = sim.shelf.add("video" if product_type == "REELS" else "image", is_story=product_type == "STORY")
    post = Post(
        id=sim.mint.object_id("post"),
        account=None if is_foreign else account.ig_id,
        owner=f"someone.{sim.mint.text_of(asset.id, 4).lower()}" if is_foreign else account.username,
        caption=seeds.caption(sim.mint),
        posted_ms=sim.now_ms() - age_ms,
        asset=asset.id,
        product_type=product_type,
        media_type="VIDEO" if product_type == "REELS" else "IMAGE",
    )
    sim.world.posts[post.id] = post
    return post


def default_post(sim: Sim, account: Account) -> Post:
    """The newest post of the account; one is published if there is none."""
    posts = sim.world.posts_of(account.ig_id)
    return posts[0] if posts else add_post(sim, account)


def _new(sim: Sim, ig_id: str, wanted: NewAccount) -> Account:
    username = wanted.username or f"shop.{ig_id[-4:]}"
    account = Account(
        ig_id=ig_id,
        username=username,
        name=wanted.name or username.replace(".", " ").replace("_", " ").title(),
        app_scoped_id="26" + sim.mint.number_of(f"app-scoped|{ig_id}", 15),
        self_igsid="33" + sim.mint.number_of(f"self|{ig_id}", 14),
        page_id=wanted.page_id or "1045" + sim.mint.number_of(f"page|{ig_id}", 11),
        avatar=sim.shelf.add("avatar").id,
        subscribed_fields=ALL_FIELDS,
    )
    sim.world.accounts[ig_id] = account
    for day in range(3):
        add_post(sim, account, product_type="REELS" if day == 1 else "FEED", age_ms=(day + 1) * DAY_MS)
    if wanted.token is None:
        add_token(sim, ig_id, "long")
    if wanted.page_token is None:
        add_token(sim, ig_id, "page")
    return account
