"""One item of `messaging` or `standby` → one event. The part of normalise about conversations; pure."""

from datetime import datetime
from typing import Any, Literal

from confab.graph import payloads
from confab.inbox.normalise.content import content_of, referral_of, referral_with_media_of, text_of
from confab.inbox.normalise.values import NotKept, flaw, moment, name_of
from confab.model.events import (
    Event,
    MessageDeleted,
    MessageEchoed,
    MessageEdited,
    MessageHinted,
    MessageReceived,
    MessageSeen,
    OptinReceived,
    PolicyEnforced,
    PostbackReceived,
    ReactionChanged,
    ReferralReceived,
    TestReceived,
    ThreadControlChanged,
    Unknown,
)
from confab.model.inbox import IgId, Igsid, Mid

Item = dict[str, Any]  # an object of Meta's, not looked into yet


def event_of(item: Item, account: IgId | None, received_at: datetime, odd: list[str], *, is_standby: bool) -> Event:
    """Paths of fields that do not fit are added to `odd`.

    Raises NotKept or msgspec.ValidationError for a value that cannot be kept.
    """
    if not payloads.PAYLOAD_KEYS & item.keys():
        return Unknown(type="unknown", name=_unknown_name(item))
    read = payloads.read(item, payloads.Messaging, odd)
    if _is_test(read, account):
        return TestReceived(type="test_received", field="messages")
    return _Reader(read, received_at, odd, is_standby=is_standby).event()


def account_of(item: Item) -> IgId | None:
    """The account an item names itself when its entry does not: the recipient, of an echo the sender (rule N3)."""
    match item:
        case {"message": {"is_echo": True}, "sender": {"id": str() | int() as found}} | {
            "recipient": {"id": str() | int() as found}
        }:
            return None if flaw(found) else IgId(str(found))
        case _:
            return None


def _is_test(item: payloads.Messaging, account: IgId | None) -> bool:
    """Rule N73."""
    sender = text_of(item.sender.id) if item.sender else None
    return account == payloads.TEST_ENTRY_ID or (account is None and sender in payloads.TEST_SENDERS)


def _unknown_name(item: Item) -> str:
    return name_of(*sorted(item.keys() - {"sender", "recipient", "timestamp"})) or "no payload"


class _Reader:
    """One item with what its entry says, turned into the one event it is."""

    def __init__(self, item: payloads.Messaging, received_at: datetime, odd: list[str], *, is_standby: bool) -> None:
        self.item = item
        self.odd = odd
        self.is_self = bool(item.is_self or (item.message is not None and item.message.is_self))
        self.is_standby = is_standby
        self.sender = text_of(item.sender.id) if item.sender else None
        self.recipient = text_of(item.recipient.id) if item.recipient else None
        self.is_echo = item.message is not None and bool(item.message.is_echo)
        self.at, self.written_at = moment(item.timestamp, received_at)

    def event(self) -> Event:
        item = self.item
        if item.message is not None:
            return self._message(item.message)
        if item.message_edit is not None:
            return self._edit(item.message_edit)
        if item.reaction is not None:
            return self._reaction(item.reaction)
        if item.read is not None:
            return self._seen(item.read)
        if item.postback is not None:
            return self._postback(item.postback)
        return self._about_the_conversation()

    @property
    def participant(self) -> Igsid:
        """The side that is not ours (rules N42, N3)."""
        other = self.recipient if self.is_echo or self.item.is_self else self.sender
        if other is None:
            raise NotKept("sender.id or recipient.id of the participant is missing")
        return Igsid(other)

    def _message(self, message: payloads.Message) -> Event:
        mid = _mid(message.mid)
        if message.is_deleted:
            return MessageDeleted(type="message_deleted", mid=mid, igsid=self.participant, deleted_at=self.at)
        if message.is_echo:
            return MessageEchoed(
                type="message_echoed", mid=mid, igsid=self.participant, sent_at=self.at, meta_sent_at=self.written_at,
                content=content_of(message, self.odd), app_id=text_of(message.app_id), is_standby=self.is_standby,
                is_self=self.is_self,
            )  # fmt: skip
        return MessageReceived(
            type="message_received", mid=mid, igsid=self.participant, sent_at=self.at, meta_sent_at=self.written_at,
            content=content_of(message, self.odd), is_standby=self.is_standby, is_self=self.is_self,
        )  # fmt: skip

    def _edit(self, edit: payloads.MessageEdit) -> Event:
        mid = _mid(edit.mid)
        try:
            num_edit = int(edit.num_edit)
        except ValueError:
            raise NotKept(f"message_edit.num_edit {edit.num_edit!s:.40} is no number") from None
        if not 0 <= num_edit < 2**31:
            raise NotKept(f"message_edit.num_edit {num_edit!s:.40} is out of range")
        if num_edit == 0:
            return MessageHinted(type="message_hinted", mid=mid, at=self.at)
        return MessageEdited(type="message_edited", mid=mid, num_edit=num_edit, text=edit.text, edited_at=self.at)

    def _reaction(self, reaction: payloads.Reaction) -> Event:
        return ReactionChanged(
            type="reaction_changed", mid=_mid(reaction.mid), igsid=self.participant, emoji=reaction.emoji,
            reaction=reaction.reaction, is_removed=reaction.action == "unreact", at=self.at,
        )  # fmt: skip

    def _seen(self, read: payloads.Read) -> Event:
        watermark = None if read.watermark is None else moment(read.watermark, self.at)[0]
        if read.mid is None and watermark is None:
            raise NotKept("read has neither mid nor watermark")
        mid = None if read.mid is None else _mid(read.mid)
        return MessageSeen(type="message_seen", mid=mid, igsid=self.participant, watermark=watermark, at=self.at)

    def _postback(self, postback: payloads.Postback) -> Event:
        return PostbackReceived(
            type="postback_received", mid=_mid(postback.mid) if postback.mid else None, igsid=self.participant,
            sent_at=self.at, meta_sent_at=self.written_at, title=postback.title, payload=postback.payload,
            referral=referral_with_media_of(postback.referral), is_standby=self.is_standby, is_self=self.is_self,
        )  # fmt: skip

    def _about_the_conversation(self) -> Event:
        item = self.item
        referral = referral_of(item.referral)
        if referral is not None:
            return ReferralReceived(type="referral_received", igsid=self.participant, at=self.at, referral=referral)
        if item.optin is not None:
            return OptinReceived(type="optin_received", igsid=self.participant, at=self.at, details=item.optin)
        if item.policy_enforcement is not None:
            enforced = item.policy_enforcement
            return PolicyEnforced(type="policy_enforced", at=self.at, action=enforced.action, reason=enforced.reason)
        return self._control()

    def _control(self) -> Event:
        """Rule N59."""
        item = self.item
        actions: list[tuple[Literal["pass", "take", "request"], payloads.ThreadControl | None]] = [
            ("pass", item.pass_thread_control),
            ("take", item.take_thread_control),
            ("request", item.request_thread_control),
        ]
        for action, control in actions:
            if control is not None:
                return ThreadControlChanged(
                    type="thread_control_changed", igsid=self.participant, at=self.at, action=action,
                    previous_owner_app_id=text_of(control.previous_owner_app_id),
                    new_owner_app_id=text_of(control.new_owner_app_id or control.requested_owner_app_id),
                    metadata=control.metadata,
                )  # fmt: skip
        if item.app_roles is not None:
            return ThreadControlChanged(
                type="thread_control_changed", igsid=None, at=self.at, action="app_roles", previous_owner_app_id=None,
                new_owner_app_id=None, metadata=None,
            )  # fmt: skip
        return Unknown(type="unknown", name="empty payload")


def _mid(mid: str) -> Mid:
    """An empty id is never a key (rule N16)."""
    if not mid:
        raise NotKept("mid is empty")
    return Mid(mid)
