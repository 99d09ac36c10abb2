"""Which handler a Graph call belongs to, and everything around it: faults, tokens, limits."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from graphsim import errors
from graphsim.faults import Target
from graphsim.http import (
    access,
    comments,
    conversations,
    facebook,
    files,
    insights,
    media_insights,
    nodes,
    oauth,
    send,
    subscriptions,
)
from graphsim.http.call import Answer, Call
from graphsim.sim import Sim
from graphsim.state import Token

Plain = Callable[[Sim, Call, Token], Answer]
Kind = Literal["post", "comment", "message", "conversation", "customer", "account"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A handler and the name by which faults find it."""

    target: Target
    run: Plain


_EDGES: dict[tuple[str, str], Route] = {
    ("GET", "conversations"): Route(target="conversations", run=conversations.get_conversations),
    ("GET", "subscribed_apps"): Route(target="subscriptions", run=subscriptions.get_subscriptions),
    ("POST", "subscribed_apps"): Route(target="subscriptions", run=subscriptions.post_subscription),
    ("DELETE", "subscribed_apps"): Route(target="subscriptions", run=subscriptions.delete_subscription),
    ("GET", "media"): Route(target="media", run=comments.get_posts),
    ("POST", "mentions"): Route(target="comments", run=comments.post_mention),
    ("GET", "stories"): Route(target="media", run=comments.get_stories),
    ("GET", "live_media"): Route(target="media", run=comments.get_live),
    ("POST", "likes"): Route(target="comments", run=comments.like),
    ("DELETE", "likes"): Route(target="comments", run=comments.like),
    ("GET", "accounts"): Route(target="me", run=facebook.get_pages),
    ("GET", "permissions"): Route(target="me", run=facebook.get_permissions),
}
_TOKEN_PATHS = {"access_token": oauth.exchange_token, "refresh_access_token": oauth.refresh_token}
_REMOVED = ("ids", "date_format")
_OAUTH = "oauth/access_token"


def target_of(sim: Sim, call: Call) -> Target:
    """The name by which faults find this call."""
    if call.path == "refresh_access_token" or call.params.get("grant_type") == "fb_exchange_token":
        return "refresh"
    if call.path in _TOKEN_PATHS or call.path == _OAUTH:
        return "token"
    edge = call.parts[1] if len(call.parts) == 2 else ""
    named: dict[str, Target] = {"insights": "insights", "subscriptions": "subscriptions"}
    if edge in named or call.path == "debug_token":
        return named.get(edge, "me")
    if edge == "messages":
        return "send" if call.method == "POST" else "conversations"
    if edge == "message_attachments":
        return "upload"
    if (call.method, edge) in _EDGES:
        return _EDGES[call.method, edge].target
    by_kind: dict[Kind, Target] = {
        "post": "media",
        "comment": "comments",
        "message": "message",
        "conversation": "conversations",
        "customer": "profile",
        "account": "me",
    }
    kind = _kind(sim, call.node())
    if edge in ("comments", "replies"):
        return "comments"
    return "graph" if kind is None else by_kind[kind]


async def answer(sim: Sim, call: Call) -> Answer:
    """Answer a call, or raise GraphError. Rules T9, T18, L4, E5."""
    if call.host == "api.instagram.com":
        if (call.method, call.path) != ("POST", _OAUTH):
            raise errors.unknown_path(call.path)
        return oauth.exchange_code(sim, call)
    if call.path in _TOKEN_PATHS and not call.is_facebook:
        return _TOKEN_PATHS[call.path](sim, call)
    apart = await _apart(sim, call)
    if apart is not None:
        return apart
    if any(name in call.params for name in _REMOVED):
        raise errors.invalid("The parameters ids and date_format are no longer supported")
    token = access.token_of(sim, call)
    if call.is_facebook:
        facebook.prove(sim, call, token)
    account = sim.world.accounts.get(token.account)
    if account is None:  # a user who shared no Page
        return await _dispatch(sim, call, token)
    if not sim.limits.allows_daily(account.ig_id, account.daily_calls, sim.now_ms()):
        raise errors.throttled()
    found = await _dispatch(sim, call, token)
    if account.usage_headers:
        found.headers["x-business-use-case-usage"] = sim.limits.header(account.ig_id, account.daily_calls)
    return found


async def _apart(sim: Sim, call: Call) -> Answer | None:
    """What needs no token of a person, on graph.facebook.com. Rules T21 to T23, T28."""
    if not call.is_facebook:
        return None
    if (call.method, call.path) == ("GET", _OAUTH):
        return facebook.access_token(sim, call)
    if (call.method, call.path) == ("GET", "debug_token"):
        return facebook.debug_token(sim, call)
    if len(call.parts) == 2 and call.parts[1] == "subscriptions":
        return await subscriptions.of_app(sim, call)
    return None


async def _dispatch(sim: Sim, call: Call, token: Token) -> Answer:
    if not 1 <= len(call.parts) <= 2:
        raise errors.unknown_path(call.path)
    edge = call.parts[1] if len(call.parts) == 2 else None
    if edge is None:
        return _node(sim, call, token)
    if call.method == "POST" and edge == "messages":
        return await send.post_message(sim, call, token)
    if call.method == "POST" and edge == "message_attachments":
        return await files.post_upload(sim, call, token)
    if (call.method, edge) in _EDGES:
        return _EDGES[call.method, edge].run(sim, call, token)
    return _edge_of_object(sim, call, token, edge)


def _node(sim: Sim, call: Call, token: Token) -> Answer:
    """`/{id}`, whatever the id is of."""
    node, world = call.node(), sim.world
    if node in world.comments and world.comments[node].account in _reached(token):
        return _comment(sim, call, token)
    if node in world.posts and world.posts[node].account in (None, *_reached(token)):
        handler = {"GET": comments.get_post, "POST": comments.post_post}.get(call.method)
        if handler is not None:
            return handler(sim, call, token, world.posts[node])
    if call.method != "GET":
        raise errors.no_object(call.method, node)
    return _read(sim, call, token)


def _comment(sim: Sim, call: Call, token: Token) -> Answer:
    handlers = {"GET": comments.get_comment, "POST": comments.hide_comment, "DELETE": comments.delete_comment}
    handler = handlers.get(call.method)
    if handler is None:
        raise errors.no_object(call.method, call.node())
    return handler(sim, call, token, sim.world.comments[call.node()])


def _read(sim: Sim, call: Call, token: Token) -> Answer:
    node, world = call.node(), sim.world
    if token.kind in ("user", "user_short") and node in ("me", token.grant.user):
        return facebook.get_user(sim, call, token)
    account = access.own(sim, token)
    if node in ("me", account.ig_id, account.page_id, *token.grant.accounts):
        is_mention = call.params.get("fields", "").startswith("mentioned_")
        return comments.get_mention(sim, call, token) if is_mention else nodes.get_account(sim, call, token)
    message, conversation = world.messages.get(node), world.conversations.get(node)
    if message is not None and message.account == account.ig_id:
        return conversations.get_message(sim, call, token, message)
    if conversation is not None and conversation.account == account.ig_id:
        return conversations.get_conversation(sim, call, token, conversation)
    customer = world.customer(account.ig_id, node)
    if customer is not None:
        return nodes.get_profile(sim, token, call, customer)
    raise _nothing(sim, call)


def _nothing(sim: Sim, call: Call) -> errors.GraphError:
    """Nobody of this number, or an object of somebody else's. Rules P4, P5, E5."""
    node = call.node()
    is_elsewhere = any(igsid == node for _, igsid in sim.world.customers)
    if node.isdigit() and len(node) in (15, 16, 17) and not is_elsewhere and not node.startswith(("17", "18")):
        return errors.nobody()
    if node.isdigit() or _kind(sim, node) is not None or node.startswith("aWdf"):
        return errors.no_object(call.method, node)
    return errors.unknown_path(call.path)


def _edge_of_object(sim: Sim, call: Call, token: Token, edge: str) -> Answer:
    node, world = call.node(), sim.world
    post, comment, conversation = world.posts.get(node), world.comments.get(node), world.conversations.get(node)
    if edge == "messages" and conversation is not None and conversation.account == token.account:
        return conversations.get_messages(sim, call, token, conversation)
    if edge == "comments" and post is not None and call.method in ("GET", "POST"):
        run = comments.get_comments if call.method == "GET" else comments.post_comment
        return run(sim, call, token, post)
    if edge == "insights" and call.method == "GET":
        if post is not None and post.account in _reached(token):
            return media_insights.get_media_insights(sim, call, token, post)
        return insights.get_account_insights(sim, call, token)
    if edge == "replies" and comment is not None and comment.account == token.account and call.method in ("GET", "POST"):
        run = comments.get_replies if call.method == "GET" else comments.post_reply
        return run(sim, call, token, comment)
    raise errors.no_object(call.method, node)


def _reached(token: Token) -> tuple[str, ...]:
    """The accounts whose posts and comments a token reaches: a user's, all that were shared."""
    return (token.account, *token.grant.accounts)


def _kind(sim: Sim, node: str) -> Kind | None:
    world = sim.world
    if node in world.comments:
        return "comment"
    if node in world.posts:
        return "post"
    if node in world.messages:
        return "message"
    if node in world.conversations:
        return "conversation"
    if node == "me" or world.account_at(node) is not None:
        return "account"
    return "customer" if node.isdigit() else None
