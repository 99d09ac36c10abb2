"""Posts, comments and mentions. Family K of the rules."""

from collections.abc import Mapping

from graphsim import errors, fields, stories, threads
from graphsim.fields import MISSING, Field, Getter, constant
from graphsim.http import access, nodes
from graphsim.http.call import Answer, Call
from graphsim.http.conversations import page_of
from graphsim.sim import Sim
from graphsim.state import Account, Comment, Post, Token
from graphsim.wire import Doc, graph_time

PAGE = 50
LONGEST = 2200  # rule K17


def get_posts(sim: Sim, call: Call, token: Token) -> Answer:
    """`GET {IGID}/media`. Rule K1."""
    account = access.media_account_of(sim, call, token)
    access.require(token, access.BASIC)
    asked = nodes.asked(call)
    shown, paging = page_of(sim, call, [(one.id, one) for one in sim.world.posts_of(account.ig_id)], call.params, 25)
    return Answer(document={"data": [fields.project(asked, _post_getters(sim, one), "IGMedia") for one in shown], **paging})


def get_stories(sim: Sim, call: Call, token: Token) -> Answer:
    """`GET {IGID}/stories`: those that are not over. Rule K11."""
    account = access.media_account_of(sim, call, token)
    access.require(token, access.BASIC)
    asked = nodes.asked(call)
    found = [fields.project(asked, _post_getters(sim, one), "IGMedia") for one in stories.alive(sim, account.ig_id)]
    return Answer(document={"data": found})


def get_live(sim: Sim, call: Call, token: Token) -> Answer:
    """`GET {IGID}/live_media`: the broadcast that is on air. Rule K19."""
    account = access.media_account_of(sim, call, token)
    access.require(token, access.BASIC)
    asked = nodes.asked(call)
    on_air = [one for one in sim.world.posts.values() if one.account == account.ig_id and is_on_air(one)]
    return Answer(document={"data": [fields.project(asked, _post_getters(sim, one), "IGMedia") for one in on_air]})


def is_on_air(post: Post) -> bool:
    """Whether it is a broadcast that goes on."""
    return post.product_type == "LIVE" and not post.is_ended


def get_post(sim: Sim, call: Call, token: Token, post: Post) -> Answer:
    """`GET /{media}`. Rules K1, K18."""
    access.require(token, access.BASIC)
    if post.account is None and not call.is_facebook:
        raise errors.no_object(call.method, call.node())
    return Answer(document=fields.project(nodes.asked(call), _post_getters(sim, post), "IGMedia"))


def post_post(sim: Sim, call: Call, token: Token, post: Post) -> Answer:
    """`POST /{media}?comment_enabled=`: whether the post takes comments. Rule K14."""
    _own(sim, call, token, post)
    if "comment_enabled" not in call.params:
        raise errors.invalid("The parameter comment_enabled is required")
    if post.product_type == "LIVE":
        raise errors.invalid("Comments of a live broadcast cannot be switched")
    post.comments_enabled = call.params["comment_enabled"] == "true"
    return Answer(document={"success": True})


def get_comments(sim: Sim, call: Call, token: Token, post: Post) -> Answer:
    """`GET /{media}/comments`: top level, newest first. Rules K2, K16."""
    access.require(token, access.COMMENTS)
    return _listed(sim, call, _newest_first(sim, post.comments))


def get_replies(sim: Sim, call: Call, token: Token, comment: Comment) -> Answer:
    """`GET /{comment}/replies`. Rule K2."""
    access.require(token, access.COMMENTS)
    return _listed(sim, call, [sim.world.comments[one] for one in comment.replies])


def get_comment(sim: Sim, call: Call, token: Token, comment: Comment) -> Answer:
    """`GET /{comment}`."""
    access.require(token, access.COMMENTS)
    return Answer(document=fields.project(nodes.asked(call), _comment_getters(sim, comment), "IGComment"))


def post_comment(sim: Sim, call: Call, token: Token, post: Post) -> Answer:
    """`POST /{media}/comments`: a new top-level comment of the account. Rule K3."""
    account = _own(sim, call, token, post)
    return _write(sim, account, post, _text(call), None)


def post_reply(sim: Sim, call: Call, token: Token, comment: Comment) -> Answer:
    """`POST /{comment}/replies`; of media only the text is kept. Rules K3, K4."""
    post = sim.world.posts[comment.post]
    account = _own(sim, call, token, post)
    if comment.is_hidden or comment.is_live:
        raise errors.invalid("This comment cannot be replied to")
    return _write(sim, account, post, _text(call), comment.id)


def hide_comment(sim: Sim, call: Call, token: Token, comment: Comment) -> Answer:
    """`POST /{comment}?hide=`. Rule K5."""
    _own(sim, call, token, sim.world.posts[comment.post])
    if "hide" not in call.params:
        raise errors.invalid("The parameter hide is required")
    if comment.is_own:
        raise errors.invalid("Own comments cannot be hidden")
    comment.is_hidden = call.params["hide"] == "true"
    return Answer(document={"success": True})


def delete_comment(sim: Sim, call: Call, token: Token, comment: Comment) -> Answer:
    """`DELETE /{comment}`: the right of the media's owner. Rule K6."""
    _own(sim, call, token, sim.world.posts[comment.post])
    threads.remove_comment(sim, comment)
    return Answer(document={"success": True})


def like(sim: Sim, call: Call, token: Token) -> Answer:
    """`POST {IGID}/likes?comment_id=`, and `DELETE`. Rule K13."""
    account = access.media_account_of(sim, call, token)
    if not call.is_facebook:
        raise errors.unknown_path(call.path)
    access.require(token, "instagram_manage_engagement")
    comment = sim.world.comments.get(call.params.get("comment_id", ""))
    if comment is None or comment.account != account.ig_id:
        raise errors.no_object(call.method, call.params.get("comment_id", ""))
    comment.is_liked = call.method == "POST"
    return Answer(document={"success": True})


def get_mention(sim: Sim, call: Call, token: Token) -> Answer:
    """`GET /{IGID}?fields=mentioned_comment.comment_id(…){…}` or `mentioned_media.media_id(…){…}`. Rule K7."""
    account = access.media_account_of(sim, call, token)
    access.require(token, access.COMMENTS)
    getters: dict[str, Getter] = {
        "id": constant(account.ig_id),
        "mentioned_comment": lambda field: _mentioned_comment(sim, account, field),
        "mentioned_media": lambda field: _mentioned_post(sim, field),
    }
    return Answer(document=fields.project(nodes.asked(call), getters, "IGUser"))


def post_mention(sim: Sim, call: Call, token: Token) -> Answer:
    """`POST {IGID}/mentions`: answer a mention. Rule K8."""
    account = access.media_account_of(sim, call, token)
    access.require(token, access.COMMENTS)
    post = sim.world.posts.get(call.params.get("media_id", ""))
    if post is None or post.account == account.ig_id:
        raise _not_mentioned()
    return _write(sim, account, post, _text(call), call.params.get("comment_id"))


def _own(sim: Sim, call: Call, token: Token, post: Post) -> Account:
    access.require(token, access.COMMENTS)
    if post.account != token.account:
        raise errors.no_object(call.method, call.node())
    return sim.world.accounts[token.account]


def _write(sim: Sim, account: Account, post: Post, text: str, parent: str | None) -> Answer:
    if not post.comments_enabled:
        raise errors.invalid("Comments are turned off for this media")
    made = threads.add_comment(sim, account, post, None, text=text, parent=parent, made_ms=sim.now_ms())
    return Answer(document={"id": made.id}, echoes=[threads.comment_event(account, made, post)])


def _text(call: Call) -> str:
    text = call.params.get("message", "")
    if not text:
        raise errors.invalid("The parameter message is required")
    if len(text) > LONGEST:
        raise errors.invalid("The comment is too long")
    return text


def _listed(sim: Sim, call: Call, found: list[Comment]) -> Answer:
    shown, paging = page_of(sim, call, [(one.id, one) for one in found], call.params, PAGE)
    asked = nodes.asked(call, "id,text,timestamp")
    return Answer(document={"data": [fields.project(asked, _comment_getters(sim, one), "IGComment") for one in shown], **paging})


def _newest_first(sim: Sim, ids: list[str]) -> list[Comment]:
    listed = [sim.world.comments[one] for one in ids if not sim.world.comments[one].is_filtered]
    return sorted(listed, key=lambda one: (-one.made_ms, one.id))


def _post_getters(sim: Sim, post: Post) -> Mapping[str, Getter]:
    asset = sim.world.assets[post.asset]
    return {
        "id": constant(post.id),
        "caption": constant(post.caption),
        "media_type": constant(post.media_type),
        "media_product_type": constant(post.product_type),
        "media_url": lambda _: sim.shelf.fresh_link(asset) or MISSING,
        "thumbnail_url": lambda _: sim.shelf.fresh_link(sim.shelf.cover(asset)) if post.media_type == "VIDEO" else MISSING,
        "permalink": constant(f"https://www.instagram.com/p/{sim.mint.text_of(post.id, 11)}/"),
        "shortcode": constant(sim.mint.text_of(post.id, 11)),
        "timestamp": constant(graph_time(post.posted_ms)),
        "username": constant(post.owner),
        "owner": constant(MISSING if post.account is None else {"id": post.account}),
        "like_count": constant(int(post.id[-2:])),
        "comments_count": constant(sum(1 + len(sim.world.comments[one].replies) for one in post.comments)),
        "is_comment_enabled": constant(post.comments_enabled),
        "comments": lambda field: {"data": _nested(sim, field, _newest_first(sim, post.comments))},
    }


def _comment_getters(sim: Sim, comment: Comment) -> Mapping[str, Getter]:
    post = sim.world.posts[comment.post]
    author: Doc = {} if comment.author_id is None else {"id": comment.author_id}
    replies = [sim.world.comments[one] for one in comment.replies]
    return {
        "id": constant(comment.id),
        "text": constant(MISSING if comment.text is None else comment.text),
        "timestamp": constant(graph_time(comment.made_ms)),
        "username": constant(comment.username),
        "from": constant({**author, "username": comment.username}),
        "user": constant({"id": comment.account} if comment.is_own else MISSING),
        "like_count": constant(0),
        "hidden": constant(comment.is_hidden),
        "parent_id": constant(MISSING if comment.parent is None else comment.parent),
        "media": lambda field: fields.project(field.fields, _post_getters(sim, post), "IGMedia"),
        "replies": lambda field: {"data": _nested(sim, field, replies)} if replies else MISSING,
    }


def _nested(sim: Sim, field: Field, found: list[Comment]) -> list[Doc]:
    asked = field.fields or fields.parse("id,text,timestamp")
    return [fields.project(asked, _comment_getters(sim, one), "IGComment") for one in found[:PAGE]]


def _mentioned_comment(sim: Sim, account: Account, field: Field) -> Doc:
    comment = sim.world.comments.get(field.arguments.get("comment_id", ""))
    if comment is None or not comment.is_mention or comment.account != account.ig_id:
        raise _not_mentioned()
    getters = {name: getter for name, getter in _comment_getters(sim, comment).items() if name != "from"}
    return fields.project(field.fields, getters, "IGComment")


def _mentioned_post(sim: Sim, field: Field) -> Doc:
    post = sim.world.posts.get(field.arguments.get("media_id", ""))
    if post is None or post.account is not None:
        raise _not_mentioned()
    return fields.project(field.fields, _post_getters(sim, post), "IGMedia")


def _not_mentioned() -> errors.GraphError:
    return errors.GraphError(code=10, message="(#10) User is not mentioned in the caption.")
