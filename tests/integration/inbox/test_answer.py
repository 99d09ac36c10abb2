"""Answers of several parts, reactions, indicators and private replies, step by step. Rules O13-O18 of docs/spec/inbox.md."""

import asyncio
import itertools
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from confab.errors import (
    Conflict,
    Forbidden,
    Invalid,
    KeyReused,
    Rejected,
    Restricted,
    Throttled,
    Unanswered,
    Unauthorised,
    Unavailable,
    Unreachable,
)
from confab.inbox import answer, private_reply
from confab.inbox.comments import act
from confab.model.commands import (
    Actor,
    AnswerComment,
    Discard,
    DiscardComment,
    Indicate,
    React,
    ReplyPrivately,
    Retry,
    Send,
    WorkOnComment,
)
from confab.model.comments import Comment
from confab.model.inbox import CommentId, Message, MessageId
from confab.model.outgoing import Button, Buttons, Card, Cards, Heart, QuickReply, Share, Text
from confab.store import budgets, comments, messages, outbound
from confab.store.budgets import Spacing
from confab.store.claims import Due
from confab.store.outbound import OutboundRow
from tests.integration.inbox.desk import LEASE, Desk, somebody_waits
from tests.world import NOON, Customer, after, happen

SPACING = Spacing(each=timedelta(milliseconds=11), saved=timedelta(0), ahead=timedelta(milliseconds=250))
LONG = "\n".join(["word " * 150] * 3)


async def shown(desk: Desk) -> list[Message]:
    async with desk.db.transaction() as conn:
        found = await messages.page(conn, desk.world.viewer, desk.conversation, before=None, limit=50)
    return [one for one in found if one.direction == "outbound"]


async def calls(desk: Desk) -> list[OutboundRow]:
    async with desk.db.transaction() as conn:
        found = await conn.fetch("SELECT id FROM outbound_messages WHERE workspace_id = $1 ORDER BY id", desk.world.workspace)
        rows = [await outbound.get(conn, desk.world.workspace, record["id"]) for record in found]
    return [row for row in rows if row is not None]


async def work(desk: Desk) -> None:
    """Every call that is due, in order, until nothing is."""
    for _ in range(20):
        due = [call for call in await calls(desk) if call.due_at is not None and call.due_at <= desk.clock.now()]
        for call in due:
            await desk.sender.run(Due(key=(call.workspace_id, call.id), attempts=1))
        if not due:
            return


async def react(desk: Desk, message: MessageId, emoji: str | None) -> Message:
    async with desk.db.transaction() as conn:
        command = React(conversation_id=desk.conversation, message_id=message, emoji=emoji)
        return await answer.react(conn, desk.actor, command, desk.clock.now())


async def inbound(desk: Desk) -> MessageId:
    async with desk.db.transaction() as conn:
        found = await messages.page(conn, desk.world.viewer, desk.conversation, before=None, limit=50)
    return next(one.id for one in found if one.direction == "inbound")


async def test_O13_a_long_text_goes_out_in_order_each_part_with_its_state(desk: Desk) -> None:
    await desk.write(LONG, reply_to=await inbound(desk))
    parts = await shown(desk)
    assert [one.status for one in parts] == ["queued"] * 3
    assert "\n".join(one.text or "" for one in parts).split() == LONG.split()
    assert [one.client_key for one in parts] == [LONG[:100], f"{LONG[:100]}#2", f"{LONG[:100]}#3"]
    assert [one.reply_to is not None for one in parts] == [True, False, False]
    await work(desk)
    assert desk.meta.asked == [one.text for one in parts]
    assert [one.status for one in await shown(desk)] == ["sent"] * 3


async def test_O13_the_same_key_and_content_again_queue_nothing(desk: Desk) -> None:
    first = await desk.write(LONG)
    assert await desk.write(LONG) == first
    assert len(await calls(desk)) == 3
    with pytest.raises(KeyReused):
        await desk.send(LONG[:100], Text(type="text", text="another"))


async def test_O13_who_waits_for_the_same_answer_to_be_written_is_given_it(desk: Desk) -> None:
    command = Send(conversation_id=desk.conversation, client_key="k", content=Text(type="text", text="hi"))
    async with desk.db.transaction() as conn:
        first, _ = await answer.send(conn, desk.actor, command, desk.clock.now())
        again = asyncio.create_task(desk.send("k", Text(type="text", text="hi")))
        await somebody_waits(conn)
    assert await again == first.id
    assert len(await calls(desk)) == 1


async def test_O13_twenty_parts_are_the_most(desk: Desk) -> None:
    with pytest.raises(Invalid) as refused:
        await desk.write("word " * 4100)
    assert (refused.value.facts["field"], refused.value.facts["code"]) == ("text", "text_too_long")
    assert await calls(desk) == []


async def test_O13_who_takes_back_the_first_part_takes_back_the_rest(desk: Desk) -> None:
    first = await desk.write(LONG, undo_s=30)
    await work(desk)
    async with desk.db.transaction() as conn:
        command = Discard(conversation_id=desk.conversation, message_id=first)
        await answer.discard(conn, desk.actor, command, desk.clock.now())
    desk.time_passes()
    await work(desk)
    assert (await shown(desk), desk.meta.asked) == ([], [])
    assert [call.state for call in await calls(desk)] == ["discarded"] * 3


async def test_O14_what_follows_a_part_that_failed_is_not_sent_alone_and_goes_with_it_again(desk: Desk) -> None:
    first = await desk.write(LONG)
    desk.meta.refusal = Rejected("No.")
    await work(desk)
    assert [(one.status, one.error.code if one.error else None) for one in await shown(desk)] == [
        ("failed", "rejected_by_meta"), ("failed", "part_failed"), ("failed", "part_failed"),
    ]  # fmt: skip
    assert len(desk.meta.asked) == 1
    desk.meta.refusal = None
    await desk.retry(first)
    await work(desk)
    assert desk.meta.asked[1:] == [one.text for one in await shown(desk)]
    assert [one.status for one in await shown(desk)] == ["sent"] * 3


async def test_O14_a_part_in_doubt_holds_the_rest_until_somebody_decides(desk: Desk) -> None:
    first = await desk.write(LONG)
    desk.meta.refusal = Unanswered("Nothing came back.")
    await work(desk)
    desk.meta.refusal = None
    desk.time_passes(timedelta(minutes=10))
    (_, *rest) = await calls(desk)
    for call in rest:
        await desk.sender.run(Due(key=(call.workspace_id, call.id), attempts=1))
    assert [one.status for one in await shown(desk)] == ["in_doubt", "queued", "queued"]
    await desk.retry(first)
    await work(desk)
    assert desk.meta.asked[1:] == [one.text for one in await shown(desk)]


async def test_O6_a_failed_text_may_be_changed_before_it_is_sent_again(desk: Desk) -> None:
    message = await desk.write("see htp://wrong")
    desk.meta.refusal = Rejected("No.")
    await work(desk)
    desk.meta.refusal = None
    async with desk.db.transaction() as conn:
        command = Retry(conversation_id=desk.conversation, message_id=message, text="see https://right.example")
        await answer.retry(conn, desk.actor, command, desk.clock.now())
    await work(desk)
    (one,) = await shown(desk)
    assert (one.text, one.status, desk.meta.asked[-1]) == ("see https://right.example", "sent", "see https://right.example")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            Text(type="text", text="Which?", quick_replies=(QuickReply(title="Rye", payload="RYE"),)),
            {"text": "Which?", "quick_replies": [{"content_type": "text", "title": "Rye", "payload": "RYE"}]},
        ),
        (Heart(type="heart"), {"attachment": {"type": "like_heart"}}),
        (Share(type="share", media_ig_id="178"), {"attachment": {"type": "MEDIA_SHARE", "payload": {"id": "178"}}}),
        (
            Cards(type="cards", cards=(Card(title="Rye", url="https://a.example", buttons=(Button(title="Buy", payload="B"),)),)),
            {
                "attachment": {
                    "type": "template",
                    "payload": {
                        "template_type": "generic",
                        "elements": [
                            {
                                "title": "Rye",
                                "default_action": {"type": "web_url", "url": "https://a.example"},
                                "buttons": [{"type": "postback", "title": "Buy", "payload": "B"}],
                            }
                        ],
                    },
                }
            },
        ),
        (
            Buttons(type="buttons", text="Go?", buttons=(Button(title="Shop", url="https://a.example"),)),
            {
                "attachment": {
                    "type": "template",
                    "payload": {
                        "template_type": "button",
                        "text": "Go?",
                        "buttons": [{"type": "web_url", "url": "https://a.example", "title": "Shop"}],
                    },
                }
            },
        ),
    ],
)  # fmt: skip
async def test_S12_S16_S17_templates_go_out_in_metas_words(desk: Desk, content: Any, said: Any) -> None:
    await desk.send("k", content)
    await work(desk)
    assert desk.meta.asked == [said.get("text", said) if "quick_replies" not in said else "Which?"]
    (one,) = await shown(desk)
    assert one.status == "sent"


async def test_O15_a_reaction_is_shown_at_once_and_taken_back_when_instagram_refuses(desk: Desk) -> None:
    message = await inbound(desk)
    assert [one.emoji for one in (await react(desk, message, "🥐")).reactions] == ["🥐"]
    await work(desk)
    assert desk.meta.asked == [{"sender_action": "react", "payload": {"message_id": "hello", "reaction": "🥐"}}]
    await react(desk, message, "🥐")
    assert len(await calls(desk)) == 1
    desk.meta.refusal = Rejected("No.")
    assert [one.emoji for one in (await react(desk, message, "❤")).reactions] == ["❤"]
    await work(desk)
    async with desk.db.transaction() as conn:
        (row,) = await messages.rows_by_ids(conn, [(desk.world.workspace, message)])
    assert [one["emoji"] for one in row.reactions if not one["is_removed"]] == ["🥐"]


async def test_O15_a_reaction_without_an_answer_is_tried_again_as_a_repeat_changes_nothing(desk: Desk) -> None:
    message = await inbound(desk)
    await react(desk, message, "❤")
    desk.meta.refusal = Unanswered("Nothing came back.")
    await work(desk)
    (call,) = await calls(desk)
    assert (call.state, call.error_code) == ("queued", "meta_unavailable")
    desk.meta.refusal = None
    desk.time_passes()
    await work(desk)
    assert [call.state for call in await calls(desk)] == ["sent"]
    await react(desk, message, None)
    await work(desk)
    assert desk.meta.asked[-1] == {"sender_action": "unreact", "payload": {"message_id": "hello"}}


async def test_O15_the_reaction_of_a_worker_that_died_is_made_again(desk: Desk) -> None:
    await react(desk, await inbound(desk), "❤")
    (call,) = await calls(desk)
    async with desk.db.transaction() as conn:
        call.state, call.due_at, call.attempted_at = "sending", desk.clock.now() + LEASE, desk.clock.now()
        await outbound.write(conn, call)
    desk.time_passes()
    await work(desk)
    assert [call.state for call in await calls(desk)] == ["sent"]


async def test_O16_calls_take_places_that_are_never_closer_than_metas_limit(desk: Desk) -> None:
    places: list[tuple[bool, datetime]] = []
    for _ in range(60):
        async with desk.db.transaction() as conn:
            places.append(await budgets.take(conn, desk.world.workspace, desk.world.account, "sends", SPACING, NOON))
    given = [at for is_given, at in places if is_given]
    assert len(given) == 23  # a quarter of a second ahead
    assert all(after - before == SPACING.each for before, after in itertools.pairwise(given))
    assert {at for is_given, at in places if not is_given} == {given[-1] + SPACING.each}


async def test_O16_what_was_saved_up_goes_at_once_and_the_hour_holds(desk: Desk) -> None:
    spacing = Spacing(each=timedelta(seconds=5.3), saved=60 * timedelta(seconds=5.3), ahead=timedelta(0))
    given: list[datetime] = []
    for second in range(3600):
        async with desk.db.transaction() as conn:
            now = NOON + timedelta(seconds=second)
            while (place := await budgets.take(conn, desk.world.workspace, desk.world.account, "p", spacing, now))[0]:
                given.append(place[1])
    assert given.count(NOON) >= 60
    assert 700 < len(given) <= 750


async def test_O16_after_a_throttling_calls_go_slowly_until_one_has_gone_through(desk: Desk) -> None:
    message = await desk.write("one")
    desk.meta.refusal = Throttled("Instagram asks to slow down.")
    assert await desk.step(message) == "queued"
    call = await desk.call(message)
    assert call.due_at is not None
    assert await _places(desk, call.due_at, 3) == [timedelta(0), 4 * SPACING.each, 8 * SPACING.each]
    desk.meta.refusal = None
    desk.time_passes(timedelta(minutes=5))
    assert await desk.step(message) == "sent"
    assert await _places(desk, desk.clock.now(), 3) == [timedelta(0), SPACING.each, 2 * SPACING.each]


async def _places(desk: Desk, at: datetime, count: int) -> list[timedelta]:
    """When so many calls in a row may be made, counted from the first."""
    places: list[datetime] = []
    for _ in range(count):
        async with desk.db.transaction() as conn:
            places.append((await budgets.take(conn, desk.world.workspace, desk.world.account, "sends", SPACING, at))[1])
    return [place - places[0] for place in places]


async def test_O17_an_indicator_is_sent_only_where_the_setting_says_so_and_soon_or_not_at_all(desk: Desk) -> None:
    command = Indicate(conversation_id=desk.conversation, what="typing")
    async with desk.db.transaction() as conn:
        await answer.indicate(conn, desk.actor, command, desk.clock.now())
    assert await calls(desk) == []
    async with desk.db.transaction() as conn:
        await conn.execute("UPDATE accounts SET shows_indicators = true WHERE id = $1", desk.world.account)
        await answer.indicate(conn, desk.actor, command, desk.clock.now())
    desk.time_passes(timedelta(seconds=10))
    await work(desk)
    assert ([call.state for call in await calls(desk)], desk.meta.asked) == (["discarded"], [])
    async with desk.db.transaction() as conn:
        await answer.indicate(conn, desk.actor, command, desk.clock.now())
    await work(desk)
    assert desk.meta.asked == [{"sender_action": "typing_on"}]


NO_MEDIA = dict.fromkeys(("ig_id", "permalink", "product_type", "ad_id", "ad_title", "original_media_id"))


async def a_comment(desk: Desk, author: str | None = "2087654321098765") -> CommentId:
    async with desk.db.transaction() as conn:
        id_ = UUID(int=1)
        await conn.execute(
            """INSERT INTO comments (workspace_id, id, account_id, comment_key, ig_id, kind, media, author_ig_id, text, is_own,
                created_at) VALUES ($1, $2, $3, 'k', '18047712390856104', 'comment', $6, $4, 'How much?', false, $5)""",
            desk.world.workspace, id_, desk.world.account, author, desk.clock.now(), NO_MEDIA,
        )  # fmt: skip
    return CommentId(id_)


class _Told(msgspec.Struct):
    comment: Comment


async def told_last(desk: Desk) -> Comment:
    """The comment as the feed told it last."""
    async with desk.db.transaction() as conn:
        body = await conn.fetchval(
            "SELECT body FROM changes WHERE workspace_id = $1 AND type = 'comment_updated' ORDER BY seq DESC LIMIT 1",
            desk.world.workspace,
        )
    return msgspec.json.decode(body, type=_Told).comment


async def reply(desk: Desk, comment: CommentId, key: str, text: str = "It is 4.20") -> tuple[Message, bool]:
    async with desk.db.transaction() as conn:
        command = ReplyPrivately(comment_id=comment, client_key=key, content=Text(type="text", text=text))
        return await private_reply.reply(conn, desk.actor, command, desk.clock.now())


async def test_O18_a_comment_is_answered_once_and_the_conversation_begins_with_it(desk: Desk) -> None:
    comment = await a_comment(desk)
    message, is_new = await reply(desk, comment, "a")
    assert (is_new, message.conversation_id != desk.conversation, message.text) == (True, True, "It is 4.20")
    assert await reply(desk, comment, "a") == (message, False)
    with pytest.raises(Conflict) as refused:
        await reply(desk, comment, "b")
    assert (refused.value.facts["rule"], refused.value.facts["code"]) == ("G13", "comment_answered")
    await work(desk)
    assert desk.meta.asked == ["It is 4.20"]
    with pytest.raises(Conflict):
        await reply(desk, comment, "b")


async def test_O18_a_reply_that_instagram_refused_may_be_written_anew(desk: Desk) -> None:
    comment = await a_comment(desk)
    desk.meta.refusal = Rejected("No.")
    await reply(desk, comment, "a")
    await work(desk)
    desk.meta.refusal = None
    await reply(desk, comment, "b", "It is 4.30")
    await work(desk)
    assert desk.meta.asked == ["It is 4.20", "It is 4.30"]


async def seen(desk: Desk, comment: CommentId) -> Comment:
    async with desk.db.transaction() as conn:
        return await comments.get(conn, desk.world.workspace, comment)


async def test_CM21_a_private_reply_that_instagram_refuses_leaves_its_comment_open_and_says_why(desk: Desk) -> None:
    comment = await a_comment(desk)
    desk.meta.refusal = Rejected("No.")
    message, _ = await reply(desk, comment, "a")
    before = await seen(desk, comment)
    assert (before.done_by, before.private_conversation_id) == ("Dana", message.conversation_id)
    await work(desk)
    found = await seen(desk, comment)
    assert (found.done_at, found.done_by, found.private_conversation_id) == (None, None, None)
    assert found.error is not None
    assert found.error.message == "The private message was not sent: No."
    assert await told_last(desk) == found


async def test_CM21_a_private_reply_that_is_sent_again_closes_its_comment_again(desk: Desk) -> None:
    comment = await a_comment(desk)
    desk.meta.refusal = Rejected("No.")
    message, _ = await reply(desk, comment, "a")
    await work(desk)
    desk.meta.refusal, desk.conversation = None, message.conversation_id
    await desk.retry(message.id)
    found = await seen(desk, comment)
    assert (found.done_by, found.private_conversation_id, found.error) == ("Dana", message.conversation_id, None)
    assert await told_last(desk) == found
    await work(desk)
    assert await seen(desk, comment) == found


async def test_CM21_a_private_reply_that_is_discarded_leaves_its_comment_open(desk: Desk) -> None:
    comment = await a_comment(desk)
    message, _ = await reply(desk, comment, "a")
    async with desk.db.transaction() as conn:
        command = Discard(conversation_id=message.conversation_id, message_id=message.id)
        await answer.discard(conn, desk.actor, command, desk.clock.now())
    found = await seen(desk, comment)
    assert (found.done_at, found.private_conversation_id, found.error) == (None, None, None)
    assert await told_last(desk) == found


async def test_CM21_what_a_person_said_is_done_stays_done_when_an_answer_fails(desk: Desk) -> None:
    comment = await a_comment(desk)
    async with desk.db.transaction() as conn:
        mia = replace(desk.actor, name="Mia")
        await act.work(conn, mia, WorkOnComment(comment_id=comment, is_done=True), desk.clock.now())
    desk.meta.refusal = Rejected("No.")
    await reply(desk, comment, "a")
    await work(desk)
    found = await seen(desk, comment)
    assert (found.done_by, found.error is not None) == ("Mia", True)


async def test_CM21_what_another_answer_stands_for_stays_done(desk: Desk) -> None:
    comment = await a_comment(desk)
    async with desk.db.transaction() as conn:
        command = AnswerComment(comment_id=comment, client_key="public", text="See your messages.")
        made, _ = await act.reply(conn, desk.actor, command, desk.clock.now())
    desk.meta.refusal = Rejected("No.")
    await reply(desk, comment, "a")
    await work(desk)
    assert (await seen(desk, comment)).done_by == "Dana"
    async with desk.db.transaction() as conn:
        await act.discard(conn, desk.actor, DiscardComment(comment_id=made.id), desk.clock.now())
    assert (await seen(desk, comment)).done_at is None


async def test_O18_who_wrote_a_comment_has_to_be_known(desk: Desk) -> None:
    comment = await a_comment(desk, author=None)
    with pytest.raises(Conflict) as refused:
        await reply(desk, comment, "a")
    assert refused.value.facts["rule"] == "G15"


async def test_G18_who_is_unavailable_gets_nothing_automatic_until_they_write(desk: Desk) -> None:
    await desk.write("hello?")
    desk.meta.refusal = Unreachable("This person is not available.")
    await work(desk)
    rule = Actor(workspace_id=desk.world.workspace, kind="rule", agent_id=None, name="Welcome")
    send = Send(conversation_id=desk.conversation, client_key="r", content=Text(type="text", text="hi"), purpose="automation")
    async with desk.db.transaction() as conn:
        with pytest.raises(Conflict) as refused:
            await answer.send(conn, rule, send, desk.clock.now())
    assert refused.value.facts["code"] == "unreachable"
    await happen(
        desk.db, desk.world, Customer(desk.world.ig_id).writes("back", "I am back", after(5)), now=NOON + timedelta(minutes=5)
    )
    async with desk.db.transaction() as conn:
        await answer.send(conn, rule, send, desk.clock.now())


async def test_G19_what_instagram_takes_for_spam_stops_automation_for_a_day(desk: Desk) -> None:
    rule = Actor(workspace_id=desk.world.workspace, kind="rule", agent_id=None, name="Welcome")
    send = Send(conversation_id=desk.conversation, client_key="r", content=Text(type="text", text="hi"), purpose="automation")
    async with desk.db.transaction() as conn:
        await answer.send(conn, rule, send, desk.clock.now())
    desk.meta.refusal = Restricted("Instagram takes this for spam.")
    await work(desk)
    later = Send(conversation_id=desk.conversation, client_key="s", content=Text(type="text", text="hi"), purpose="automation")
    async with desk.db.transaction() as conn:
        with pytest.raises(Conflict) as refused:
            await answer.send(conn, rule, later, desk.clock.now())
    until: Any = refused.value.facts["until"]
    assert refused.value.facts["rule"] == "G19"
    assert timedelta(hours=23) < until - desk.clock.now() <= timedelta(days=1)


async def test_T14_a_token_refused_while_a_file_is_handed_over_is_believed_only_when_asked_again(desk: Desk) -> None:
    await desk.write("with a file")
    async with desk.db.transaction() as conn:
        files = {"files": [{"digest": "00", "content_type": "image/png", "size_bytes": 1, "name": "a.png"}]}
        await conn.execute(
            "UPDATE outbound_messages SET kind = 'image', payload = $2 WHERE workspace_id = $1", desk.world.workspace, files
        )
    desk.hand_over_refusal = Unauthorised("No.")
    await work(desk)
    async with desk.db.transaction() as conn:
        health = await conn.fetchval("SELECT health FROM accounts WHERE id = $1", desk.world.account)
    (call,) = await calls(desk)
    assert (health, call.state, call.error_code) == ("ok", "queued", "meta_unavailable")


async def test_O6_automation_sends_nothing_again(desk: Desk) -> None:
    message = await desk.write("one")
    desk.meta.refusal = Rejected("No.")
    await work(desk)
    rule = Actor(workspace_id=desk.world.workspace, kind="rule", agent_id=None, name="Welcome")
    async with desk.db.transaction() as conn:
        with pytest.raises(Forbidden):
            await answer.retry(conn, rule, Retry(conversation_id=desk.conversation, message_id=message), desk.clock.now())


async def test_O9_a_refusal_that_may_pass_is_tried_four_times(desk: Desk) -> None:
    await desk.write("one")
    desk.meta.refusal = Unavailable("Not now.")
    for _ in range(6):
        await work(desk)
        desk.time_passes()
    assert (len(desk.meta.asked), [one.status for one in await shown(desk)]) == (4, ["failed"])
