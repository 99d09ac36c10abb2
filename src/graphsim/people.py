"""What participants do, and what the account does on its phone. Each changes the world and tells the callback."""

from typing import Literal

import msgspec

from graphsim import attachments, events, seeds, threads, wire
from graphsim.attachments import Wanted
from graphsim.events import Event
from graphsim.sim import Sim
from graphsim.state import Account, Customer, Message, Story


class Unknown(Exception):
    """The control door was asked about something that does not exist."""


class Act(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What all acts share: whose account (default: the first), who, when, and whether the callback hears of it."""

    account: str | None = None
    customer: str | None = None
    at: str | float | None = None
    deliver: bool = True
    standby: bool = False


class StoryRef(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A story that a message answers. Rule N37."""

    id: str | None = None
    link_sticker_url: str | None = None


class Write(Act, kw_only=True, forbid_unknown_fields=True):
    """A participant writes. A new `customer` comes into being; `stub` sends rule N50's event instead or before."""

    name: str | None = None
    username: str | None = None
    text: str | None = None
    attachments: list[Wanted | str] = []
    reply_to: str | None = None
    story: StoryRef | None = None
    quick_reply: str | None = None
    referral: dict[str, object] | None = None
    unsupported: bool = False
    request: bool = False
    stub: Literal["only", "before"] | None = None
    channel: Literal["messaging", "changes"] = "messaging"


class Echo(Act, kw_only=True, forbid_unknown_fields=True):
    """The account writes from the phone or another tool."""

    text: str | None = None
    attachments: list[Wanted | str] = []
    reply_to: str | None = None
    story: StoryRef | None = None
    to_self: bool = False
    app_id: str | None = None


class Postback(Act, kw_only=True, forbid_unknown_fields=True):
    """A participant taps an ice breaker, a menu item or a button. Rule N55."""

    title: str = "Get started"
    payload: str = "GET_STARTED"
    referral: dict[str, object] | None = None
    without_mid: bool = False
    without_payload: bool = False


class Unsend(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The writer takes a message back. Rule N47."""

    mid: str
    deliver: bool = True
    at: str | float | None = None


class Edit(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A participant changes the text of a message. Rule N49."""

    mid: str
    text: str
    deliver: bool = True
    at: str | float | None = None


class React(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A participant reacts to a message, or takes it back. Rule N53."""

    mid: str
    emoji: str | None = "❤️"
    deliver: bool = True
    standby: bool = False
    at: str | float | None = None


class Seen(Act, kw_only=True, forbid_unknown_fields=True):
    """A participant reads; `mid` None: all the account wrote. Rule N54."""

    mid: str | None = None


class Referral(Act, kw_only=True, forbid_unknown_fields=True):
    """A participant follows an ig.me link in an existing conversation. Rule N57."""

    ref: str = "link"
    source: str = "SHORTLINKS"


class Control(Act, kw_only=True, forbid_unknown_fields=True):
    """Another app takes a conversation (`owner`), or gives it back (None). Rules N59, N60."""

    owner: str | None = "1217981644879628"


def account_of(sim: Sim, wanted: str | None) -> Account:
    """The account of an IGID, Page id or username; the first one for None. Raises Unknown."""
    if wanted is None:
        found = next(iter(sim.world.accounts.values()), None)
    else:
        by_name = (one for one in sim.world.accounts.values() if one.username == wanted)
        found = sim.world.account_at(wanted) or next(by_name, None)
    if found is None:
        raise Unknown(f"there is no account {wanted!r}")
    return found


def customer_of(sim: Sim, account: Account, wanted: str | None) -> Customer:
    """The participant of an IGSID or a username, made up if need be; a new one for None."""
    if wanted is not None and not wanted.isdigit():
        known = next((one for one in sim.world.customers_of(account.ig_id) if one.username == wanted), None)
        if known is not None:
            return known
    igsid = wanted if wanted is not None and wanted.isdigit() else sim.mint.igsid()
    known = sim.world.customer(account.ig_id, igsid)
    if known is not None:
        return known
    username, name = seeds.person(sim.mint, igsid)
    customer = Customer(
        igsid=igsid,
        account=account.ig_id,
        username=wanted if wanted is not None and igsid != wanted else username,
        name=name,
        avatar=sim.shelf.add("avatar", id=f"{account.ig_id[-6:]}_{igsid}").id,
        follower_count=sim.mint.below("followers", 3000),
        is_user_follow_business=sim.mint.chance("follows") < 0.6,
    )
    sim.world.customers[account.ig_id, igsid] = customer
    return customer


def message_of(sim: Sim, mid: str) -> Message:
    """The message of a mid. Raises Unknown."""
    message = sim.world.messages.get(mid)
    if message is None:
        raise Unknown(f"there is no message {mid!r}")
    return message


def when(sim: Sim, at: str | float | None) -> int:
    """The moment an act names, else now. Raises Unknown for what is no moment."""
    if at is None:
        return sim.now_ms()
    try:
        return wire.moment(at)
    except ValueError as error:
        raise Unknown(f"{at!r} is not a moment: {error}") from error


def write(sim: Sim, act: Write) -> Message:
    """A participant's message of any kind; opens the window. Rules N16 to N41, W3."""
    account = account_of(sim, act.account)
    customer = customer_of(sim, account, act.customer)
    customer.name = act.name or customer.name
    customer.username = act.username or customer.username
    is_empty = not (act.attachments or act.unsupported or act.referral)
    message = Message(
        mid=sim.mint.mid(account.ig_id, customer.igsid),
        account=account.ig_id,
        igsid=customer.igsid,
        is_from_account=False,
        sent_ms=when(sim, act.at),
        text=seeds.question(sim.mint) if act.text is None and is_empty else act.text,
        reply_to=act.reply_to,
        quick_reply=act.quick_reply,
        referral=act.referral,
        is_unsupported=act.unsupported,
    )
    _furnish(sim, message, act.attachments, act.story)
    conversation = threads.add(sim, message)
    conversation.is_request = conversation.is_request or (act.request and len(conversation.mids) == 1)
    customer.has_consented = True
    if act.deliver:
        sim.emit(_arrival(sim, message, act))
    return message


def echo(sim: Sim, act: Echo) -> Message:
    """A message of the account that did not pass the API. Rules N42 to N45, N52."""
    account = account_of(sim, act.account)
    igsid = account.self_igsid if act.to_self else customer_of(sim, account, act.customer).igsid
    message = Message(
        mid=sim.mint.mid(account.ig_id, igsid),
        account=account.ig_id,
        igsid=igsid,
        is_from_account=True,
        is_self=act.to_self,
        sent_ms=when(sim, act.at),
        text=seeds.answer(sim.mint) if act.text is None and not act.attachments else act.text,
        reply_to=act.reply_to,
    )
    _furnish(sim, message, act.attachments, act.story)
    threads.add(sim, message)
    if act.deliver:
        sim.emit([threads.event_of(sim, message, app_id=act.app_id, is_standby=act.standby)])
    return message


def postback(sim: Sim, act: Postback) -> Message:
    """A tap; opens the window. Rules N55, W3."""
    account = account_of(sim, act.account)
    customer = customer_of(sim, account, act.customer)
    message = Message(
        mid=sim.mint.mid(account.ig_id, customer.igsid),
        account=account.ig_id,
        igsid=customer.igsid,
        is_from_account=False,
        sent_ms=when(sim, act.at),
        text=act.title,
        postback=act.payload,
        referral=act.referral,
    )
    threads.add(sim, message)
    customer.has_consented = True
    item = events.of_postback(message, has_mid=not act.without_mid, has_payload=not act.without_payload)
    _tell(sim, message, "messaging_postbacks", item, deliver=act.deliver, is_standby=act.standby)
    return message


def unsend(sim: Sim, act: Unsend) -> Message:
    """Take a message back: its content is gone, its links are dead. Rules N47, M2."""
    message = message_of(sim, act.mid)
    for attachment in message.attachments:
        if attachment.asset is not None:
            sim.world.assets[attachment.asset].is_killed = True
    message.is_deleted = True
    message.text = None
    message.attachments = []
    item = events.of_unsend(message, when(sim, act.at))
    _tell(sim, message, "messages", item, deliver=act.deliver, is_standby=False)
    return message


def edit(sim: Sim, act: Edit) -> Message:
    """Change a text. Rule N49."""
    message = message_of(sim, act.mid)
    message.text = act.text
    message.edits += 1
    item = events.of_edit(message, when(sim, act.at))
    _tell(sim, message, "message_edit", item, deliver=act.deliver, is_standby=False)
    return message


def react(sim: Sim, act: React) -> Message:
    """A participant's reaction; None takes it back. Opens nothing. Rules N53, W5."""
    message = message_of(sim, act.mid)
    if act.emoji is None:
        message.reactions.pop(message.igsid, None)
    else:
        message.reactions[message.igsid] = act.emoji
    item = events.of_reaction(message.account, message.igsid, message.mid, act.emoji, when(sim, act.at))
    _tell(sim, message, "message_reactions", item, deliver=act.deliver, is_standby=act.standby)
    return message


def seen(sim: Sim, act: Seen) -> str:
    """A participant has read up to a message; its mid. Raises Unknown if there is nothing to read."""
    account = account_of(sim, act.account)
    customer = customer_of(sim, account, act.customer)
    conversation = threads.of(sim, account.ig_id, customer.igsid)
    ours = (mid for mid in reversed(conversation.mids) if sim.world.messages[mid].is_from_account)
    mid = act.mid or next(ours, None)
    if mid is None:
        raise Unknown("the account has written nothing in this conversation")
    conversation.seen_mid = mid
    item = events.of_seen(account.ig_id, customer.igsid, mid, when(sim, act.at))
    _tell(sim, message_of(sim, mid), "messaging_seen", item, deliver=act.deliver, is_standby=act.standby)
    return mid


def referral(sim: Sim, act: Referral) -> str:
    """An ig.me link; opens the window. The IGSID. Rules N57, W3."""
    account = account_of(sim, act.account)
    customer = customer_of(sim, account, act.customer)
    at_ms = when(sim, act.at)
    threads.open_window(threads.of(sim, account.ig_id, customer.igsid), at_ms)
    link: wire.Doc = {"ref": act.ref, "source": act.source, "type": "OPEN_THREAD"}
    item = events.of_referral(account.ig_id, customer.igsid, link, at_ms)
    if act.deliver:
        sim.emit([Event(account=account.ig_id, channel="messaging", field="messaging_referral", item=item)])
    return customer.igsid


def control(sim: Sim, act: Control) -> str:
    """Control of a conversation changes (its id); while another app has it, its events come in `standby`."""
    account = account_of(sim, act.account)
    customer = customer_of(sim, account, act.customer)
    conversation = threads.of(sim, account.ig_id, customer.igsid)
    ours = sim.options.app_id
    previous, conversation.owner_app = conversation.owner_app or ours, act.owner
    item = events.of_control(account.ig_id, customer.igsid, previous, act.owner or ours, when(sim, act.at))
    if act.deliver:
        sim.emit([Event(account=account.ig_id, channel="messaging", field="messaging_handover", item=item)])
    return conversation.id


def _furnish(sim: Sim, message: Message, wanted: list[Wanted | str], story: StoryRef | None) -> None:
    for one in wanted:
        message.attachments += attachments.make(sim.shelf, Wanted(type=one) if isinstance(one, str) else one)
    mention = next((one for one in message.attachments if one.type == "story_mention" and one.asset), None)
    if story is not None:
        asset = sim.shelf.add("image", is_story=True, id=story.id)
        sticker = story.link_sticker_url
        message.story = Story(id=asset.id, asset=asset.id, is_mention=False, link_sticker_url=sticker)
    elif mention is not None and mention.asset is not None:
        message.story = Story(id=mention.asset, asset=mention.asset, is_mention=True)


def _arrival(sim: Sim, message: Message, act: Write) -> list[Event]:
    arrived = threads.event_of(sim, message, is_standby=act.standby)
    if act.channel == "changes":
        value: wire.Doc = {"field": "messages", "value": arrived.item}
        arrived = Event(account=message.account, channel="changes", field="messages", item=value, igsid=message.igsid)
    if act.stub is None:
        return [arrived]
    item = events.of_stub(message, sim.now_ms())
    stub = Event(account=message.account, channel="messaging", field="message_edit", item=item, igsid=message.igsid)
    return [stub] if act.stub == "only" else [stub, arrived]


def _tell(sim: Sim, message: Message, field: str, item: wire.Doc, *, deliver: bool, is_standby: bool) -> None:
    if not deliver:
        return
    channel = threads.channel_of(sim, message, is_standby=is_standby)
    sim.emit([Event(account=message.account, channel=channel, field=field, item=item, igsid=message.igsid)])
