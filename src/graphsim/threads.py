"""Conversations and comments as messages and words are added to them."""

from typing import Literal

from graphsim import events
from graphsim.events import Channel, Event
from graphsim.sim import Sim
from graphsim.state import Account, Comment, Conversation, Customer, Message, Post

CommentForm = Literal["changes", "flat", "comment_id"]


def of(sim: Sim, account: str, igsid: str) -> Conversation:
    """The conversation of an account and a participant, made if there is none."""
    key = sim.mint.conversation(account, igsid)
    found = sim.world.conversations.get(key)
    if found is None:
        found = sim.world.conversations[key] = Conversation(id=key, account=account, igsid=igsid)
    return found


def find(sim: Sim, account: str, igsid: str) -> Conversation | None:
    """The conversation of an account and a participant, if there is one."""
    return sim.world.conversations.get(sim.mint.conversation(account, igsid))


def open_window(conversation: Conversation, at_ms: int) -> None:
    """The participant has acted at this moment. Rules W3, W11."""
    conversation.opened_ms = max(conversation.opened_ms or 0, at_ms)


def add(sim: Sim, message: Message) -> Conversation:
    """Put a message in its place by time; a participant's opens the window, the account's marks read. Rules W3, C13."""
    world = sim.world
    conversation = of(sim, message.account, message.igsid)
    world.messages[message.mid] = message
    place = len(conversation.mids)
    while place > 0 and world.messages[conversation.mids[place - 1]].sent_ms > message.sent_ms:
        place -= 1
    conversation.mids.insert(place, message.mid)
    conversation.updated_ms = max(conversation.updated_ms, message.sent_ms)
    if message.is_from_account:
        conversation.unread = 0
        conversation.is_request = False
    else:
        conversation.unread += 1
        open_window(conversation, message.sent_ms)
    return conversation


def channel_of(sim: Sim, message: Message, *, is_standby: bool) -> Channel:
    """`standby` while another app controls the conversation. Rule N60."""
    conversation = of(sim, message.account, message.igsid)
    return "standby" if is_standby or conversation.owner_app is not None else "messaging"


def event_of(sim: Sim, message: Message, *, app_id: str | None = None, is_standby: bool = False) -> Event:
    """The webhook event of a message or echo."""
    story = message.story
    story_url = None if story is None else sim.shelf.link(sim.world.assets[story.asset])
    parent = None if message.reply_to is None else sim.world.messages.get(message.reply_to)
    is_self_reply = None if message.reply_to is None else parent is not None and parent.is_from_account == message.is_from_account
    return Event(
        account=message.account,
        channel=channel_of(sim, message, is_standby=is_standby),
        field="messages",
        item=events.of_message(message, story_url, app_id, is_self_reply=is_self_reply),
        igsid=message.igsid,
        is_echo=message.is_from_account,
    )


def add_comment(
    sim: Sim,
    account: Account,
    post: Post,
    author: Customer | None,
    *,
    text: str | None,
    parent: str | None,
    made_ms: int,
) -> Comment:
    """Put a comment under a post; a reply to a reply hangs on the top-level one. Author None: the account. Rule K4."""
    world = sim.world
    above = world.comments.get(parent) if parent is not None else None
    if above is not None and above.parent is not None:
        above = world.comments.get(above.parent, above)
    comment = Comment(
        id=sim.mint.object_id("comment"),
        post=post.id,
        account=account.ig_id,
        author_id=account.ig_id if author is None else author.igsid,
        username=account.username if author is None else author.username,
        text=text,
        made_ms=made_ms,
        parent=parent if above is None else above.id,
        is_own=author is None,
    )
    world.comments[comment.id] = comment
    (post.comments if above is None else above.replies).append(comment.id)
    return comment


def remove_comment(sim: Sim, comment: Comment) -> None:
    """A comment is gone, and with it what hangs on it."""
    post = sim.world.posts[comment.post]
    siblings = post.comments if comment.parent is None else sim.world.comments[comment.parent].replies
    for one in (comment.id, *comment.replies):
        sim.world.comments.pop(one, None)
    siblings.remove(comment.id)


def comment_event(account: Account, made: Comment, post: Post, form: CommentForm = "changes") -> Event:
    """The event of a comment in one of its three forms. Rules N62, N63, N65."""
    item = events.of_comment(made, post, account, id_key="comment_id" if form == "comment_id" else "id")
    return Event(
        account=account.ig_id,
        channel="flat" if form == "flat" else "changes",
        field="live_comments" if made.is_live else "comments",
        item=item,
        igsid=made.author_id,
    )
