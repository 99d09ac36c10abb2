"""Reading conversations and messages. Family C of the rules."""

import base64
from collections.abc import Mapping
from typing import TypeVar, cast
from urllib.parse import urlencode

from graphsim import errors, fields, threads
from graphsim.fields import MISSING, Field, Getter, constant
from graphsim.http import access, nodes
from graphsim.http.attached import api_form
from graphsim.http.call import Answer, Call
from graphsim.rules import windows
from graphsim.sim import Sim
from graphsim.state import Conversation, Message, Token
from graphsim.wire import Doc, graph_time

PAGE = 25
READABLE = 20
REQUESTS_MS = 30 * windows.DAY_MS
_MESSAGE_DEFAULT = "id,created_time"

T = TypeVar("T")


def get_conversations(sim: Sim, call: Call, token: Token) -> Answer:
    """`GET {node}/conversations`. Rules C1 to C3, C7, C12, C15, C16, T16."""
    account = access.account_of(sim, call, token)
    _admit(sim, token)
    if call.is_facebook and call.params.get("platform") != "instagram":
        return Answer(document={"data": []})
    igsid = call.params.get("user_id")
    if igsid is not None:
        one = threads.find(sim, account.ig_id, igsid)
        found = [one] if one is not None and one.mids else []
    else:
        oldest = sim.now_ms() - REQUESTS_MS
        found = [one for one in sim.world.conversations_of(account.ig_id) if not one.is_request or one.updated_ms > oldest]
    asked = nodes.asked(call, "id,updated_time")
    shown, paging = page_of(sim, call, [(one.id, one) for one in found], call.params, PAGE)
    data = [fields.project(asked, _conversation_getters(sim, call, one), "UnifiedThread") for one in shown]
    if sim.most_messages is not None and sum(_nested(one) for one in data) > sim.most_messages:
        raise errors.too_much_data()
    return Answer(document={"data": data, **paging})


def get_conversation(sim: Sim, call: Call, token: Token, conversation: Conversation) -> Answer:
    """`GET /{conversation}`. Rule C4."""
    _admit(sim, token)
    asked = nodes.asked(call, "id,updated_time")
    return Answer(document=fields.project(asked, _conversation_getters(sim, call, conversation), "UnifiedThread"))


def get_messages(sim: Sim, call: Call, token: Token, conversation: Conversation) -> Answer:
    """`GET /{conversation}/messages`. Rule C4."""
    _admit(sim, token)
    asked = nodes.asked(call, _MESSAGE_DEFAULT)
    return Answer(document=_messages(sim, call, conversation, asked, call.params))


def get_message(sim: Sim, call: Call, token: Token, message: Message) -> Answer:
    """`GET /{mid}`: one of the 20 newest, not unsent. Rules C6, C11."""
    _admit(sim, token)
    conversation = threads.of(sim, message.account, message.igsid)
    if message.is_deleted or message.mid not in conversation.mids[-READABLE:]:
        raise errors.message_gone()
    document = fields.project(nodes.asked(call, _MESSAGE_DEFAULT), _message_getters(sim, message), "Message")
    return Answer(document=document)


def _nested(conversation: Doc) -> int:
    messages = cast(Doc, conversation.get("messages") or {})
    return len(cast(list[object], messages.get("data", [])))


def _admit(sim: Sim, token: Token) -> None:
    access.require(token, access.MESSAGES)
    if not sim.limits.allows(token.account, "conversations", sim.now_ms()):
        raise errors.too_many_sends()


def _conversation_getters(sim: Sim, call: Call, one: Conversation) -> Mapping[str, Getter]:
    account = sim.world.accounts[one.account]
    people: list[Doc] = [{"username": account.username, "id": account.ig_id}, _person(sim, one.account, one.igsid)]
    is_open = one.opened_ms is not None and sim.now_ms() < one.opened_ms + windows.DAY_MS
    return {
        "id": constant(one.id),
        "updated_time": constant(graph_time(one.updated_ms)),
        "participants": constant({"data": people}),
        "name": constant(people[1]["username"]),
        "message_count": constant(len(one.mids)),
        "unread_count": constant(one.unread),
        "can_reply": constant(is_open),
        "is_owner": constant(one.owner_app is None),
        "messages": lambda field: _messages(sim, call, one, field.fields or fields.parse(_MESSAGE_DEFAULT), field.arguments),
        **_odd(one.odd),
    }


def _messages(sim: Sim, call: Call, conversation: Conversation, asked: tuple[Field, ...], arguments: Mapping[str, str]) -> Doc:
    """A page of messages, newest first; those too old to read have only their id. Rules C4, C6."""
    newest_first = [sim.world.messages[mid] for mid in reversed(conversation.mids)]
    readable = {message.mid for message in newest_first[:READABLE]}
    listed = [(one.mid, one) for one in newest_first if not one.is_deleted]
    shown, paging = page_of(sim, call, listed, arguments, PAGE)
    data = [
        fields.project(asked, _message_getters(sim, one), "Message") if one.mid in readable else {"id": one.mid} for one in shown
    ]
    return {"data": data, **paging}


def _message_getters(sim: Sim, message: Message) -> Mapping[str, Getter]:
    account = sim.world.accounts[message.account]
    ours: Doc = {"username": account.username, "id": account.ig_id}
    theirs = _person(sim, message.account, message.igsid)
    sender, receiver = (ours, theirs) if message.is_from_account else (theirs, ours)
    attached = api_form(sim, message)
    return {
        "id": constant(message.mid),
        "created_time": constant(graph_time(message.sent_ms)),
        "from": constant(sender),
        "to": constant({"data": [receiver]}),
        "message": constant(message.text or ""),
        "attachments": constant(attached["attachments"]),
        "shares": constant(attached["shares"]),
        "story": constant(attached["story"]),
        "reactions": lambda _: _reactions(sim, message),
        "reply_to": constant(MISSING if message.reply_to is None else {"mid": message.reply_to}),
        "is_unsupported": constant(True if message.is_unsupported else MISSING),
        "tags": constant({"data": [{"name": "inbox"}, {"name": "read" if message.is_from_account else "unread"}]}),
        **_odd(message.odd),
    }


def _odd(values: Doc) -> Mapping[str, Getter]:
    """What is shown instead of the truth. Rule C16."""
    return {name: constant(value) for name, value in values.items()}


def _reactions(sim: Sim, message: Message) -> object:
    if not message.reactions:
        return MISSING
    account = sim.world.accounts[message.account]
    ours: Doc = {"id": account.ig_id, "username": account.username}
    theirs = _person(sim, message.account, message.igsid)
    data: list[Doc] = [
        {"reaction": emoji, "users": [ours if who == account.ig_id else theirs]} for who, emoji in message.reactions.items()
    ]
    return {"data": data}


def _person(sim: Sim, account: str, igsid: str) -> Doc:
    customer = sim.world.customer(account, igsid)
    if customer is not None:
        return {"username": customer.username, "id": igsid}
    return {"username": sim.world.accounts[account].username, "id": igsid}


def page_of(sim: Sim, call: Call, items: list[tuple[str, T]], arguments: Mapping[str, str], default: int) -> tuple[list[T], Doc]:
    """One page by cursor. Rule C7."""
    limit = _limit(arguments.get("limit"), default)
    keys = [key for key, _ in items]
    start = _place(arguments.get("after"), keys)
    shown = [item for _, item in items[start : start + limit]]
    if not shown:
        return [], {}
    end = start + len(shown) - 1
    last = _cursor(end, keys[end])
    paging: Doc = {"cursors": {"before": _cursor(start, keys[start]), "after": last}}
    if end + 1 < len(items):
        paging["next"] = _next_link(sim, call, arguments, last, limit)
    return shown, {"paging": paging}


def _cursor(place: int, key: str) -> str:
    return base64.urlsafe_b64encode(f"{place}|{key}".encode()).decode().rstrip("=")


def _place(after: str | None, keys: list[str]) -> int:
    """Where a page begins: behind the cursor's item, or behind its old place if the item is gone."""
    if after is None:
        return 0
    try:
        place, _, key = base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)).decode().partition("|")
        return keys.index(key) + 1 if key in keys else int(place)
    except ValueError as error:
        raise errors.invalid("Invalid cursor") from error


def _next_link(sim: Sim, call: Call, arguments: Mapping[str, str], after: str, limit: int) -> str:
    params = {
        name: value for name, value in {**call.params, **arguments}.items() if name not in ("after", "limit", "access_token")
    }
    query = urlencode({**params, "limit": limit, "after": after, "access_token": call.token or ""})
    return f"{sim.base_url}/{call.host}/{call.version}/{call.path}?{query}"


def _limit(text: str | None, default: int) -> int:
    try:
        wanted = int(text or default)
    except ValueError as error:
        raise errors.invalid("Param limit must be an integer") from error
    return max(1, min(wanted, 100))
