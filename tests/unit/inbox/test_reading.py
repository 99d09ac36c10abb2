"""Messages read back stand where Instagram lists them, also within one second. Rules C8, GA2."""

from datetime import datetime, timedelta

from confab.inbox.reading import Message, _placed
from confab.model.events import Content, MessageReceived
from confab.model.inbox import Igsid, Mid
from tests.world import NOON

NOTHING = Content(
    text="hello", attachments=[], reply_to_mid=None, reply_to_story_id=None, reply_to_story_url=None, reply_to_story_link=None,
    is_story_reply=False, quick_reply_payload=None, referral=None, is_unsupported=False,
)  # fmt: skip


def read(mid: str, at: datetime) -> Message:
    return MessageReceived(
        type="message_received", mid=Mid(mid), igsid=Igsid("1"), sent_at=at, meta_sent_at=None, content=NOTHING, is_standby=False,
        is_self=False,
    )  # fmt: skip


def ms(count: int) -> timedelta:
    return timedelta(milliseconds=count)


def test_GA2_what_was_missed_in_the_second_of_a_known_message_comes_after_it() -> None:
    listed = [read("before", NOON), read("known", NOON), read("missed", NOON), read("later", NOON + timedelta(seconds=1))]
    placed = _placed(listed, {Mid("known"): NOON + ms(400)})
    assert [(event.mid, event.sent_at - NOON) for event in placed] == [
        ("before", ms(0)), ("known", ms(400)), ("missed", ms(401)), ("later", ms(1000)),
    ]  # fmt: skip


def test_GA2_what_was_missed_before_a_known_message_of_its_second_comes_before_it() -> None:
    listed = [read("missed", NOON), read("missed too", NOON), read("known", NOON), read("after", NOON)]
    placed = _placed(listed, {Mid("known"): NOON})
    assert [(event.mid, event.sent_at - NOON) for event in placed] == [
        ("missed", ms(-2)), ("missed too", ms(-1)), ("known", ms(0)), ("after", ms(1)),
    ]  # fmt: skip


def test_C8_a_message_of_another_second_stays_where_it_is() -> None:
    listed = [read("known", NOON), read("missed", NOON + timedelta(seconds=5))]
    assert _placed(listed, {Mid("known"): NOON + ms(999)})[1].sent_at == NOON + timedelta(seconds=5)
