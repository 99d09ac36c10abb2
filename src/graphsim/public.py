"""What people do in public, below the account's posts: comment, mention. Each changes the world and tells the callback."""

from typing import Literal

import msgspec

from graphsim import accounts, events, threads
from graphsim.events import Event
from graphsim.people import Act, Unknown, account_of, customer_of, when
from graphsim.sim import Sim
from graphsim.state import Account, Comment, Post


class Commenting(Act, kw_only=True, forbid_unknown_fields=True):
    """Somebody comments; `own`: the account itself does, in the app. Rules N62 to N69."""

    media: str | None = None
    text: str | None = None
    parent: str | None = None
    own: bool = False
    live: bool = False
    without_id: bool = False
    product_type: str | None = None
    form: Literal["changes", "flat", "comment_id"] = "changes"


class Recommenting(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Whoever wrote a comment edits it (`text`), deletes it, or a filter holds it back. Nobody is told. Rules K15, K16."""

    id: str
    text: str | None = None
    deleted: bool = False
    filtered: bool = False


class EndBroadcast(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A broadcast is over. Rule K19."""

    media: str


class Mention(Act, kw_only=True, forbid_unknown_fields=True):
    """Somebody mentions the account on their own post. Rules N70, K7."""

    where: Literal["comment", "caption"] = "comment"
    text: str | None = None
    form: Literal["mentions", "comments"] | None = None


def comment(sim: Sim, act: Commenting) -> Comment:
    """A comment under a post of the account. Opens nothing. Rules N62 to N69, W4."""
    account = account_of(sim, act.account)
    post = _post_of(sim, account, act)
    author = None if act.own else customer_of(sim, account, act.customer)
    made = threads.add_comment(sim, account, post, author, text=act.text, parent=act.parent, made_ms=when(sim, act.at))
    made.is_live = act.live
    if act.without_id:
        made.author_id = None
    if act.deliver:
        sim.emit([threads.comment_event(account, made, post, act.form)])
    return made


def change_comment(sim: Sim, act: Recommenting) -> Comment:
    """A comment changes silently. Rules K15, K16."""
    found = sim.world.comments.get(act.id)
    if found is None:
        raise Unknown(f"there is no comment {act.id!r}")
    if act.deleted:
        threads.remove_comment(sim, found)
    found.text = found.text if act.text is None else act.text
    found.is_filtered = act.filtered
    return found


def end_broadcast(sim: Sim, act: EndBroadcast) -> Post:
    """From now on nobody is answered in private."""
    found = sim.world.posts.get(act.media)
    if found is None:
        raise Unknown(f"there is no post {act.media!r}")
    found.is_ended = True
    return found


def mention(sim: Sim, act: Mention) -> Comment | Post:
    """A mention on somebody else's post: ids only, or as a comment for IG-Login. Rules N70, K7."""
    account = account_of(sim, act.account)
    post = accounts.add_post(sim, account, is_foreign=True)
    made: Comment | None = None
    if act.where == "comment":
        author = customer_of(sim, account, act.customer)
        text = act.text or f"@{account.username} have you seen this?"
        made = threads.add_comment(sim, account, post, author, text=text, parent=None, made_ms=when(sim, act.at))
        made.is_mention = True
    elif act.text is not None:
        post.caption = act.text
    form = act.form or ("mentions" if account.flavour == "fb" or made is None else "comments")
    if act.deliver and form == "comments" and made is not None:
        sim.emit([threads.comment_event(account, made, post)])
    elif act.deliver:
        item = events.of_mention(post, made)
        sim.emit([Event(account=account.ig_id, channel="changes", field="mentions", item=item)])
    return made or post


def _post_of(sim: Sim, account: Account, act: Commenting) -> Post:
    if act.media is not None:
        found = sim.world.posts.get(act.media)
        if found is None:
            raise Unknown(f"there is no post {act.media!r}")
        return found
    if act.parent is not None and act.parent in sim.world.comments:
        return sim.world.posts[sim.world.comments[act.parent].post]
    kind = "LIVE" if act.live else act.product_type
    return accounts.default_post(sim, account) if kind is None else accounts.add_post(sim, account, product_type=kind)
