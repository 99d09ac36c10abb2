"""The customers at work: live traffic, and answers to what the bakery says. Decides nothing: personas.py does."""

import asyncio
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2
import structlog

from confab.demo import dice, personas, replies
from confab.demo.history import said
from confab.demo.people import Where, number_of, person
from confab.demo.personas import Line, Move
from confab.demo.simulator import Door

log = structlog.get_logger()

_SEED = 20
_SOON_S = (2.0, 5.0)
_PAUSE_S = (5.0, 20.0)
_TIRED_AFTER = 150  # so many moves without any answer, and they come half as often
_REST_MOVES = 8  # so many moves of others before the same customer is next
_POLL_S = 25
_AFTER_TROUBLE_S = 1.0
_SHOWN = 40

Json = dict[str, Any]  # a message as the simulator shows it


@dataclass(slots=True)
class _Crowd:
    """Who there is: their accounts by id, in order of when they moved last; how many there have ever been."""

    moved: dict[str, str] = field(default_factory=dict[str, str])
    count: int = 0

    def touch(self, igsid: str, account: str) -> None:
        self.moved.pop(igsid, None)
        self.moved[igsid] = account


class Driver:
    """Plays every customer of the accounts, given by what they sell."""

    def __init__(self, door: Door, accounts: Mapping[Where, str]) -> None:
        self._door = door
        self._accounts = accounts
        self._crowd = _Crowd()
        self._answering: dict[str, asyncio.Task[None]] = {}
        self._unanswered_moves = 0
        self._group = asyncio.TaskGroup()

    async def run(self) -> None:
        """Go on until cancelled. When the simulator does not answer, wait and go on."""
        for account in self._accounts.values():
            known = (await self._door.see("customers", account=account))["items"]
            self._crowd.moved |= {one["igsid"]: account for one in known}
        self._crowd.count = len(self._crowd.moved)
        began = (await self._door.see("stats"))["messages"]
        async with self._group:
            self._group.create_task(self._listen())
            self._group.create_task(self._live(began))

    async def _live(self, began: int) -> None:
        """Something happens every few seconds. `began` makes another start another story."""
        await asyncio.sleep(dice.of(_SEED, began).uniform(*_SOON_S))
        for nth in itertools.count(began):
            roll = dice.of(_SEED, "live", nth)
            try:
                await self._happen(nth)
            except httpx2.HTTPError as error:
                log.warning("customer_not_heard", error=type(error).__name__)
            self._unanswered_moves += 1
            await asyncio.sleep(roll.uniform(*_PAUSE_S) * (1 + self._unanswered_moves / _TIRED_AFTER))

    async def _happen(self, nth: int) -> None:
        chance = dice.of(_SEED, "what", nth).random()
        if chance < 0.5 or len(self._crowd.moved) <= _REST_MOVES:
            await self._newcomer()
        elif chance < 0.6:
            await self._comment(nth)
        else:
            await self._return(nth)

    async def _newcomer(self) -> None:
        who = person(self._crowd.count)
        self._crowd.count += 1
        account = self._accounts[who.where]
        await self._door.do(
            "customers", account=account, id=who.igsid, username=who.username, name=who.name, follower_count=who.follower_count
        )
        await self._make(who.igsid, account, personas.opening(who))

    async def _return(self, nth: int) -> None:
        """Somebody who has been quiet for longest among a few, and is not busy answering."""
        roll = dice.of(_SEED, "who", nth)
        quiet = [igsid for igsid in list(self._crowd.moved)[:-_REST_MOVES] if igsid not in self._answering]
        if not quiet:
            return
        igsid = min(roll.sample(quiet, min(3, len(quiet))), key=quiet.index)
        await self._make(igsid, self._crowd.moved[igsid], personas.again(person(number_of(igsid)), nth))

    async def _comment(self, nth: int) -> None:
        roll = dice.of(_SEED, "comment", nth)
        igsid, account = roll.choice(list(self._crowd.moved.items()))
        await self._door.do("comment", account=account, customer=igsid, text=roll.choice(replies.COMMENTS))

    async def _listen(self) -> None:
        """Learn of what the bakery sends, and let its customers answer."""
        after = 0
        while True:
            try:
                found = await self._door.see("sends", after=after, wait_s=_POLL_S, kind="message")
            except httpx2.HTTPError as error:
                log.warning("answers_not_heard", error=type(error).__name__)
                await asyncio.sleep(_AFTER_TROUBLE_S)
                continue
            after = found["next"]
            for sent in found["items"]:
                if sent["account"] not in self._accounts.values():
                    continue  # whoever looks around plays that account's customers
                self._unanswered_moves = 0
                self._answer(sent["recipient"], sent["account"])

    def _answer(self, igsid: str, account: str) -> None:
        """Answer what was said so far; if more comes before they have, they answer all of it."""
        before = self._answering.get(igsid)
        if before is not None:
            before.cancel()
        task = self._group.create_task(self._think(igsid, account))
        self._answering[igsid] = task
        task.add_done_callback(lambda done: self._answering.pop(igsid) if self._answering.get(igsid) is done else None)

    async def _think(self, igsid: str, account: str) -> None:
        try:
            shown = await self._door.see("messages", account=account, customer=igsid, limit=_SHOWN)
            await self._make(igsid, account, personas.answer(person(number_of(igsid)), lines(shown["items"])))
        except httpx2.HTTPError as error:
            log.warning("customer_not_heard", error=type(error).__name__)

    async def _make(self, igsid: str, account: str, moves: Sequence[Move]) -> None:
        """Make the moves, in their own time."""
        self._crowd.touch(igsid, account)
        who = {"account": account, "customer": igsid}
        mine: str | None = None
        for move in moves:
            await asyncio.sleep(move.after_s)
            if move.doing == "say" and move.thing == "tap":
                mine = (await self._door.do("postback", **who, title=move.text, payload=move.payload))["mid"]
            elif move.doing == "say":
                mine = (await self._door.do("write", **who, **said(move.text, move.thing)))["mid"]
            elif move.doing in ("edit", "unsend") and mine is not None:
                await self._door.do(move.doing, mid=mine, **({"text": move.text} if move.doing == "edit" else {}))
            elif move.doing in ("see", "react"):
                await self._about_theirs(move, who)

    async def _about_theirs(self, move: Move, who: dict[str, str]) -> None:
        """See, or react to, what the bakery said last; if that is nothing, nothing happens."""
        shown = (await self._door.see("messages", **who, limit=_SHOWN))["items"]
        theirs = [one["mid"] for one in shown if one["is_from_account"] and not one["is_deleted"]]
        if theirs and move.doing == "see":
            await self._door.do("seen", **who, mid=theirs[-1])
        elif theirs:
            await self._door.do("react", mid=theirs[-1], emoji=move.text or "❤️")


def lines(shown: Sequence[Json]) -> list[Line]:
    """The simulator's messages as somebody remembers a talk."""
    return [
        Line(side="bakery" if one["is_from_account"] else "customer", text=one["text"])
        for one in shown
        if not one["is_deleted"]
    ]  # fmt: skip
