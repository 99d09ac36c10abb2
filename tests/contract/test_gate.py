"""The gate's table, row by row, and the simulator's Instagram asked the same: what ours refuses, theirs refuses too.

Each test makes the circumstances on both sides; the codes are those of the table in docs/spec/gate.md. Rules G1-G24.
"""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from confab.errors import GraphError
from confab.graph import outgoing
from confab.graph.client import GraphClient
from confab.inbox import gate
from confab.inbox.contents import LARGEST_BYTES
from confab.inbox.gate import Asked, Circumstances, CommentState, Referred
from confab.inbox.policy import Ruling
from confab.model.outgoing import ActorKind, OutboundKind
from tests.contract.graphsim.door import CUSTOMER, IG, TOKEN, Sim, refusal, running

SPEC = (Path(__file__).parents[2] / "docs/spec/gate.md").read_text()
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)
OPEN = Circumstances(
    opened_at=NOW - timedelta(minutes=1), opened_by="message", refused_at=None, is_self=False, unreachable_at=None,
    handled_elsewhere=False, human_agent=False, health="ok", health_reason=None, has_token=True, paused_until=None,
    restricted_until=None, restricted_reason=None, stopped_by=None, is_all_stopped=False,
)  # fmt: skip
COMMENT = CommentState(
    kind="comment", author_igsid=CUSTOMER, is_own=False, is_deleted=False, is_answered=False, created_at=NOW - DAY
)


def table() -> dict[str, tuple[str, str, str]]:
    """Rule → our code, who is refused, and what Instagram answers."""
    rows = re.findall(r"^\| (G\d+) \| (\w+) \| ([\w ]+) \| ([\d/\w ]+) \|$", SPEC, re.MULTILINE)
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


TABLE = table()


def asked(actor: ActorKind = "agent", kind: OutboundKind = "text", payload: Any = None, **more: Any) -> Asked:
    return Asked(actor=actor, kind=kind, payload={"text": "hello"} if payload is None else payload, **more)


def ours(rule: str, ruling: Ruling) -> None:
    """Our gate refuses, or waits, by this rule and with the code of the table."""
    code, who, _ = TABLE[rule]
    assert (ruling.rule, ruling.code, ruling.outcome) == (rule, code, "waits" if who == "waits" else "refused")
    assert ruling.words.endswith(".")


class Instagram:
    """The simulator, asked by our own client past the gate."""

    def __init__(self, sim: Sim, graph: GraphClient) -> None:
        self.sim = sim
        self.graph = graph

    async def is_written_to(self) -> None:
        await self.sim.do("write", customer=CUSTOMER, text="hi", deliver=False)

    async def refuses(self, rule: str, message: Any = None, *, to: Any = None, token: str = TOKEN) -> None:
        """It answers what the table says."""
        with pytest.raises(GraphError) as refused:
            await self.graph.send(
                token=token, ig_id=IG, to=to or outgoing.participant(CUSTOMER), message=message or outgoing.text("hello")
            )
        given = refused.value
        shown = str(given.graph_code) if given.subcode is None else f"{given.graph_code}/{given.subcode}"
        assert shown == TABLE[rule][2]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running("--clock", "manual", "--account", f"{IG}:harbour.bakery:{TOKEN}") as base:
        yield base


@pytest.fixture
async def instagram(server: str) -> AsyncIterator[Instagram]:
    async with (
        httpx2.AsyncClient(timeout=20, trust_env=False) as client,
        GraphClient.open(f"{server}/graph.instagram.com/v25.0", timeout_s=10) as graph,
    ):
        sim = Sim(server, client)
        await sim.do("reset")
        yield Instagram(sim, graph)


def test_every_row_of_the_table_is_a_rule_and_has_a_test() -> None:
    rules = re.findall(r"^- \*\*(G\d+)\*\*", SPEC, re.MULTILINE)
    assert list(TABLE) == rules
    named = {part for name in globals() for part in name.split("_") if re.fullmatch(r"G\d+", part)}
    assert named == set(rules)


def test_what_nothing_stands_against_is_allowed_until_the_window_closes() -> None:
    ruling = gate.ask(asked(), OPEN, NOW)
    assert (ruling.outcome, ruling.tag, ruling.until) == ("allowed", None, NOW - timedelta(minutes=2) + DAY)


async def test_G1_nobody_is_written_to_who_never_wrote(instagram: Instagram) -> None:
    ours("G1", gate.ask(asked(), replace(OPEN, opened_at=None, opened_by=None), NOW))
    await instagram.sim.do("customers", id=CUSTOMER, account=IG)
    await instagram.refuses("G1")


async def test_G2_after_24_hours_the_window_is_closed(instagram: Instagram) -> None:
    ours("G2", gate.ask(asked(), OPEN, NOW + DAY))
    await instagram.is_written_to()
    await instagram.sim.advance(DAY.total_seconds() + 1)
    await instagram.refuses("G2")


async def test_G3_after_seven_days_a_person_may_not_answer_either(instagram: Instagram) -> None:
    granted = replace(OPEN, human_agent=True)
    within = gate.ask(asked(), granted, NOW + 6 * DAY)
    assert (within.outcome, within.tag) == ("allowed", "HUMAN_AGENT")
    ours("G3", gate.ask(asked(), granted, NOW + 7 * DAY))
    await instagram.is_written_to()
    await instagram.sim.do("accounts", id=IG, human_agent=True)
    await instagram.sim.advance(7 * DAY.total_seconds() + 1)
    await instagram.refuses("G3")


@pytest.mark.parametrize("actor", ["rule", "schedule", "service"])
async def test_G4_automation_is_not_given_the_tag_of_people(instagram: Instagram, actor: ActorKind) -> None:
    ours("G4", gate.ask(asked(actor), replace(OPEN, human_agent=True), NOW + 2 * DAY))
    await instagram.is_written_to()
    await instagram.sim.do("accounts", id=IG, human_agent=True)
    await instagram.sim.advance(2 * DAY.total_seconds())
    await instagram.refuses("G4")


@pytest.mark.parametrize("text", ["", "  \n", "a\0b", "half \ud83d"])
def test_G5_a_text_says_something_and_is_whole(text: str) -> None:
    ours("G5", gate.ask(asked(payload={"text": text}), OPEN, NOW))


async def test_G5_instagram_takes_no_empty_text(instagram: Instagram) -> None:
    await instagram.is_written_to()
    await instagram.refuses("G5", outgoing.text(""))


async def test_G6_one_message_holds_a_thousand_bytes(instagram: Instagram) -> None:
    assert gate.ask(asked(payload={"text": "ä" * 500}), OPEN, NOW).outcome == "allowed"
    ours("G6", gate.ask(asked(payload={"text": "ä" * 500 + "."}), OPEN, NOW))
    await instagram.is_written_to()
    await instagram.refuses("G6", outgoing.text("ä" * 500 + "."))


async def test_G7_thirteen_quick_replies_are_enough(instagram: Instagram) -> None:
    replies = [{"title": f"choice {number}", "payload": "X"} for number in range(14)]
    assert gate.ask(asked(payload={"text": "?", "quick_replies": replies[:13]}), OPEN, NOW).outcome == "allowed"
    ours("G7", gate.ask(asked(payload={"text": "?", "quick_replies": replies}), OPEN, NOW))
    ours("G7", gate.ask(asked(payload={"text": "?", "quick_replies": [{"title": "x" * 21, "payload": "X"}]}), OPEN, NOW))
    await instagram.is_written_to()
    await instagram.refuses("G7", outgoing.text("?", replies))


@pytest.mark.parametrize(
    "cards",
    [
        [],
        [{"title": "x", "subtitle": "y"}] * 11,
        [{"title": "x"}],
        [{"title": "x" * 81, "subtitle": "y"}],
        [{"title": "x", "buttons": [{"title": "y", "payload": "Z"}] * 4}],
    ],
)
async def test_G8_cards_are_what_instagram_takes(instagram: Instagram, cards: list[dict[str, Any]]) -> None:
    ours("G8", gate.ask(asked(kind="template", payload={"cards": cards}), OPEN, NOW))
    await instagram.is_written_to()
    await instagram.refuses("G8", outgoing.cards(cards))


@pytest.mark.parametrize("address", ["http://example.org", "javascript:alert(1)", "https://", "https://[", "//example.org"])
def test_G8_G9_an_address_is_https(address: str) -> None:
    ours("G8", gate.ask(asked(kind="template", payload={"cards": [{"title": "x", "url": address}]}), OPEN, NOW))
    button = {"title": "y", "url": address}
    ours("G9", gate.ask(asked(kind="template", payload={"text": "x", "buttons": [button]}), OPEN, NOW))


@pytest.mark.parametrize(("text", "count"), [("x", 0), ("x", 4), ("x" * 641, 1)])
async def test_G9_one_to_three_buttons_stand_under_a_text(instagram: Instagram, text: str, count: int) -> None:
    buttons = [{"title": "y", "payload": "Z"}] * count
    ours("G9", gate.ask(asked(kind="template", payload={"text": text, "buttons": buttons}), OPEN, NOW))
    await instagram.is_written_to()
    await instagram.refuses("G9", outgoing.buttons(text, buttons))


def file(content_type: str, size_bytes: int = 1000) -> dict[str, Any]:
    return {"digest": "00", "content_type": content_type, "size_bytes": size_bytes, "name": "file"}


async def test_G10_a_file_is_of_a_kind_that_instagram_takes(instagram: Instagram) -> None:
    ours("G10", gate.ask(asked(kind="image", payload={"files": [file("image/heic")]}), OPEN, NOW))
    await instagram.is_written_to()
    refused = await instagram.sim.client.post(
        f"{instagram.sim.base}/graph.instagram.com/v25.0/{IG}/message_attachments",
        data={"message": '{"attachment": {"type": "image", "payload": {"is_reusable": true}}}'},
        files={"filedata": ("picture.heic", b"\0\0\0\x18ftypheic" + bytes(99), "image/heic")},
        headers={"authorization": f"Bearer {TOKEN}"},
    )
    assert "/".join(str(number) for number in refusal(refused)) == TABLE["G10"][2]


@pytest.mark.parametrize(("kind", "content_type"), [("image", "image/png"), ("video", "video/mp4"), ("file", "application/pdf")])
def test_G11_a_file_is_no_larger_than_instagram_takes(kind: OutboundKind, content_type: str) -> None:
    most = LARGEST_BYTES[kind]
    assert gate.ask(asked(kind=kind, payload={"files": [file(content_type, most)]}), OPEN, NOW).outcome == "allowed"
    ours("G11", gate.ask(asked(kind=kind, payload={"files": [file(content_type, most + 1)]}), OPEN, NOW))


async def test_G12_ten_pictures_go_together_and_nothing_else(instagram: Instagram) -> None:
    assert gate.ask(asked(kind="image", payload={"files": [file("image/png")] * 10}), OPEN, NOW).outcome == "allowed"
    ours("G12", gate.ask(asked(kind="image", payload={"files": [file("image/png")] * 11}), OPEN, NOW))
    ours("G12", gate.ask(asked(kind="video", payload={"files": [file("video/mp4")] * 2}), OPEN, NOW))
    await instagram.is_written_to()
    await instagram.refuses("G12", outgoing.files("image", [{"attachment_id": "1"}] * 11))


def private(**state: Any) -> Asked:
    return asked(comment=replace(COMMENT, **state))


async def test_G13_a_comment_is_answered_in_private_once(instagram: Instagram) -> None:
    closed = replace(OPEN, opened_at=None, opened_by=None)
    assert gate.ask(private(), closed, NOW).outcome == "allowed"  # it needs no window
    ours("G13", gate.ask(private(is_answered=True), closed, NOW))
    made = await instagram.sim.do("comment", customer=CUSTOMER, text="How much?", deliver=False)
    to = outgoing.commenter(made["id"])
    await instagram.graph.send(token=TOKEN, ig_id=IG, to=to, message=outgoing.text("It is 4.20"))
    await instagram.refuses("G13", to=to)


async def test_G14_a_comment_can_be_answered_in_private_for_seven_days(instagram: Instagram) -> None:
    assert gate.ask(private(), OPEN, NOW + 6 * DAY - timedelta(minutes=2)).outcome == "allowed"
    ours("G14", gate.ask(private(), OPEN, NOW + 6 * DAY))
    made = await instagram.sim.do("comment", customer=CUSTOMER, text="How much?", deliver=False)
    await instagram.sim.advance(7 * DAY.total_seconds())
    await instagram.refuses("G14", to=outgoing.commenter(made["id"]))


@pytest.mark.parametrize("state", [{"is_own": True}, {"is_deleted": True}, {"author_igsid": None}, {"kind": "mention"}])
def test_G15_only_what_somebody_else_wrote_under_our_posts_is_answered_in_private(state: dict[str, Any]) -> None:
    ours("G15", gate.ask(private(**state), OPEN, NOW))


async def test_G15_instagram_takes_no_private_reply_to_our_own_comment(instagram: Instagram) -> None:
    made = await instagram.sim.do("comment", own=True, text="Thank you", deliver=False)
    await instagram.refuses("G15", to=outgoing.commenter(made["id"]))


@pytest.mark.parametrize("found", [None, Referred(is_at_meta=False, is_unsent=False), Referred(is_at_meta=True, is_unsent=True)])
def test_G16_nobody_reacts_to_what_instagram_does_not_have(found: Referred | None) -> None:
    payload = {"mid": "m", "emoji": "❤"}
    ours("G16", gate.ask(asked(kind="reaction", payload=payload, referred=found), OPEN, NOW))
    there = Referred(is_at_meta=True, is_unsent=False)
    closed = replace(OPEN, opened_at=None)  # a reaction needs no window
    assert gate.ask(asked(kind="reaction", payload=payload, referred=there), closed, NOW).outcome == "allowed"


async def test_G16_instagram_refuses_a_reaction_to_nothing(instagram: Instagram) -> None:
    await instagram.is_written_to()
    to = outgoing.participant(CUSTOMER)
    with pytest.raises(GraphError) as refused:
        await instagram.graph.act(token=TOKEN, ig_id=IG, to=to, action=outgoing.reaction("no such mid", "❤"))
    assert str(refused.value.graph_code) == TABLE["G16"][2]


def test_G17_what_is_answered_is_there() -> None:
    payload = {"text": "yes", "reply_to": "m"}
    ours("G17", gate.ask(asked(payload=payload, referred=Referred(is_at_meta=True, is_unsent=True)), OPEN, NOW))
    ours("G17", gate.ask(asked(payload=payload), OPEN, NOW))


async def test_G18_automation_leaves_those_alone_whom_instagram_calls_unavailable(instagram: Instagram) -> None:
    gone = replace(OPEN, unreachable_at=NOW)
    ours("G18", gate.ask(asked("rule"), gone, NOW))
    assert gate.ask(asked("agent"), gone, NOW).outcome == "allowed"
    await instagram.is_written_to()
    await instagram.sim.do("customers", id=CUSTOMER, account=IG, blocked=True)
    await instagram.refuses("G18")


async def test_G19_automation_stops_while_instagram_restricts_the_account(instagram: Instagram) -> None:
    restricted = replace(OPEN, restricted_until=NOW + DAY, restricted_reason="Instagram takes this for spam.")
    ruling = gate.ask(asked("service"), restricted, NOW)
    ours("G19", ruling)
    assert ruling.until == NOW + DAY
    assert gate.ask(asked("agent"), restricted, NOW).outcome == "allowed"
    assert gate.ask(asked("service"), restricted, NOW + DAY).rule != "G19"
    await instagram.is_written_to()
    await instagram.sim.do("fault", target="send", effect="error", code=4, subcode=2207051)
    await instagram.refuses("G19")


async def test_G20_while_the_token_is_dead_everything_waits(instagram: Instagram) -> None:
    ours("G20", gate.ask(asked(), replace(OPEN, health="reconnect"), NOW))
    ours("G20", gate.ask(asked(), replace(OPEN, has_token=False), NOW))
    paused = gate.ask(asked(), replace(OPEN, health="paused", health_reason="Meta has paused it."), NOW)
    assert (paused.outcome, paused.code, paused.words) == ("waits", "account_paused", "Meta has paused it.")
    await instagram.is_written_to()
    await instagram.refuses("G20", token="IGAA-nobody's")


async def test_G21_automation_leaves_a_conversation_alone_that_another_app_answers(instagram: Instagram) -> None:
    elsewhere = replace(OPEN, handled_elsewhere=True)
    ours("G21", gate.ask(asked("rule"), elsewhere, NOW))
    assert gate.ask(asked("agent"), elsewhere, NOW).outcome == "allowed"
    await instagram.is_written_to()
    await instagram.sim.do("control", customer=CUSTOMER, deliver=False)
    await instagram.refuses("G21")


async def test_G22_a_limit_makes_wait_and_never_refuses(instagram: Instagram) -> None:
    ruling = gate.ask(asked("rule"), replace(OPEN, paused_until=NOW + timedelta(minutes=3)), NOW)
    ours("G22", ruling)
    assert ruling.until == NOW + timedelta(minutes=3)
    await instagram.is_written_to()
    await instagram.sim.do("fault", target="send", effect="error", code=613)
    await instagram.refuses("G22")


def test_G23_what_is_stopped_for_all_waits_and_says_who_did_it() -> None:
    ruling = gate.ask(asked(), replace(OPEN, stopped_by="Dana", is_all_stopped=True), NOW)
    ours("G23", ruling)
    assert "Dana stopped all sending" in ruling.words


def test_G24_what_is_stopped_for_one_account_waits_and_says_who_did_it() -> None:
    ruling = gate.ask(asked(), replace(OPEN, stopped_by="Dana"), NOW)
    ours("G24", ruling)
    assert "Dana stopped this account" in ruling.words
