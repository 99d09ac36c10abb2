"""`{node}/subscribed_apps`. Rules T10, T11."""

from graphsim import errors
from graphsim.http import access
from graphsim.http.call import Answer, Call
from graphsim.sim import Sim
from graphsim.state import ALL_FIELDS, Token

PAGE_FIELDS = (
    "feed", "mention", "name", "messages", "messaging_postbacks", "message_reactions", "message_reads",
    "message_echoes", "messaging_referrals", "messaging_handovers", "messaging_optins", "messaging_policy_enforcement",
    "standby",
)  # fmt: skip


def get_subscriptions(sim: Sim, call: Call, token: Token) -> Answer:
    """Whether the app is subscribed, and to what."""
    account = access.account_of(sim, call, token)
    if not account.subscribed_fields:
        return Answer(document={"data": []})
    fields = list(account.subscribed_fields)
    return Answer(document={"data": [{"id": sim.options.app_id, "name": "graphsim", "subscribed_fields": fields}]})


def post_subscription(sim: Sim, call: Call, token: Token) -> Answer:
    """Subscribe the account to fields."""
    account = access.account_of(sim, call, token)
    wanted = [name.strip() for name in call.params.get("subscribed_fields", "").split(",") if name.strip()]
    known = PAGE_FIELDS if call.is_facebook else (*ALL_FIELDS, "message_echoes", "response_feedback")
    for position, name in enumerate(wanted):
        if name not in known:
            raise errors.invalid(f'Param subscribed_fields[{position}] must be one of {{{", ".join(known)}}} - got "{name}".')
    if not wanted:
        raise errors.invalid("The parameter subscribed_fields is required")
    account.subscribed_fields = ALL_FIELDS if call.is_facebook else tuple(wanted)
    return Answer(document={"success": True})


def delete_subscription(sim: Sim, call: Call, token: Token) -> Answer:
    """End the subscription: no event comes any more."""
    access.account_of(sim, call, token).subscribed_fields = ()
    return Answer(document={"success": True})
