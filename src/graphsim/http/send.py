"""`POST {node}/messages`: the send API. Families S and W of the rules."""

from graphsim import errors, events, threads
from graphsim.errors import GraphError
from graphsim.http import access, files
from graphsim.http.call import Answer, Call
from graphsim.logs import Send
from graphsim.rules import messages, windows
from graphsim.rules.messages import Draft, SendBody
from graphsim.sim import Sim
from graphsim.state import Account, Comment, Message, Token
from graphsim.wire import Doc

PRIVATE_REPLY_MS = 7 * windows.DAY_MS
_EMOJI = {name: emoji for emoji, name in events.REACTIONS.items()}


async def post_message(sim: Sim, call: Call, token: Token) -> Answer:
    """Send what the call asks for, or refuse it as Meta would."""
    account = access.account_of(sim, call, token)
    access.require(token, access.MESSAGES)
    if not account.message_access:
        raise GraphError(code=200, subcode=2534041, message="(#200) The user has disabled access to messages", status=403)
    body = messages.parse(call.body)
    if body.message is None:
        return _act(sim, account, body)
    draft = messages.draft(body.message)
    if body.recipient.comment_id is not None:
        return await _private_reply(sim, call, account, body, draft)
    igsid = _recipient(sim, account, body)
    if igsid != account.self_igsid:
        _check_window(sim, call, account, igsid, body)
    _count(sim, account, "send_media" if _is_heavy(draft) else "send")
    return await _deliver(sim, call, account, igsid, body, draft)


def _recipient(sim: Sim, account: Account, body: SendBody) -> str:
    """The IGSID a body addresses. Raises GraphError. Rules S19, S20, S22."""
    igsid = str(body.recipient.id or "")
    if igsid == account.self_igsid:
        return igsid
    if igsid in sim.world.accounts:
        raise errors.wrong_recipient_id()
    customer = sim.world.customer(account.ig_id, igsid)
    if customer is None:
        raise errors.no_recipient()
    if customer.has_blocked or customer.is_gone:
        raise errors.unavailable()
    return igsid


def _check_window(sim: Sim, call: Call, account: Account, igsid: str, body: SendBody) -> None:
    conversation = threads.find(sim, account.ig_id, igsid)
    if conversation is not None and conversation.owner_app is not None:
        raise errors.invalid("Another app is controlling this conversation", 2534037)
    refusal = windows.refusal(
        opened_ms=None if conversation is None else conversation.opened_ms,
        now_ms=sim.now_ms(),
        tag=body.tag,
        human_agent=account.human_agent,
        is_facebook=call.is_facebook,
    )
    if refusal is not None:
        raise refusal


def _is_heavy(draft: Draft) -> bool:
    return any(one.type in ("audio", "video") for one in draft.attachments)


def _count(sim: Sim, account: Account, pool: str) -> None:
    if not sim.limits.allows(account.ig_id, pool, sim.now_ms()):
        raise errors.too_many_sends()


async def _deliver(
    sim: Sim, call: Call, account: Account, igsid: str, body: SendBody, draft: Draft, comment: Comment | None = None
) -> Answer:
    """Put the message into the conversation and prepare its echo. Rules S2, S3."""
    attached = [await files.obtain(sim, account, one) for one in draft.attachments]
    message = Message(
        mid=sim.mint.mid(account.ig_id, igsid),
        account=account.ig_id,
        igsid=igsid,
        is_from_account=True,
        is_via_api=True,
        is_self=igsid == account.self_igsid,
        sent_ms=sim.now_ms(),
        text=draft.text,
        attachments=attached,
        reply_to=None if body.reply_to is None else body.reply_to.mid,
    )
    threads.add(sim, message)
    if comment is not None:
        comment.is_answered = True
    _record(sim, message.account, igsid, body, message, comment, call.body)
    app_id = sim.options.app_id if account.echo_app_id else None
    answer = {"recipient_id": igsid, "message_id": message.mid}
    return Answer(document=answer, echoes=[threads.event_of(sim, message, app_id=app_id)])


async def _private_reply(sim: Sim, call: Call, account: Account, body: SendBody, draft: Draft) -> Answer:
    """One message to the author of a comment. Rule S18."""
    comment = sim.world.comments.get(str(body.recipient.comment_id))
    if comment is None or comment.account != account.ig_id or comment.is_own or comment.author_id is None:
        raise errors.invalid("The comment is invalid for a private reply", 2534025)
    post = sim.world.posts[comment.post]
    is_ours = post.account == account.ig_id and not (comment.is_live and post.is_ended)
    if not is_ours or comment.is_answered or sim.now_ms() >= comment.made_ms + PRIVATE_REPLY_MS:
        raise errors.invalid("The comment is invalid for a private reply", 2534025)
    customer = sim.world.customer(account.ig_id, comment.author_id)
    if customer is None or customer.has_blocked or customer.is_gone:
        raise errors.unavailable()
    _count(sim, account, "private_reply")
    return await _deliver(sim, call, account, customer.igsid, body, draft, comment)


def _act(sim: Sim, account: Account, body: SendBody) -> Answer:
    """A reaction or a sender action: no mid, no echo. Rules S13, S14, N46."""
    igsid = _recipient(sim, account, body)
    _count(sim, account, "send")
    action = body.sender_action or ""
    conversation = threads.find(sim, account.ig_id, igsid)
    if action in messages.REACTIONS:
        _react(sim, account, igsid, action, body)
    elif action == "mark_seen" and conversation is not None:
        conversation.unread = 0
    _record(sim, account.ig_id, igsid, body)
    return Answer(document={"recipient_id": igsid})


def _react(sim: Sim, account: Account, igsid: str, action: str, body: SendBody) -> None:
    payload = body.payload or {}
    message = sim.world.messages.get(str(payload.get("message_id")))
    if message is None or (message.account, message.igsid) != (account.ig_id, igsid) or message.is_deleted:
        raise errors.invalid("Param payload[message_id] is not a message of this conversation")
    if action == "unreact":
        message.reactions.pop(account.ig_id, None)
        return
    reaction = payload.get("reaction")
    if not isinstance(reaction, str) or not reaction:
        raise errors.invalid("Param payload[reaction] is required")
    message.reactions[account.ig_id] = _EMOJI.get(reaction, reaction)


def _record(
    sim: Sim,
    account: str,
    igsid: str,
    body: SendBody,
    message: Message | None = None,
    comment: Comment | None = None,
    raw: Doc | None = None,
) -> None:
    shown = {name: value for name, value in (raw or {}).items() if name != "access_token"}
    sim.sends.add(
        lambda seq: Send(
            seq=seq,
            at_ms=sim.now_ms(),
            account=account,
            recipient=igsid,
            kind=body.sender_action or "message",
            mid=None if message is None else message.mid,
            text=None if message is None else message.text,
            body=shown,
            tag=body.tag,
            comment=None if comment is None else comment.id,
        ),
        igsid,
    )
