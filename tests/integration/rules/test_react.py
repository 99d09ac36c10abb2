"""What rules do about what comes: docs/spec/rules.md, on a real database."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest

from confab.accounts.vault import Vault
from confab.inbox import answer, standing
from confab.inbox.deeds import Means
from confab.inbox.react import Reactions
from confab.model.commands import Actor, Send
from confab.model.inbox import ConversationId
from confab.model.outgoing import Text
from confab.model.rules import (
    AssignTo,
    CallOut,
    HistoryIs,
    Labelled,
    LeaveNote,
    Notify,
    PostIs,
    PrivateReply,
    PublicReply,
    PutLabels,
    PutStatus,
    Span,
    TimeIs,
)
from confab.store.db import Doors, connect
from tests.integration.rules.robot import Robot, reply, says
from tests.world import Customer

AFTER_A_SECOND = 1 / 60


def comment(text: str, id_: str = "c1", by: str = "555", media: str = "m1", at: int = 1793620800, **more: Any) -> dict[str, Any]:
    return {
        "field": "comments",
        "value": {"id": id_, "text": text, "from": {"id": by, "username": "ada"}, "media": {"id": media}, **more},
    }


async def person_answers(robot: Robot, text: str = "I am on it") -> None:
    conversation = ConversationId(await robot.conversation())
    actor = Actor(workspace_id=robot.world.workspace, kind="agent", agent_id=robot.world.viewer.agent_id, name="Dana")
    async with robot.db.transaction() as conn:
        command = Send(conversation_id=conversation, client_key=text, content=Text(type="text", text=text))
        await answer.send(conn, actor, command, robot.clock.now())


async def test_RU1_a_rule_answers_what_it_waits_for(robot: Robot) -> None:
    await robot.rule("message", reply("Open from 9 to 6."), when=[says("open", "hours")])
    assert await robot.hears("1", "When are you OPEN?") == ["Open from 9 to 6."]
    assert await robot.hears("2", "Thanks") == ["Open from 9 to 6."]


async def test_RU1_nothing_is_written_down_where_no_rule_waits(robot: Robot) -> None:
    await robot.writes("1", "Hello")
    await robot.rule("comment", PrivateReply(type="private_reply", text="Hi"))
    await robot.rule("message", mode="off")
    await robot.writes("2", "Hello again")
    assert await robot.fetch("SELECT 1 FROM rule_events WHERE workspace_id = $1") == []


async def test_RU2_a_redelivered_message_is_answered_once(robot: Robot) -> None:
    await robot.rule()
    at = robot.clock.now()
    for _ in range(3):
        await robot.comes(robot.ada.writes("1", "Hello", at))
        await robot.work()
    assert await robot.said() == ["Hello!"]


async def test_RU2_there_is_one_first_message_of_a_person_whichever_came_first(robot: Robot) -> None:
    await robot.rule("first_message", reply("Welcome!"))
    second, first = robot.clock.now(), robot.clock.now() - timedelta(minutes=1)
    await robot.comes(robot.ada.writes("2", "And?", second))
    await robot.work()
    await robot.comes(robot.ada.writes("1", "Hello", first))
    await robot.work()
    await robot.hears("3", "Anybody?")
    other = Customer(robot.world.ig_id, "42")
    assert await robot.hears("4", "Me too", by=other) == ["Welcome!", "Welcome!"]


async def test_RU2_a_reaction_is_answered_once_and_not_when_it_was_taken_back(robot: Robot) -> None:
    await robot.writes("1", "Hello")
    await robot.rule("reaction", reply("Glad you like it"))
    at = robot.clock.now()
    for _ in range(2):
        await robot.comes(robot.ada.reacts("1", "❤", at))
        await robot.work()
    assert await robot.said() == ["Glad you like it"]
    await robot.comes(
        robot.ada.reacts("1", "😂", at + timedelta(seconds=1)), robot.ada.reacts("1", None, at + timedelta(seconds=2))
    )
    await robot.work()
    assert await robot.said() == ["Glad you like it"]


async def test_RU20_a_reaction_to_a_message_that_is_not_here_triggers_nothing(robot: Robot) -> None:
    await robot.rule("reaction", reply("Glad you like it"))
    await robot.writes("1", "Hello")
    await robot.comes(robot.ada.reacts("nobody knows it", "❤", robot.clock.now()))
    await robot.work()
    assert (await robot.said(), await robot.runs()) == ([], [])
    assert await robot.fetch("SELECT 1 FROM rule_events WHERE workspace_id = $1 AND kind = 'reaction'") == []


async def test_RU20_a_reaction_that_overtook_its_message_is_answered_once_when_that_comes(robot: Robot) -> None:
    await robot.rule("reaction", reply("Glad you like it"))
    at = robot.clock.now()
    for _ in range(2):
        await robot.comes(robot.ada.reacts("late", "❤", at + timedelta(seconds=1)))
    await robot.work()
    assert await robot.said() == []
    for _ in range(2):
        await robot.comes(robot.ada.writes("late", "Hello", at))
        await robot.work()
    assert await robot.said() == ["Glad you like it"]


async def test_RU3_rules_are_asked_in_order_until_one_stops(robot: Robot) -> None:
    await robot.rule("message", reply("one"), when=[says("price")])
    await robot.rule("message", reply("two"), when=[says("price")], stops=True)
    await robot.rule("message", reply("three"), when=[says("price")])
    assert await robot.hears("1", "price?") == ["one", "two"]


async def test_RU3_a_rule_that_watches_does_nothing_and_stops_nobody(robot: Robot) -> None:
    await robot.rule("message", reply("one"), mode="watch", stops=True)
    await robot.rule("message", reply("two"))
    assert await robot.hears("1", "price?") == ["two"]
    (run,) = await robot.runs()
    assert [fire["outcome"] for fire in run["fires"]] == ["watched", "done"]


async def test_each_trigger_finds_what_it_waits_for(robot: Robot) -> None:
    await robot.rule("tapped", reply("you tapped yes"), payload="YES")
    await robot.rule("tapped", reply("you tapped"))
    await robot.rule("story_reply", reply("about the story"))
    await robot.rule("story_mention", reply("thanks for the mention"))
    await robot.rule("referral", reply("from the ad"))
    said: list[str] = []

    async def after(**message: Any) -> list[str]:
        before = len(said)
        robot.time_passes(1)
        await robot.writes(str(robot.clock.now()), "hm", **message)
        await robot.work()
        said[:] = await robot.said()
        return said[before:]

    assert await after(quick_reply={"payload": "YES"}) == ["you tapped yes", "you tapped"]
    assert await after(quick_reply={"payload": "NO"}) == ["you tapped"]
    assert await after(reply_to={"story": {"id": "s1", "url": "https://lookaside.fbsbx.com/s"}}) == ["about the story"]
    mention = [{"type": "story_mention", "payload": {"url": "https://lookaside.fbsbx.com/m"}}]
    assert await after(attachments=mention) == ["thanks for the mention"]
    assert await after(referral={"ref": "x", "source": "ADS", "type": "OPEN_THREAD"}) == ["from the ad"]
    assert await after() == []


async def test_a_person_who_comes_back_through_a_link_is_greeted_once(robot: Robot) -> None:
    await robot.writes("1", "Hello")
    await robot.rule("referral", reply("Welcome back"))
    item = robot.ada.item(robot.clock.now(), referral={"ref": "x", "source": "IG_ME", "type": "OPEN_THREAD"})
    for _ in range(2):
        await robot.comes(item)
        await robot.work()
    assert await robot.said() == ["Welcome back"]


async def test_RU7_what_is_refused_is_said_and_holds_up_nothing_else(robot: Robot) -> None:
    await robot.rule("message", reply("Too late"), PutLabels(type="label", add=("late",)))
    async with robot.db.transaction() as conn:
        await robot.writes("1", "Hello")
        await conn.execute(
            "UPDATE conversations SET handled_elsewhere = false, unreachable_at = $2 WHERE workspace_id = $1",
            robot.world.workspace, robot.clock.now(),
        )  # fmt: skip
    await robot.work()
    assert await robot.said() == []
    (run,) = await robot.runs()
    (fire,) = run["fires"]
    assert fire["outcome"] == "partly"
    assert fire["results"][0]["outcome"] == "refused"
    assert fire["results"][0]["why"]
    (conversation,) = await robot.fetch("SELECT labels FROM conversations WHERE workspace_id = $1")
    assert conversation["labels"] == ["late"]


async def test_RU7_all_that_a_rule_can_do_is_done(robot: Robot) -> None:
    me = robot.world.viewer.agent_id
    await robot.rule(
        "message", PutLabels(type="label", add=("vip", "new"), remove=("old",)), AssignTo(type="assign", agent_id=me),
        LeaveNote(type="note", text="Look at this"), Notify(type="notify", text="Somebody important"),
        CallOut(type="webhook", url="https://example.org/hook"), PutStatus(type="status", status="snoozed", snooze_minutes=60),
    )  # fmt: skip
    await robot.hears("1", "Hello")
    (conversation,) = await robot.fetch("SELECT labels, assignee_id, status FROM conversations WHERE workspace_id = $1")
    assert conversation == {"labels": ["new", "vip"], "assignee_id": me, "status": "snoozed"}
    (note,) = await robot.fetch("SELECT text FROM notes WHERE workspace_id = $1")
    assert note["text"] == "Rule “Hours”: Look at this"
    (notice,) = await robot.fetch("SELECT body FROM activities WHERE workspace_id = $1 AND type = 'rule_notice'")
    assert notice["body"] == {"metadata": "Hours: Somebody important"}
    assert len(await robot.fetch("SELECT 1 FROM rule_calls WHERE workspace_id = $1")) == 1
    (run,) = await robot.runs()
    assert run["fires"][0]["outcome"] == "done"


async def test_RU7_whom_a_rule_tells_gets_a_mail_that_quotes_nobody(robot: Robot, doors: Doors) -> None:
    vault = Vault(keys=(b"k" * 32,), file=None)
    robot.reactions = Reactions(robot.db, robot.clock, robot.waker, Means(seal=vault.seal))
    stranger = UUID(int=1)
    await robot.rule("message", Notify(type="notify", text="Look!", agent_ids=(robot.world.viewer.agent_id, stranger)))
    await robot.hears("1", "secret words")
    (mail,) = await robot.fetch("SELECT id, sealed, purpose FROM mails WHERE workspace_id = $1")
    letter = msgspec.json.decode(vault.open(mail["sealed"], robot.world.workspace, mail["id"]))
    assert (mail["purpose"], letter["to"], letter["subject"]) == (
        "rule", f"{robot.world.viewer.agent_id}@example.org", "@harbour.bakery: Hours",
    )  # fmt: skip
    assert "Look!" in letter["text"]
    assert "secret" not in letter["text"]


async def test_RU8_automatic_texts_are_worded_and_say_that_they_are_automatic(robot: Robot) -> None:
    await robot.settings(disclosure="Automatic answer. Write “human” to reach a person.")
    await robot.rule("message", reply("Hi {first_name|there}, this is {account}.", "Hours", "Prices"))
    (said,) = await robot.hears("1", "Hello")
    assert said == "Hi there, this is harbour.bakery.\n\nAutomatic answer. Write “human” to reach a person."
    (call,) = await robot.fetch("SELECT lane, purpose, actor_kind, payload FROM outbound_messages WHERE workspace_id = $1")
    assert (call["lane"], call["purpose"], call["actor_kind"]) == (2, "automation", "rule")
    assert [one["title"] for one in call["payload"]["quick_replies"]] == ["Hours", "Prices"]


async def test_RU8_what_a_rule_says_goes_out_in_order_also_where_it_is_long(robot: Robot) -> None:
    await robot.rule("message", reply("long " * 600), reply("and short"))
    for number in range(6):
        await robot.hears(str(number), "Hello", by=Customer(robot.world.ig_id, f"50{number}"))
    calls = await robot.fetch(
        "SELECT conversation_id, payload FROM outbound_messages WHERE workspace_id = $1 ORDER BY conversation_id, id"
    )
    assert len(calls) == 6 * 4
    assert all(("short" in call["payload"]["text"]) == (n % 4 == 3) for n, call in enumerate(calls))


async def test_RU8_automation_never_carries_the_human_agent_tag(robot: Robot) -> None:
    await robot.rule("message", reply("Still here?"))
    await robot.writes("1", "Hello")
    async with robot.db.transaction() as conn:
        await conn.execute("UPDATE accounts SET human_agent = true WHERE workspace_id = $1", robot.world.workspace)
        await conn.execute(
            "UPDATE conversations SET window_opened_at = $2 WHERE workspace_id = $1",
            robot.world.workspace, robot.clock.now() - timedelta(hours=25),
        )  # fmt: skip
    await robot.work()
    assert await robot.said() == []
    (run,) = await robot.runs()
    assert "24" in run["fires"][0]["results"][0]["why"]


async def test_RU10_no_rule_answers_an_echo_ourselves_the_past_another_app_or_what_was_unsent(robot: Robot) -> None:
    await robot.rule()
    now = robot.clock.now()
    await robot.comes(robot.ada.echo("e", "from a phone", now))
    await robot.comes(robot.ada.writes("old", "yesterday", now - timedelta(hours=25)))
    await robot.comes(robot.ada.writes("gone", "oh no", now))
    await robot.comes(robot.ada.unsends("gone", now))
    self_ = Customer(robot.world.ig_id, robot.world.ig_id)
    await robot.comes(self_.writes("self", "a note to myself", now, is_self=True))
    await robot.work()
    assert await robot.said() == []


async def test_RU10_what_is_read_afterwards_is_no_news(robot: Robot) -> None:
    await robot.rule()
    await robot.writes("1", "Hello")
    async with robot.db.transaction() as conn:
        await conn.execute("UPDATE messages SET is_history = true WHERE workspace_id = $1", robot.world.workspace)
    await robot.work()
    assert await robot.said() == []


async def test_RU22_what_was_read_before_its_webhook_came_is_answered_once_that_comes(robot: Robot) -> None:
    await robot.rule()
    hello = robot.ada.writes("1", "Hello", robot.clock.now() - timedelta(minutes=10))
    await robot.comes(hello, is_read=True)
    await robot.work()
    assert await robot.said() == []
    for _ in range(2):
        await robot.comes(hello)
        await robot.comes(hello, is_read=True)
        await robot.work()
        assert await robot.said() == ["Hello!"]


async def test_RU22_a_comment_that_the_sync_read_before_its_webhook_came_is_answered_once_that_comes(robot: Robot) -> None:
    await robot.rule("comment", PrivateReply(type="private_reply", text="By message"))
    remark = comment("price", at=int(robot.clock.now().timestamp()))
    await robot.changes(remark, is_read=True)
    await robot.work()
    assert await robot.said() == []
    for _ in range(2):
        await robot.changes(remark)
        await robot.changes(remark, is_read=True)
        await robot.work()
        assert await robot.said() == ["By message"]


async def test_RU10_another_account_of_ours_is_not_answered(robot: Robot) -> None:
    await robot.rule()
    await robot.writes("1", "Hello")
    async with robot.db.transaction() as conn:
        await conn.execute("UPDATE participants SET username = 'Harbour.Bakery' WHERE workspace_id = $1", robot.world.workspace)
    await robot.work()
    assert await robot.said() == []
    assert await robot.whys() == ["it is from another account of this workspace"]


async def test_RU11_who_opts_out_hears_nothing_until_they_opt_in(robot: Robot) -> None:
    await robot.rule()
    assert await robot.hears("1", "  STOP! ") == []
    assert await robot.hears("2", "Hello") == []
    assert await robot.hears("3", "start") == []
    assert await robot.hears("4", "Hello") == ["Hello!"]
    assert "they want no automatic answers" in await robot.whys()


async def test_RU11_who_asks_for_a_person_gets_one(robot: Robot) -> None:
    await robot.rule()
    await robot.hears("0", "Hello")
    async with robot.db.transaction() as conn:
        await conn.execute("UPDATE conversations SET status = 'closed' WHERE workspace_id = $1", robot.world.workspace)
    said = await robot.hears("1", "Human")
    assert said == ["Hello!"]
    assert await robot.hears("2", "please?") == said
    (row,) = await robot.fetch("SELECT status FROM conversations WHERE workspace_id = $1")
    assert row["status"] == "open"
    assert len(await robot.fetch("SELECT 1 FROM activities WHERE workspace_id = $1 AND type = 'rule_notice'")) == 1
    robot.time_passes(24 * 60 + 1)
    assert len(await robot.hears("3", "Hello again")) == 2


async def test_RU12_a_persons_answer_keeps_rules_out_for_a_while(robot: Robot) -> None:
    await robot.settings(pause_minutes=60)
    await robot.rule()
    assert len(await robot.hears("1", "Hello")) == 1
    await person_answers(robot)
    robot.time_passes(1)
    assert len(await robot.hears("2", "Thanks")) == 1
    assert (await robot.whys())[-1] == "a person has answered lately"
    robot.time_passes(61)
    assert len(await robot.hears("3", "Hello")) == 2
    await robot.comes(robot.ada.echo("phone", "from my phone", robot.clock.now()))
    robot.time_passes(1)
    assert len(await robot.hears("4", "Hello")) == 2


async def test_RU12_people_keep_rules_out_and_let_them_in_again(robot: Robot) -> None:
    await robot.rule()
    await robot.hears("1", "Hello")
    actor = Actor(workspace_id=robot.world.workspace, kind="agent", agent_id=robot.world.viewer.agent_id, name="Dana")
    conversation = ConversationId(await robot.conversation())
    async with robot.db.transaction() as conn:
        await standing.put(conn, actor, conversation, is_paused=True, now=robot.clock.now())
    robot.time_passes(1)
    assert len(await robot.hears("2", "Hello")) == 1
    assert (await robot.whys())[-1] == "Dana keeps rules out of this conversation"
    await person_answers(robot)
    robot.time_passes(1)
    async with robot.db.transaction() as conn:
        await standing.put(conn, actor, conversation, is_paused=False, now=robot.clock.now())
    robot.time_passes(1)
    assert len(await robot.hears("3", "Hello")) == 2


async def test_RU13_a_rule_waits_for_its_cool_down_with_each_person(robot: Robot) -> None:
    await robot.rule(cooldown_s=3600)
    assert len(await robot.hears("1", "Hello")) == 1
    robot.time_passes(30)
    assert len(await robot.hears("2", "Hello")) == 1
    assert len(await robot.hears("3", "Hello", by=Customer(robot.world.ig_id, "42"))) == 2
    robot.time_passes(31)
    assert len(await robot.hears("4", "Hello")) == 3


async def test_RU13_one_person_gets_so_many_messages_an_hour_and_then_the_team_is_told(robot: Robot) -> None:
    await robot.settings(most_per_hour=4)
    await robot.rule("message", reply("one"))
    await robot.rule("message", reply("two"))
    await robot.rule("message", reply("three"))
    for number in range(5):
        robot.time_passes(1)
        await robot.hears(str(number), "Hello")
    assert await robot.said() == ["one", "two", "three", "one"]
    refused = [result for run in await robot.runs() for fire in run["fires"] for result in fire["results"] if result["why"]]
    assert len(refused) == 2
    assert len(await robot.fetch("SELECT 1 FROM activities WHERE workspace_id = $1 AND type = 'rule_notice'")) == 1
    robot.time_passes(24 * 60)
    assert len(await robot.hears("later", "Hello")) == 7


async def test_RU13_a_machine_is_known_by_its_speed(robot: Robot) -> None:
    await robot.settings(most_per_hour=100)
    await robot.rule("message", reply("How can I help?"))
    for number in range(10):
        robot.time_passes(AFTER_A_SECOND)
        await robot.hears(str(number), "I am a machine. How can I help?")
    assert 3 <= len(await robot.said()) <= 4  # who is slower is known by saying the same
    assert "it seems to be a machine" in str(await robot.whys())


async def test_RU14_no_answer_for_so_many_minutes_is_found_once(robot: Robot) -> None:
    await robot.rule("no_answer", reply("Somebody will be with you soon."), minutes=10)
    await robot.writes("1", "Hello?")
    robot.time_passes(6)
    await robot.writes("2", "Anybody?")
    robot.time_passes(3)
    await robot.work()
    assert await robot.said() == []
    robot.time_passes(1.1)
    await robot.work()
    assert len(await robot.said()) == 1
    robot.time_passes(30)
    await robot.writes("3", "Hello??")
    robot.time_passes(30)
    await robot.work()
    assert len(await robot.said()) == 1
    await person_answers(robot)
    robot.time_passes(13 * 60)
    await robot.writes("4", "One more thing")
    robot.time_passes(10.1)
    await robot.work()
    assert len(await robot.said()) == 2


async def test_RU14_who_was_answered_waits_no_more(robot: Robot) -> None:
    await robot.rule("no_answer", reply("Soon."), minutes=10)
    await robot.writes("1", "Hello?")
    robot.time_passes(5)
    await person_answers(robot)
    robot.time_passes(6)
    await robot.work()
    assert await robot.said() == []
    assert await robot.fetch("SELECT 1 FROM rule_events WHERE workspace_id = $1") == []


async def test_RU14_the_window_that_is_about_to_close_is_found_from_what_opened_it_last(robot: Robot) -> None:
    waiting = HistoryIs(type="history", is_waiting=True)
    await robot.rule("window_closing", reply("Are you still interested?"), minutes=60, when=[waiting])
    await robot.writes("1", "Hello?")
    robot.time_passes(12 * 60)
    await robot.writes("2", "Hello??")
    robot.time_passes(12 * 60)
    await robot.work()
    assert await robot.said() == []
    robot.time_passes(11 * 60 + 0.1)
    await robot.work()
    assert await robot.said() == ["Are you still interested?"]


async def test_RU6_business_hours_are_those_of_the_accounts_zone(robot: Robot) -> None:
    await robot.settings(zone="America/New_York", hours=(Span(days=(0, 1, 2, 3, 4), start="09:00", end="17:00"),))
    await robot.rule("outside_hours", reply("We are closed."))
    await robot.rule("message", reply("We are open."), when=[TimeIs(type="time", is_within=True)])
    assert await robot.hears("1", "Hello") == ["We are closed."]  # it is Monday noon in UTC, 7 in New York
    robot.time_passes(150)
    assert await robot.hears("2", "Hello") == ["We are closed.", "We are open."]


async def test_RU2_a_comment_is_answered_in_private_once_and_becomes_a_conversation(robot: Robot) -> None:
    await robot.rule(
        "comment", PrivateReply(type="private_reply", text="It is 12 €, {first_name|hello}"),
        PutLabels(type="label", add=("price",)),
        when=[says("price"), PostIs(type="post", media_ig_ids=("m1",))],
    )  # fmt: skip
    for _ in range(2):
        await robot.changes(comment("What PRICE?"))
        await robot.work()
    await robot.changes(comment("price", "c2", media="m2"), comment("price", "c3", by=robot.world.ig_id))
    await robot.work()
    assert await robot.said() == ["It is 12 €, hello"]
    (conversation,) = await robot.fetch("SELECT labels FROM conversations WHERE workspace_id = $1")
    assert conversation["labels"] == ["price"]
    (run,) = [one for one in await robot.runs() if one["fires"]]
    assert run["conversation_id"] is not None
    assert [result["outcome"] for result in run["fires"][0]["results"]] == ["done", "done"]


async def test_RU2_RU8_a_comment_is_answered_in_public_and_in_private_each_once(robot: Robot) -> None:
    await robot.settings(disclosure="This is automatic.")
    await robot.rule(
        "comment", PublicReply(type="public_reply", text="We wrote to you!"),
        PrivateReply(type="private_reply", text="It is 12 €"), when=[says("price")],
    )  # fmt: skip
    for _ in range(2):
        await robot.changes(comment("What PRICE?"))
        await robot.work()
    calls = await robot.fetch("SELECT kind, text, state, actor_kind, lane FROM comment_calls WHERE workspace_id = $1")
    said = "We wrote to you!\n\nThis is automatic."
    assert calls == [{"kind": "reply", "text": said, "state": "queued", "actor_kind": "rule", "lane": 2}]
    assert await robot.said() == ["It is 12 €\n\nThis is automatic."]
    (run,) = await robot.runs()
    assert [one["outcome"] for one in run["fires"][0]["results"]] == ["done", "done"]


async def test_RU7_RU8_a_hidden_comment_is_not_answered_in_public_and_the_log_says_why(robot: Robot) -> None:
    await robot.rule("comment", PublicReply(type="public_reply", text="Hi"))
    await robot.changes(comment("Hello"))
    async with robot.db.transaction() as conn:
        await conn.execute("UPDATE comments SET hidden = true WHERE workspace_id = $1", robot.world.workspace)
    await robot.work()
    assert await robot.fetch("SELECT 1 FROM comment_calls WHERE workspace_id = $1") == []
    (run,) = await robot.runs()
    assert (run["fires"][0]["outcome"], bool(run["fires"][0]["results"][0]["why"])) == ("refused", True)


async def test_RU7_a_comment_that_was_answered_before_leaves_no_empty_conversation(robot: Robot) -> None:
    await robot.rule("comment", PrivateReply(type="private_reply", text="Hi"))
    await robot.changes(comment("Hello"))
    async with robot.db.transaction() as conn:
        await conn.execute("UPDATE comments SET kind = 'mention' WHERE workspace_id = $1", robot.world.workspace)
    await robot.work()
    assert await robot.fetch("SELECT 1 FROM conversations WHERE workspace_id = $1") == []
    (run,) = await robot.runs()
    assert run["fires"][0]["outcome"] == "refused"


async def test_conditions_on_labels_look_at_the_conversation(robot: Robot) -> None:
    await robot.rule("message", reply("Hello, old friend"), when=[Labelled(type="labels", any=("vip",), none=("blocked",))])
    assert await robot.hears("1", "Hello") == []
    async with robot.db.transaction() as conn:
        await conn.execute("UPDATE conversations SET labels = '{vip}' WHERE workspace_id = $1", robot.world.workspace)
    assert len(await robot.hears("2", "Hello")) == 1


async def test_RU18_the_log_says_what_was_looked_at_and_never_what_anybody_wrote(robot: Robot) -> None:
    yes = await robot.rule("message", reply("yes"), when=[says("secretword")], name="yes")
    no = await robot.rule("message", reply("no"), when=[says("secretword"), says("tea")], name="no")
    await robot.rule("message", reply("other"), when=[says("coffee")], name="other")
    await robot.hears("1", "my secretword and more words")
    (run,) = await robot.runs()
    assert [(one["rule_id"], one["fired"], one["why"]) for one in run["looked"]] == [
        (str(yes), True, None), (str(no), False, "none of its words occurs"),
    ]  # fmt: skip
    assert run["passed_over"] == 1
    assert "more words" not in msgspec.json.encode(run["looked"]).decode() + msgspec.json.encode(run["fires"]).decode()


async def test_a_handler_that_comes_late_finds_nothing(robot: Robot) -> None:
    await robot.rule()
    await robot.writes("1", "Hello")
    (due,) = await robot.claim()
    robot.time_passes(1)
    (again,) = await robot.claim()
    await robot.reactions.run(due)
    assert await robot.said() == []
    await robot.reactions.run(again)
    await robot.reactions.run(again)
    assert await robot.said() == ["Hello!"]


async def test_the_whole_is_one_transaction(robot: Robot, doors: Doors) -> None:
    await robot.rule("message", reply("Hello!"), PutLabels(type="label", add=("x",)))
    await robot.writes("1", "Hello")
    (due,) = await robot.claim()

    owner = await connect(doors.owner)
    await owner.execute("ALTER TABLE rule_runs ADD CONSTRAINT no_more CHECK (false) NOT VALID")
    with pytest.raises(asyncpg.CheckViolationError):
        await robot.reactions.run(due)
    await owner.execute("ALTER TABLE rule_runs DROP CONSTRAINT no_more")
    await owner.close()
    assert (await robot.said(), await robot.runs()) == ([], [])
    await robot.reactions.run(due)
    assert await robot.said() == ["Hello!"]
