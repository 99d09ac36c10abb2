"""Answers for later: put off, let go once, held, cancelled, changed and sent by hand. Rules O19-O24 of docs/spec/inbox.md."""

import asyncio
import contextlib
import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from confab.clock import Clock
from confab.errors import Conflict, Invalid, Rejected, WindowClosed
from confab.inbox import act, answer, schedule
from confab.inbox.send import Sender
from confab.model.commands import Discard, MarkRead, Reschedule, SendNow
from confab.model.inbox import Conversation, Message, MessageId
from confab.model.outgoing import QuickReply, Text
from confab.store import claims, conversations, events, messages, outbound, outbox
from confab.store.db import Database, Doors
from confab.store.outbound import OutboundRow
from confab.store.wake import Wake
from tests.integration.inbox.desk import LEASE, Desk
from tests.world import NOON, Customer, after, happen

LONG = "\n".join(["word " * 150] * 3)
BEGINNING = (NOON - timedelta(days=400), UUID(int=0))


async def later(desk: Desk, text: str, hours: float = 1, **more: Any) -> MessageId:
    return await desk.write(text, release_at=desk.clock.now() + timedelta(hours=hours), **more)


async def shown(desk: Desk) -> list[Message]:
    async with desk.db.transaction() as conn:
        found = await messages.page(conn, desk.world.viewer, desk.conversation, before=None, limit=50)
    return [one for one in found if one.direction == "outbound"]


async def conversation(desk: Desk) -> Conversation:
    async with desk.db.transaction() as conn:
        return await conversations.for_viewer(conn, desk.world.viewer, desk.conversation)


async def calls(desk: Desk) -> list[OutboundRow]:
    async with desk.db.transaction() as conn:
        found = await conn.fetch("SELECT id FROM outbound_messages WHERE workspace_id = $1 ORDER BY id", desk.world.workspace)
        rows = [await outbound.get(conn, desk.world.workspace, record["id"]) for record in found]
    return [row for row in rows if row is not None]


async def work(desk: Desk) -> None:
    """Everything that is due, as the loops do it, until nothing is."""
    for _ in range(20):
        now, due = desk.clock.now(), list[claims.Due]()
        async with desk.db.transaction() as conn:
            for kind in (claims.OUTBOUND, claims.OUTBOUND_SCHEDULED):
                due += await kind.claim(conn, now, now + LEASE, 50)
        ours = [one for one in due if one.key[0] == desk.world.workspace]
        for one in ours:
            await desk.sender.run(one)
        if not ours:
            return


async def change(desk: Desk, message: MessageId, **what: Any) -> Message:
    async with desk.db.transaction() as conn:
        command = Reschedule(conversation_id=desk.conversation, message_id=message, **what)
        return await schedule.change(conn, desk.actor, command, desk.clock.now())


async def send_now(desk: Desk, message: MessageId) -> Message:
    async with desk.db.transaction() as conn:
        command = SendNow(conversation_id=desk.conversation, message_id=message)
        return await schedule.send_now(conn, replace(desk.actor, name="Bo"), command, desk.clock.now())


async def writes(desk: Desk, mid: str, minutes: float) -> None:
    await happen(desk.db, desk.world, Customer(desk.world.ig_id).writes(mid, mid, after(minutes)), now=after(minutes))


async def listed(desk: Desk) -> list[tuple[str | None, str, int]]:
    async with desk.db.transaction() as conn:
        items, _ = await outbox.scheduled(conn, desk.world.viewer, account=None, conversation=None, after=BEGINNING, limit=50)
    return [(one.text, one.message.status, one.parts) for one in items]


async def test_O19_a_scheduled_answer_is_nobodys_news_until_its_time(desk: Desk) -> None:
    before = await conversation(desk)
    message = await later(desk, "Good morning")
    await work(desk)
    (ghost,) = await shown(desk)
    assert (ghost.status, ghost.author.kind, ghost.author.name) == ("scheduled", "schedule", "Dana")
    assert abs(ghost.sent_at - after(60)) < timedelta(minutes=1)
    now = await conversation(desk)
    assert (now.last_message_preview, now.last_message_at, now.unread_count) == ("hello", before.last_message_at, 1)
    async with desk.db.transaction() as conn:
        command = MarkRead(conversation_id=desk.conversation, message_id=message)
        read = await act.mark_read(conn, desk.actor, command, desk.clock.now())
    assert (read.unread_count, read.read_up_to) == (0, before.last_message_at)
    assert desk.meta.asked == []
    await writes(desk, "and another", 1)
    assert [one.status for one in await shown(desk)] == ["scheduled"]
    assert (await conversation(desk)).last_message_preview == "and another"


async def test_O19_only_a_time_ahead_of_us_and_not_too_far_is_taken(desk: Desk) -> None:
    for ahead in (timedelta(0), timedelta(seconds=-1), timedelta(days=181)):
        with pytest.raises(Invalid) as refused:
            await desk.write("When?", release_at=desk.clock.now() + ahead)
        assert refused.value.facts["field"] == "release_at"
    with pytest.raises(Invalid):
        await later(desk, "   ")
    assert await calls(desk) == []


async def test_O19_the_window_that_will_be_closed_is_no_reason_to_refuse(desk: Desk) -> None:
    await later(desk, "In three days", hours=72)
    desk.time_passes(timedelta(hours=72, minutes=1))
    await work(desk)
    (message,) = await shown(desk)
    assert (message.status, message.error and message.error.code) == ("failed", "window_closed")
    assert desk.meta.asked == []


async def test_O20_all_parts_go_out_once_in_order_when_their_time_has_come(desk: Desk) -> None:
    await later(desk, LONG)
    assert [one.status for one in await shown(desk)] == ["scheduled"] * 3
    desk.time_passes(timedelta(minutes=59))
    await work(desk)
    assert desk.meta.asked == []
    desk.time_passes(timedelta(minutes=1, seconds=1))
    await work(desk)
    parts = await shown(desk)
    assert desk.meta.asked == [one.text for one in parts]
    assert "\n".join(one.text or "" for one in parts).split() == LONG.split()
    assert [one.status for one in parts] == ["sent"] * 3
    assert (await conversation(desk)).last_message_preview is not None
    assert (await conversation(desk)).last_message_preview != "hello"
    desk.time_passes(timedelta(hours=5))
    await work(desk)
    assert len(desk.meta.asked) == 3


async def test_O20_a_clock_that_goes_back_lets_nothing_go_early_or_twice(desk: Desk) -> None:
    await later(desk, "Once")
    (call,) = await calls(desk)
    await desk.sender.run(claims.Due(key=(call.workspace_id, call.id), attempts=1))
    assert [one.status for one in await shown(desk)] == ["scheduled"]
    assert (await calls(desk))[0].due_at == call.release_at
    desk.time_passes(timedelta(hours=2))
    await work(desk)
    desk.time_passes(timedelta(hours=-2))
    await work(desk)
    await desk.sender.run(claims.Due(key=(call.workspace_id, call.id), attempts=1))
    desk.time_passes(timedelta(hours=4))
    await work(desk)
    assert desk.meta.asked == ["Once"]


async def test_O20_one_call_is_in_flight_also_when_an_older_answer_is_let_go_meanwhile(desk: Desk) -> None:
    await later(desk, "Scheduled first")
    desk.time_passes(timedelta(hours=1, seconds=1))
    begun = await desk.write("Written by hand")
    await desk.begun(begun)
    await work(desk)
    assert desk.meta.asked == []
    assert [one.status for one in await shown(desk)] == ["sending", "queued"]


async def _live_and_die(sender: Sender, due: claims.Due, chance: random.Random) -> None:
    """Run a claimed row; half of the time the worker is gone at some moment of it."""
    life = asyncio.ensure_future(sender.run(due))
    if chance.random() < 0.5:
        await asyncio.sleep(chance.random() * 0.02)
        life.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await life


async def _worker(desk: Desk, db: Database, doors: Doors, clock: Clock, chance: random.Random) -> None:
    line: Any = desk._line
    hand_over: Any = desk._hand_over
    sender = Sender(db, desk.meta, clock, Wake(doors.worker), line, hand_over, lease=timedelta(seconds=2))
    for kind in (claims.OUTBOUND, claims.OUTBOUND_SCHEDULED) * 40:
        clock.ahead += timedelta(seconds=chance.choice((-600, -30, 0, 30, 200, 600, 900)))
        async with db.transaction() as conn:
            due = await kind.claim(conn, clock.now(), clock.now() + timedelta(seconds=2), 3)
        for one in due:
            if one.key[0] == desk.world.workspace:
                await _live_and_die(sender, one, chance)


async def test_O20_workers_that_die_anywhere_and_clocks_that_jump_send_each_answer_once(desk: Desk, doors: Doors) -> None:
    chance, texts = random.Random(7), {f"answer {n}" for n in range(12)}
    for n, text in enumerate(sorted(texts)):
        await later(desk, text, hours=0.1 + n * 0.01, on_reply="send")
    clocks = [Clock(ahead=desk.clock.ahead) for _ in range(3)]
    async with contextlib.AsyncExitStack() as stack:
        databases = [await stack.enter_async_context(Database.open(doors.worker, size=4)) for _ in clocks]
        async with asyncio.timeout(60), asyncio.TaskGroup() as group:
            for db, clock in zip(databases, clocks, strict=True):
                group.create_task(_worker(desk, db, doors, clock, chance))
    desk.clock.ahead = max(clock.ahead for clock in clocks)
    for _ in range(40):
        desk.time_passes(timedelta(minutes=2))
        await work(desk)
    assert max(Counter(desk.meta.asked).values()) == 1
    status_by_text = {one.text or "": one.status for one in await shown(desk)}
    assert status_by_text.keys() == texts
    sent = {text for text, status in status_by_text.items() if status == "sent"}
    assert sent <= set(desk.meta.asked)
    assert {status_by_text[text] for text in texts - sent} <= {"in_doubt"}


async def test_O21_what_they_write_before_its_time_holds_it_for_a_person(desk: Desk) -> None:
    message = await later(desk, LONG)
    await writes(desk, "wait, one question", 10)
    desk.time_passes(timedelta(hours=1, seconds=1))
    await work(desk)
    parts = await shown(desk)
    assert [(one.status, one.error and one.error.code) for one in parts] == [("held", "replied")] * 3
    desk.time_passes(timedelta(hours=9))
    await work(desk)
    assert desk.meta.asked == []
    assert [(status, parts) for _, status, parts in await listed(desk)] == [("held", 3)]
    await send_now(desk, message)
    await work(desk)
    assert [(one.status, one.author.kind, one.author.name) for one in await shown(desk)] == [("sent", "agent", "Bo")] * 3
    assert len(desk.meta.asked) == 3
    assert await listed(desk) == []


async def test_O21_a_message_that_comes_late_but_was_never_seen_counts(desk: Desk) -> None:
    await later(desk, "As you like")
    await writes(desk, "sent before, arrived after", -1)
    desk.time_passes(timedelta(hours=1, seconds=1))
    await work(desk)
    assert [one.status for one in await shown(desk)] == ["held"]


async def test_O21_send_goes_all_the_same_and_cancel_leaves_a_line(desk: Desk) -> None:
    await later(desk, "Sent anyway", on_reply="send")
    await later(desk, "Taken out", on_reply="cancel")
    await writes(desk, "hm", 10)
    desk.time_passes(timedelta(hours=1, seconds=5))
    await work(desk)
    assert desk.meta.asked == ["Sent anyway"]
    assert [one.text for one in await shown(desk)] == ["Sent anyway"]
    async with desk.db.transaction() as conn:
        (line,) = await events.activities(conn, desk.world.viewer, desk.conversation, 10)
    assert (line.kind, line.note) == ("schedule_cancelled", "Taken out")


async def test_O22_a_schedule_never_carries_the_human_agent_tag(desk: Desk) -> None:
    async with desk.db.transaction() as conn:
        await conn.execute("UPDATE accounts SET human_agent = true WHERE workspace_id = $1", desk.world.workspace)
    message = await later(desk, "The day after tomorrow", hours=40)
    desk.time_passes(timedelta(hours=40, minutes=1))
    await work(desk)
    (failed,) = await shown(desk)
    assert failed.error is not None
    assert (failed.status, failed.error.code) == ("failed", "window_closed")
    assert "only a person" in failed.error.message
    await desk.retry(message)  # a person may
    await work(desk)
    assert desk.meta.asked == ["The day after tomorrow"]


async def test_O22_what_the_gate_refuses_fails_with_all_that_was_to_follow(desk: Desk) -> None:
    await later(desk, LONG)
    async with desk.db.transaction() as conn:
        await conn.execute("UPDATE conversations SET handled_elsewhere = true WHERE workspace_id = $1", desk.world.workspace)
    desk.time_passes(timedelta(hours=1, seconds=1))
    await work(desk)
    assert [one.error and one.error.code for one in await shown(desk)] == ["handled_elsewhere", "part_failed", "part_failed"]


async def test_O23_time_and_wish_change_for_all_parts_and_who_changes_has_seen(desk: Desk) -> None:
    message = await later(desk, LONG)
    await writes(desk, "one more thing", 10)
    at = desk.clock.now() + timedelta(hours=3)
    await change(desk, message, release_at=at, on_reply="cancel")
    parts = await shown(desk)
    assert [one.sent_at - at for one in parts] == [timedelta(milliseconds=n) for n in range(3)]
    desk.time_passes(timedelta(hours=2))
    await work(desk)
    assert desk.meta.asked == []
    desk.time_passes(timedelta(hours=1, seconds=1))
    await work(desk)
    assert len(desk.meta.asked) == 3


@pytest.mark.parametrize(("before", "after_"), [("short", LONG), (LONG, "short"), (LONG, LONG.replace("word", "talk"))])
async def test_O23_another_text_is_cut_anew(desk: Desk, before: str, after_: str) -> None:
    message = await desk.send(
        "key", Text(type="text", text=before, quick_replies=(QuickReply(title="Yes", payload="yes"),)),
        release_at=desk.clock.now() + timedelta(hours=1),
    )  # fmt: skip
    await change(desk, message, text=after_)
    assert "\n".join(one.text or "" for one in await shown(desk)).split() == after_.split()
    ((text, status, parts),) = await listed(desk)
    assert ((text or "").split(), status, parts) == (after_.split(), "scheduled", len(await shown(desk)))
    await change(desk, message, text=before)
    await change(desk, message, text=after_)
    desk.time_passes(timedelta(hours=1, seconds=1))
    await work(desk)
    assert "\n".join(desk.meta.asked).split() == after_.split()
    with_choices = [call for call in await calls(desk) if call.state == "sent" and "quick_replies" in call.payload]
    assert [call.message_id for call in with_choices] == [(await shown(desk))[-1].id]


async def test_O23_held_with_another_time_is_scheduled_again(desk: Desk) -> None:
    message = await later(desk, "Later then")
    await writes(desk, "hm", 10)
    desk.time_passes(timedelta(hours=1, seconds=1))
    await work(desk)
    await change(desk, message, text="Even later")
    assert [one.status for one in await shown(desk)] == ["held"]
    await change(desk, message, release_at=desk.clock.now() + timedelta(hours=1))
    assert [(one.status, one.error) for one in await shown(desk)] == [("scheduled", None)]
    desk.time_passes(timedelta(hours=1, seconds=1))
    await work(desk)
    assert desk.meta.asked == ["Even later"]


async def test_O23_what_has_gone_can_no_longer_be_changed(desk: Desk) -> None:
    message = await later(desk, "Gone")
    desk.time_passes(timedelta(hours=1, seconds=1))
    await work(desk)
    for attempt in (change(desk, message, text="No"), send_now(desk, message)):
        with pytest.raises(Conflict):
            await attempt


async def test_O23_sent_by_hand_the_gate_is_asked_for_a_person(desk: Desk) -> None:
    message = await later(desk, "Now", hours=60)
    desk.time_passes(timedelta(hours=40))
    with pytest.raises(WindowClosed):
        await send_now(desk, message)
    async with desk.db.transaction() as conn:
        await conn.execute("UPDATE accounts SET human_agent = true WHERE workspace_id = $1", desk.world.workspace)
    await send_now(desk, message)
    await work(desk)
    assert desk.meta.asked == ["Now"]


async def test_O24_what_is_deleted_takes_all_its_parts_with_it(desk: Desk) -> None:
    await later(desk, LONG)
    kept = await later(desk, "Kept", hours=0.5)
    last = (await shown(desk))[-1]
    async with desk.db.transaction() as conn:
        command = Discard(conversation_id=desk.conversation, message_id=last.id)
        await answer.discard(conn, desk.actor, command, desk.clock.now())
    assert [one.id for one in await shown(desk)] == [kept]
    desk.time_passes(timedelta(hours=2))
    await work(desk)
    assert desk.meta.asked == ["Kept"]


async def test_O24_the_list_is_in_the_order_of_their_time_each_answer_once(desk: Desk) -> None:
    await later(desk, "third", hours=3)
    await later(desk, LONG, hours=2)
    await later(desk, "first", hours=1)
    assert [(text if text in ("first", "third") else "long", parts) for text, _, parts in await listed(desk)] == [
        ("first", 1), ("long", 3), ("third", 1),
    ]  # fmt: skip
    async with desk.db.transaction() as conn:
        viewer = desk.world.viewer
        one, at = await outbox.scheduled(conn, viewer, account=None, conversation=None, after=BEGINNING, limit=1)
        assert at is not None
        two, _ = await outbox.scheduled(conn, viewer, account=None, conversation=None, after=at, limit=5)
    assert [item.parts for item in (*one, *two)] == [1, 3, 1]


async def test_O24_what_stands_as_failed_or_in_doubt_is_listed_once_until_somebody_decides(desk: Desk) -> None:
    desk.meta.refusal = Rejected("No.")
    first = await desk.write(LONG)
    second = await desk.write("alone")
    await work(desk)

    async def troubled() -> list[tuple[MessageId, int]]:
        async with desk.db.transaction() as conn:
            items, _ = await outbox.troubled(
                conn, desk.world.viewer, states=["failed", "in_doubt"], account=None, before=UUID(int=2**128 - 1), limit=50
            )
            ids = (await outbox.needing_a_look(conn, desk.world.viewer))[2]
        assert ids == [one.message.id for one in items]
        return [(one.message.id, one.parts) for one in items]

    assert await troubled() == [(second, 1), (first, 3)]
    await desk.retry(second)
    assert await troubled() == [(first, 3)]
    await work(desk)
    assert await troubled() == [(second, 1), (first, 3)]
    async with desk.db.transaction() as conn:
        command = Discard(conversation_id=desk.conversation, message_id=first)
        await answer.discard(conn, desk.actor, command, desk.clock.now())
    assert await troubled() == [(second, 1)]
    desk.meta.refusal = None
    await desk.retry(second)
    await work(desk)
    assert await troubled() == []
