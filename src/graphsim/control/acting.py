"""Operations that act as a participant, or as the account on its phone."""

from collections.abc import Callable

import msgspec

from graphsim import history, people, play, public, threads, wire
from graphsim.control.operation import Body, Operation, ask, post
from graphsim.events import Channel, Event
from graphsim.sim import Sim
from graphsim.state import Comment, Message, Post
from graphsim.wire import Doc


class Raw(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An item of an entry as it stands; `channel` says beside what it goes."""

    item: dict[str, object]
    account: str | None = None
    channel: Channel = "messaging"


class Deliver(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A whole body to post: a document (written as Meta writes), or exact text. A given signature is sent as it is."""

    document: object = None
    body: str | None = None
    secret: str | None = None
    signature: str | None = None


class Mid(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A message."""

    mid: str
    deliver: bool = True
    at: str | float | None = None


class Odd(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What the API answers for these fields of a message, or of the conversation with a customer. Rule C16."""

    fields: dict[str, object]
    mid: str | None = None
    customer: str | None = None
    account: str | None = None


def operations() -> tuple[Operation, ...]:
    """All operations of this room."""
    return (
        post("/write", "A participant writes", people.Write, _shows(people.write)),
        post("/echo", "The account writes from the phone", people.Echo, _shows(people.echo)),
        post("/postback", "A participant taps a button", people.Postback, _shows(people.postback)),
        post("/unsend", "A message is taken back", people.Unsend, _shows(people.unsend)),
        post("/edit", "A participant edits", people.Edit, _shows(people.edit)),
        post("/react", "A participant reacts", people.React, _shows(people.react)),
        post("/unreact", "A participant takes a reaction back", Mid, _unreact),
        post("/seen", "A participant reads", people.Seen, lambda sim, act: {"mid": people.seen(sim, act)}),
        post("/referral", "A participant follows a link", people.Referral, _referral),
        post("/control", "Another app takes a conversation", people.Control, _control),
        post("/comment", "Somebody comments", public.Commenting, lambda sim, act: _made(public.comment(sim, act))),
        ask(
            "/comments", "Comments as they are", lambda sim, _: {"items": [_comment(one) for one in sim.world.comments.values()]}
        ),
        post("/recomment", "A comment changes silently", public.Recommenting, _changed),
        post("/end-broadcast", "A broadcast is over", public.EndBroadcast, _ended),
        post(
            "/mention",
            "Somebody mentions the account",
            public.Mention,
            lambda sim, act: _made(public.mention(sim, act)),
        ),
        post("/history", "Many conversations at once", history.History, history.write),
        post("/odd", "Something is listed oddly", Odd, _odd),
        post("/play", "Many conversations as you tell them", play.Play, play.perform),
        post("/raw", "Any item, wrapped and signed", Raw, _raw),
        post("/deliver", "Any body, signed", Deliver, _deliver),
    )


def _shows(act: Callable[[Sim, Body], Message]) -> Callable[[Sim, Body], Doc]:
    return lambda sim, body: _message(sim, act(sim, body))


def _referral(sim: Sim, act: people.Referral) -> Doc:
    return {"customer": people.referral(sim, act)}


def _control(sim: Sim, act: people.Control) -> Doc:
    return {"conversation": people.control(sim, act)}


def _message(sim: Sim, message: Message) -> Doc:
    customer = sim.world.customer(message.account, message.igsid)
    return {
        "mid": message.mid,
        "account": message.account,
        "customer": message.igsid,
        "username": None if customer is None else customer.username,
        "conversation": threads.of(sim, message.account, message.igsid).id,
        "sent_ms": message.sent_ms,
        "sent_at": wire.rfc3339(message.sent_ms),
        "text": message.text,
        "attachments": [{"type": one.type, "asset": one.asset, "payload": one.payload} for one in message.attachments],
    }


def _made(made: Comment | Post) -> Doc:
    if isinstance(made, Post):
        return {"id": None, "media": made.id, "customer": None}
    return {
        "id": made.id,
        "media": made.post,
        "customer": made.author_id,
        "username": made.username,
        "parent": made.parent,
    }


def _changed(sim: Sim, act: public.Recommenting) -> Doc:
    return _made(public.change_comment(sim, act))


def _ended(sim: Sim, act: public.EndBroadcast) -> Doc:
    return _made(public.end_broadcast(sim, act))


def _comment(one: Comment) -> Doc:
    return {
        "id": one.id, "media": one.post, "parent": one.parent, "text": one.text, "own": one.is_own, "hidden": one.is_hidden,
        "liked": one.is_liked, "answered": one.is_answered,
    }  # fmt: skip


def _unreact(sim: Sim, act: Mid) -> Doc:
    return _message(sim, people.react(sim, people.React(mid=act.mid, emoji=None, deliver=act.deliver, at=act.at)))


def _odd(sim: Sim, act: Odd) -> Doc:
    if act.mid is not None:
        people.message_of(sim, act.mid).odd = act.fields
        return {"mid": act.mid}
    account = people.account_of(sim, act.account)
    found = threads.find(sim, account.ig_id, people.customer_of(sim, account, act.customer).igsid)
    if found is None:
        raise people.Unknown("there is no conversation with this customer")
    found.odd = act.fields
    return {"conversation": found.id}


def _raw(sim: Sim, act: Raw) -> Doc:
    account = act.account or people.account_of(sim, None).ig_id
    sim.emit([Event(account=account, channel=act.channel, field=None, item=act.item)])
    return {"account": account}


def _deliver(sim: Sim, act: Deliver) -> Doc:
    body = act.body.encode() if act.body is not None else wire.encode(act.document)
    delivery = sim.dispatcher.put_body(body, signature=act.signature, secret=act.secret, updates=1)
    return {"seq": delivery.seq, "signature": delivery.signature, "size_bytes": len(body)}
