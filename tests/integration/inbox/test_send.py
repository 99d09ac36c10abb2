"""What a claimed answer does next, step by step and without Meta. Rules O2, O4, O6, O8 of docs/spec/inbox.md."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from confab.errors import Rejected, WindowClosed, WindowShut
from confab.graph.client import Receipt
from confab.inbox import outcome, settle
from confab.inbox.wording import pool_of
from confab.model.changes import MessageRemoved
from confab.model.inbox import MessageId
from confab.store import budgets, changes, conversations, messages
from confab.store.budgets import Spacing
from confab.store.claims import OUTBOUND, Due
from confab.store.outbound import LOOKS_AGAIN
from tests.integration.inbox.desk import LEASE, Desk, grasp, somebody_waits
from tests.world import Customer, happen


async def test_O2_an_answer_whose_worker_died_is_in_doubt_and_never_sent_again_by_itself(desk: Desk) -> None:
    message = await desk.write("one")
    await desk.begun(message)
    assert await desk.step(message) == "sending"  # it may still be under way
    desk.time_passes()
    assert await desk.step(message) == "in_doubt"
    assert desk.meta.asked == []


async def test_O1_a_claim_that_comes_twice_sends_once(desk: Desk) -> None:
    message = await desk.write("one")
    assert await desk.step(message) == "sent"
    assert await desk.step(message) == "sent"
    assert desk.meta.asked == ["one"]


async def test_O8_the_second_waits_for_the_first_and_for_a_minute_at_most(desk: Desk) -> None:
    first, second = await desk.write("one"), await desk.write("two")
    await desk.begun(first)
    assert await desk.step(second) == "queued"
    desk.time_passes()
    assert await desk.step(first) == "in_doubt"
    assert await desk.step(second) == "queued"
    desk.time_passes()
    assert await desk.step(second) == "sent"
    assert desk.meta.asked == ["two"]


async def test_O8_whoever_settles_an_answer_makes_the_next_of_its_conversation_due_and_no_other(desk: Desk) -> None:
    written = [await desk.write(text) for text in ("one", "two", "three")]
    assert await due(desk, written) == ["one"]
    assert await desk.step(written[0]) == "sent"
    assert await due(desk, written) == ["two"]
    desk.meta.refusal = Rejected("This person is not available.")
    assert await desk.step(written[1]) == "failed"
    assert await due(desk, written) == ["three"]


async def test_O8_answers_written_in_the_same_moment_go_out_whichever_comes_first(desk: Desk) -> None:
    first = await desk.write("one")
    desk.clock.ahead -= timedelta(minutes=1)  # who wrote this had looked at the clock before, and waited for the lock
    second = await desk.write("two")
    desk.clock.ahead += timedelta(minutes=1)
    assert await desk.step(first) == "queued"
    async with desk.db.transaction() as conn:
        due = await conn.fetchval("SELECT due_at FROM outbound_messages WHERE message_id = $1", second)
    assert due <= desk.clock.now()
    assert await desk.step(second) == "sent"
    assert await desk.step(first) == "sent"
    assert desk.meta.asked == ["two", "one"]


async def test_O8_what_waits_for_nothing_is_found_although_nobody_made_it_due(desk: Desk) -> None:
    first, second = await desk.write("one"), await desk.write("two")
    async with desk.db.transaction() as conn:
        await conn.execute("UPDATE outbound_messages SET state = 'discarded', due_at = NULL WHERE message_id = $1", first)
    desk.time_passes(LOOKS_AGAIN)
    await desk.work()
    assert await desk.status(second) == "sent"


async def test_O8_what_may_still_be_taken_back_stays_until_then_whatever_is_settled_before_it(desk: Desk) -> None:
    first, second = await desk.write("one"), await desk.write("two", undo_s=30)
    assert await desk.step(first) == "sent"
    await desk.work()
    assert await desk.status(second) == "queued"
    desk.time_passes(timedelta(seconds=30))
    await desk.work()
    assert await desk.status(second) == "sent"


async def test_O8_an_echo_that_settles_an_answer_in_doubt_lets_the_next_go(desk: Desk) -> None:
    first, second = await desk.write("one"), await desk.write("two")
    await desk.begun(first)
    desk.time_passes()
    assert await desk.step(first) == "in_doubt"
    assert await desk.step(second) == "queued"
    await happen(desk.db, desk.world, Customer(desk.world.ig_id).echo("m", "one", _soon(desk)), now=desk.clock.now())
    assert await due(desk, [first, second]) == ["two"]


async def test_O6_a_late_receipt_of_the_first_call_calls_off_the_second(desk: Desk) -> None:
    message = await desk.write("one")
    first = await desk.begun(message)
    desk.time_passes()
    assert await desk.step(message) == "in_doubt"
    await desk.retry(message)
    async with desk.db.transaction() as conn:
        await settle.sent(conn, await grasp(conn, first), "mid of the first call", desk.clock.now())
    assert await desk.step(message) == "sent"
    assert desk.meta.asked == []


async def test_O4_a_receipt_undoes_a_guess_and_both_messages_stand(desk: Desk) -> None:
    """The same words were typed on the phone while our call was under way."""
    message = await desk.write("yes")
    call = await desk.begun(message)
    phone = Customer(desk.world.ig_id).echo("typed on the phone", "yes", _soon(desk))
    await happen(desk.db, desk.world, phone, now=desk.clock.now())
    assert await desk.status(message) == "sent"
    async with desk.db.transaction() as conn:
        await settle.sent(conn, await grasp(conn, call), "ours after all", desk.clock.now())
        shown = await messages.page(conn, desk.world.viewer, desk.conversation, before=None, limit=10)
    assert sorted((m.mid, m.author.kind, m.text) for m in shown if m.direction == "outbound") == [
        ("ours after all", "agent", "yes"),
        ("typed on the phone", "instagram", "yes"),
    ]
    ours = Customer(desk.world.ig_id).echo("ours after all", "yes", _soon(desk))
    await happen(desk.db, desk.world, ours, phone, now=desk.clock.now())
    async with desk.db.transaction() as conn:
        assert len(await messages.page(conn, desk.world.viewer, desk.conversation, before=None, limit=10)) == 3


async def test_O3_an_echo_taken_for_a_strangers_becomes_one_with_its_answer(desk: Desk) -> None:
    """Instagram changed the text a little, so the echo was not recognised before the receipt came."""
    message = await desk.write("see http://example.org")
    call = await desk.begun(message)
    await happen(desk.db, desk.world, Customer(desk.world.ig_id).echo("m", "see example.org", _soon(desk)), now=desk.clock.now())
    async with desk.db.transaction() as conn:
        await settle.sent(conn, await grasp(conn, call), "m", desk.clock.now())
        shown = await messages.page(conn, desk.world.viewer, desk.conversation, before=None, limit=10)
    assert [(m.id, m.mid, m.text) for m in shown if m.direction == "outbound"] == [(message, "m", "see http://example.org")]


async def test_W6_instagrams_word_that_the_window_is_closed_holds_until_the_customer_writes(desk: Desk) -> None:
    message = await desk.write("one")
    desk.meta.refusal = WindowShut("Instagram says that the reply window is closed.", graph_code=10, subcode=2534022)
    assert await desk.step(message) == "failed"
    with pytest.raises(WindowClosed):
        await desk.write("two")
    async with desk.db.transaction() as conn:
        shown = await conversations.for_viewer(conn, desk.world.viewer, desk.conversation)
    assert shown.window_refused_at is not None
    assert shown.can_reply_until == shown.window_refused_at
    ada = Customer(desk.world.ig_id)
    await happen(desk.db, desk.world, ada.writes("again", "still here", _soon(desk)), now=desk.clock.now())
    desk.time_passes()
    desk.meta.refusal = None
    assert await desk.step(await desk.write("two")) == "sent"


@pytest.mark.parametrize(("begun", "status"), [(False, "failed"), (True, "in_doubt")])
async def test_O1_an_answer_that_our_own_trouble_keeps_back_ends_with_the_reason(desk: Desk, *, begun: bool, status: str) -> None:
    message = await desk.write("one")
    second = await desk.write("two")
    call = await (desk.begun(message) if begun else desk.call(message))
    for _ in range(2):
        await desk.sender.give_up(Due(key=(call.workspace_id, call.id), attempts=8), "LookupError")
    async with desk.db.transaction() as conn:
        shown = await messages.page(conn, desk.world.viewer, desk.conversation, before=None, limit=10)
    (answer,) = [one for one in shown if one.id == message]
    assert answer.status == status
    assert "LookupError" in (answer.error.message if answer.error else "")
    desk.time_passes(timedelta(minutes=2))
    assert await desk.step(second) == "sent"


async def test_O8_waiting_counts_as_no_attempt(desk: Desk) -> None:
    first, second = await desk.write("one"), await desk.write("two")
    await desk.begun(first)
    waiting = (await desk.call(second)).id
    for _ in range(20):
        desk.clock.ahead += LOOKS_AGAIN
        async with desk.db.transaction() as conn:
            claimed = await OUTBOUND.claim(conn, desk.clock.now(), desk.clock.now() + LEASE, 1000)
        assert [due.attempts for due in claimed if due.key[1] == waiting] == [1]
        assert await desk.step(second) == "queued"


async def test_RU20_a_reaction_that_overtook_the_receipt_of_our_answer_is_looked_at_with_it(desk: Desk) -> None:
    message = await desk.write("my words")
    call = await desk.begun(message)
    waiting = "SELECT subject_id FROM rule_events WHERE workspace_id = $1 AND kind = 'reaction'"
    async with desk.db.transaction() as conn:
        await conn.execute(
            "INSERT INTO rule_books (workspace_id, account_id, settings, live) VALUES ($1, $2, '{}', '{reaction}')",
            desk.world.workspace, desk.world.account,
        )  # fmt: skip
    await happen(desk.db, desk.world, Customer(desk.world.ig_id).reacts("m", "🥐", _soon(desk)), now=desk.clock.now())
    async with desk.db.transaction() as conn:
        assert await conn.fetch(waiting, desk.world.workspace) == []
        await settle.sent(conn, await grasp(conn, call), "m", desk.clock.now())
        assert [one["subject_id"] for one in await conn.fetch(waiting, desk.world.workspace)] == [message]


@pytest.mark.parametrize("taken_back", [False, True])
@pytest.mark.parametrize("first", ["receipt", "echo taken for a stranger's"])
async def test_A3_what_is_said_about_an_answer_before_its_receipt_is_not_lost(
    desk: Desk, *, first: str, taken_back: bool
) -> None:
    ada = Customer(desk.world.ig_id)
    message = await desk.write("my words")
    call = await desk.begun(message)
    about = [ada.sees("m", _soon(desk)), ada.reacts("m", "🥐", _soon(desk))] + [ada.unsends("m", _soon(desk))] * taken_back
    strangers = [ada.echo("m", "my  words", _soon(desk))] if first != "receipt" else []
    await happen(desk.db, desk.world, *about, *strangers, now=desk.clock.now())
    async with desk.db.transaction() as conn:
        await settle.sent(conn, await grasp(conn, call), "m", desk.clock.now())
        shown = await messages.page(conn, desk.world.viewer, desk.conversation, before=None, limit=10)
        waiting = await conn.fetchval("SELECT count(*) FROM parked_events WHERE workspace_id = $1", desk.world.workspace)
        kept = await conn.fetch("SELECT body FROM changes WHERE workspace_id = $1", desk.world.workspace)
        called = await conn.fetchval("SELECT payload FROM outbound_messages WHERE message_id = $1", message)
    (answer,) = [one for one in shown if one.direction == "outbound"]
    assert (answer.id, answer.mid, answer.status, waiting) == (message, "m", "seen", 0)
    if taken_back:
        assert (answer.text, answer.reactions, called) == (None, [], {})
        assert answer.deleted_at is not None
        assert not any(b'"text":"my words"' in change["body"] for change in kept)
    else:
        assert (answer.text, [reaction.emoji for reaction in answer.reactions]) == ("my words", ["🥐"])


async def due(desk: Desk, written: Sequence[MessageId]) -> list[str]:
    calls = [await desk.call(message) for message in written]
    return [call.payload["text"] for call in calls if call.due_at is not None and call.due_at <= desk.clock.now()]


def _soon(desk: Desk) -> datetime:
    return desk.clock.now() + timedelta(seconds=1)


async def test_O16_what_is_sent_and_what_takes_a_place_never_wait_for_each_other(desk: Desk) -> None:
    message = await desk.write("one")
    begun = await desk.begun(message)
    account, noon = begun.account_id, desk.clock.now()
    spacing = Spacing(each=timedelta(seconds=1), saved=timedelta(0), ahead=timedelta(0))
    async with desk.db.transaction() as conn:
        await budgets.take(conn, desk.world.workspace, account, pool_of(begun).name, spacing, noon)
        await budgets.learn(conn, desk.world.workspace, account, pool_of(begun).name, 50)

    async def settled() -> None:
        async with desk.db.transaction() as conn:
            await outcome.record(conn, await grasp(conn, begun), Receipt(mid="m"), noon)

    async with desk.db.transaction() as conn:
        await budgets.take(conn, desk.world.workspace, account, pool_of(begun).name, spacing, noon + timedelta(seconds=9))
        settling = asyncio.create_task(settled())
        await somebody_waits(conn)
        gone = MessageRemoved(type="message_removed", conversation_id=desk.conversation, message_id=message)
        changes.publish(conn, desk.world.workspace, [gone], noon)
    await settling
    assert await desk.step(message) == "sent"


async def test_G20_an_answer_of_an_account_that_was_disconnected_waits_whatever_token_the_worker_still_knows(desk: Desk) -> None:
    message = await desk.write("one")
    async with desk.db.transaction() as conn:
        await conn.execute("UPDATE accounts SET disconnected_at = now() WHERE id = $1", desk.world.account)
    assert await desk.step(message) == "queued"
    assert (desk.meta.asked, (await desk.call(message)).error_code) == ([], "reconnect_needed")
