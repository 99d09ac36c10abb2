"""Reading accounts and profiles. Families P and T of the rules."""

from collections.abc import Mapping

from graphsim import errors, fields
from graphsim.fields import MISSING, Field, Getter, constant
from graphsim.http import access
from graphsim.http.call import Answer, Call
from graphsim.sim import Sim
from graphsim.state import Account, Customer, Token


def asked(call: Call, default: str = "id") -> tuple[Field, ...]:
    """The fields a call asks for."""
    return fields.parse(call.params.get("fields") or default)


def get_account(sim: Sim, call: Call, token: Token) -> Answer:
    """`GET /me` and `GET /{IGID}`. Rule T8."""
    account = access.media_account_of(sim, call, token) if token.grant.accounts else access.own(sim, token)
    if call.is_facebook and call.node() in ("me", account.page_id):
        return Answer(document=fields.project(asked(call, "id,name"), page_getters(sim, account), "Page"))
    access.require(token, access.BASIC)
    getters = dict(account_getters(sim, account))
    if call.is_facebook:
        getters["id"] = constant(account.ig_id)
    document = fields.project(asked(call), getters, "IGUser")
    is_wrapped = account.wrapped_me and call.node() == "me"
    return Answer(document={"data": [document]} if is_wrapped else document)


def account_getters(sim: Sim, account: Account) -> Mapping[str, Getter]:
    """The fields of an account; `id` is the app-scoped one. Rule T8."""
    avatar = sim.world.assets[account.avatar]
    return {
        "id": constant(account.app_scoped_id),
        "user_id": constant(account.ig_id),
        "username": constant(account.username),
        "name": constant(account.name),
        "account_type": constant("BUSINESS"),
        "profile_picture_url": lambda _: sim.shelf.link(avatar),
        "followers_count": constant(account.followers),
        "follows_count": constant(180),
        "media_count": lambda _: len(sim.world.posts_of(account.ig_id)),
        "biography": constant(""),
        "website": MISSING_GETTER,
    }


def get_profile(sim: Sim, token: Token, call: Call, customer: Customer) -> Answer:
    """`GET /{IGSID}`: only of those who wrote. Rules P1 to P6."""
    access.require(token, access.MESSAGES)
    if customer.is_gone:
        raise errors.nobody()
    if customer.has_blocked:
        raise errors.no_object("GET", customer.igsid)
    if not customer.has_consented:
        raise errors.no_consent()
    return Answer(document=fields.project(asked(call, "id,name"), profile_getters(sim, customer), "IGBusinessScopedUser"))


def profile_getters(sim: Sim, customer: Customer) -> Mapping[str, Getter]:
    """The fields of a profile; a hidden or empty one is left out. Rule P2."""
    avatar = None if customer.avatar is None else sim.world.assets.get(customer.avatar)
    values: dict[str, object] = {
        "name": customer.name,
        "username": customer.username,
        "profile_pic": None if avatar is None or avatar.is_killed else sim.shelf.link(avatar),
        "follower_count": customer.follower_count,
        "is_user_follow_business": customer.is_user_follow_business,
        "is_business_follow_user": customer.is_business_follow_user,
        "is_verified_user": customer.is_verified_user,
    }
    hidden = customer.hidden_fields
    getters = {name: constant(MISSING if value is None or name in hidden else value) for name, value in values.items()}
    return {**getters, "id": constant(customer.igsid)}


def page_getters(sim: Sim, account: Account) -> Mapping[str, Getter]:
    """The fields of a Page; the Instagram account is missing where none is linked. Rule T15."""
    getters = {**account_getters(sim, account), "id": constant(account.ig_id)}

    def linked(one: Field) -> object:
        return fields.project(one.fields, getters, "IGUser") if account.is_page_linked else MISSING

    return {
        "id": constant(account.page_id),
        "name": constant(account.name),
        "tasks": constant(list(account.page_tasks)),
        "instagram_business_account": linked,
    }


MISSING_GETTER: Getter = constant(MISSING)
