"""`{node}/subscribed_apps`, and the app's own `/{app-id}/subscriptions`. Rules T10, T11, T28, T29."""

from graphsim import apps, errors, handshake
from graphsim.errors import GraphError
from graphsim.http import access
from graphsim.http.call import Answer, Call
from graphsim.sim import Sim
from graphsim.state import ALL_FIELDS, Account, App, Token
from graphsim.wire import Doc

PAGE_FIELDS = (
    "feed", "mention", "name", "messages", "messaging_postbacks", "message_reactions", "message_reads",
    "message_echoes", "messaging_referrals", "messaging_handovers", "messaging_optins", "messaging_policy_enforcement",
    "standby",
)  # fmt: skip
# what IG-Login does not have, and what it has beside the fields of our events
_FACEBOOK_ONLY = ("mentions", "story_insights", "messaging_policy_enforcement")
INSTAGRAM_FIELDS = (*(one for one in ALL_FIELDS if one not in _FACEBOOK_ONLY), "message_echoes")


def get_subscriptions(sim: Sim, call: Call, token: Token) -> Answer:
    """Whether the app is subscribed, and to what."""
    account = access.account_of(sim, call, token)
    app = apps.of_token(sim, token)
    shown = account.subscribed_fields
    if call.is_facebook:
        shown = account.page_fields or (("feed",) if account.subscribed_fields else ())
    if not shown:
        return Answer(document={"data": []})
    return Answer(document={"data": [{"id": app.id, "name": app.name, "subscribed_fields": list(shown)}]})


def post_subscription(sim: Sim, call: Call, token: Token) -> Answer:
    """Subscribe the account to fields; a fault may let it lack some and say nothing. Its events are this flavour's. Rule T29."""
    account = access.account_of(sim, call, token)
    access.require(token, "pages_manage_metadata" if call.is_facebook else access.BASIC)
    wanted = _wanted(call)
    fault = sim.faults.take(("subscriptions",), ("lack",), account.ig_id)
    kept = tuple(one for one in wanted if fault is None or one not in fault.fields)
    account.flavour = "fb" if call.is_facebook else "ig"
    if call.is_facebook:
        account.page_fields = kept
        account.subscribed_fields = tuple(one for one in ALL_FIELDS if fault is None or one not in fault.fields)
    else:
        account.subscribed_fields = kept
    return Answer(document={"success": True})


def delete_subscription(sim: Sim, call: Call, token: Token) -> Answer:
    """End the subscription: no event comes any more."""
    account: Account = access.account_of(sim, call, token)
    account.subscribed_fields = account.page_fields = ()
    return Answer(document={"success": True})


def _wanted(call: Call) -> list[str]:
    wanted = [name.strip() for name in call.params.get("subscribed_fields", "").split(",") if name.strip()]
    known = PAGE_FIELDS if call.is_facebook else INSTAGRAM_FIELDS
    for position, name in enumerate(wanted):
        if name not in known:
            raise errors.invalid(f'Param subscribed_fields[{position}] must be one of {{{", ".join(known)}}} - got "{name}".')
    if not wanted:
        raise errors.invalid("The parameter subscribed_fields is required")
    return wanted


async def of_app(sim: Sim, call: Call) -> Answer:
    """`/{app-id}/subscriptions` with the app's own token: the fields of the object `instagram`. Rule T28."""
    app = apps.of_bearer(sim, call.token or "")
    if app is None:
        raise errors.bad_token() if call.token else errors.no_token()
    if call.node() != app.id:
        raise errors.no_object(call.method, call.node())
    if call.method == "GET":
        return Answer(document={"data": _shown(sim, app)})
    if call.params.get("object") == "instagram" and not app.may_subscribe:
        raise GraphError(code=200, message="(#200) The object instagram cannot be subscribed to by this call", status=403)
    if call.params.get("object") != "instagram" or call.method not in ("POST", "DELETE"):
        raise errors.invalid("The parameter object is required")
    return await _subscribe(sim, call, app) if call.method == "POST" else _unsubscribe(app)


def _shown(sim: Sim, app: App) -> list[Doc]:
    callback = sim.dispatcher.settings.callback
    if callback is None or not app.webhook_fields:
        return []
    fields = [{"name": one, "version": "v25.0"} for one in app.webhook_fields]
    return [{"object": "instagram", "callback_url": callback, "active": True, "fields": fields}]


async def _subscribe(sim: Sim, call: Call, app: App) -> Answer:
    fields = tuple(one.strip() for one in call.params.get("fields", "").split(",") if one.strip())
    unknown = [one for one in fields if one not in ALL_FIELDS]
    if unknown or not fields:
        raise errors.invalid(f"Param fields must be of {{{', '.join(ALL_FIELDS)}}}")
    found = await handshake.check(sim, call.params.get("callback_url", ""), call.params.get("verify_token", ""))
    if not found["ok"]:
        raise GraphError(code=2200, message="(#2200) Callback verification failed")
    app.webhook_fields = fields
    return Answer(document={"success": True})


def _unsubscribe(app: App) -> Answer:
    app.webhook_fields = ()
    return Answer(document={"success": True})
