"""An account with rules, and the worker behind them: for tests that follow an event to what rules do about it."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from confab.clock import Clock
from confab.inbox.apply import Batch, Source, apply
from confab.inbox.deeds import Means
from confab.inbox.normalise import normalise
from confab.inbox.react import Reactions
from confab.model.events import Event
from confab.model.inbox import AgentRef
from confab.model.outgoing import QuickReply
from confab.model.rules import (
    Action,
    Automation,
    Condition,
    Definition,
    Mode,
    Reply,
    Rule,
    RuleId,
    TextIs,
    Trigger,
    TriggerKind,
)
from confab.store import claims, ids, rules
from confab.store.db import Database, Doors
from confab.store.wake import Wake
from tests.world import NOON, Customer, World, body, events_of

__all__ = ["QuickReply"]


def says(*values: str, match: Any = "any", is_not: bool = False) -> TextIs:
    return TextIs(type="text", match=match, values=values, is_not=is_not)


def reply(text: str, *choices: str) -> Reply:
    return Reply(type="reply", text=text, quick_replies=tuple(QuickReply(title=one, payload=one.upper()) for one in choices))


class Robot:
    """Rules of an account, customers who write, and a worker that looks at what is due."""

    def __init__(self, db: Database, doors: Doors, world: World, clock: Clock) -> None:
        self.db, self.world, self.clock = db, world, clock
        self.clock.ahead = NOON - Clock().now()
        self.ada = Customer(world.ig_id)
        self.waker = Wake(doors.worker)
        self.me = AgentRef(id=world.viewer.agent_id, name="Dana")
        self.reactions = Reactions(db, clock, self.waker, Means())

    async def settings(self, **more: Any) -> None:
        async with self.db.transaction() as conn:
            await rules.lock_book(conn, self.world.workspace, self.world.account)
            await rules.write_book(conn, self.world.workspace, self.world.account, Automation(**more))

    async def rule(
        self,
        kind: TriggerKind = "message",
        *actions: Action,
        when: Sequence[Condition] = (),
        name: str = "Hours",
        mode: Mode = "on",
        stops: bool = False,
        cooldown_s: int = 0,
        payload: str | None = None,
        minutes: int | None = None,
    ) -> RuleId:
        now = self.clock.now()
        definition = Definition(
            name=name, trigger=Trigger(kind=kind, payload=payload, minutes=minutes), conditions=tuple(when),
            actions=actions or (reply("Hello!"),), stops=stops, cooldown_s=cooldown_s,
        )  # fmt: skip
        rule = Rule(
            id=RuleId(ids.new(now)), account_id=self.world.account, position=0, mode=mode, definition=definition, version=1,
            updated_at=now, updated_by=self.me,
        )  # fmt: skip
        async with self.db.transaction() as conn:
            kept = await rules.lock_book(conn, self.world.workspace, self.world.account)
            await rules.put(conn, self.world.workspace, rule, self.me.id)
            await rules.write_book(conn, self.world.workspace, self.world.account, kept.settings)
        return rule.id

    async def comes(self, *items: dict[str, Any], is_read: bool = False) -> None:
        """One delivery of messaging items; or they are read at Instagram, as history."""
        events = events_of(self.world, *items)
        if is_read:
            since = self.clock.now() - timedelta(days=1)
            events = [(replace(source, delivery_id=None, history_before=since), event) for source, event in events]
        async with self.db.transaction() as conn:
            await apply(conn, Batch(events=events, our_app_ids=frozenset()), self.clock.now())

    async def changes(self, *changes: dict[str, Any], is_read: bool = False) -> None:
        """One delivery of changes, such as comments; or they are read at Instagram."""
        whole = {"object": "instagram", "entry": [{"id": self.world.ig_id, "time": 1793612346, "changes": list(changes)}]}
        delivery = None if is_read else ids.new(NOON)
        source = Source(workspace_id=self.world.workspace, account_id=self.world.account, delivery_id=delivery)
        events: list[tuple[Source, Event]] = [
            (source, routed.event) for routed in normalise(json.dumps(whole).encode(), datetime.now(UTC))
        ]
        async with self.db.transaction() as conn:
            await apply(conn, Batch(events=events, our_app_ids=frozenset()), self.clock.now())

    async def writes(self, mid: str, text: str | None, by: Customer | None = None, **more: Any) -> None:
        await self.comes((by or self.ada).writes(mid, text, self.clock.now(), **more))

    async def claim(self) -> Sequence[claims.Due]:
        async with self.db.alone() as conn:
            now = self.clock.now()
            return await claims.RULE_EVENTS.claim(conn, now, now + timedelta(seconds=30), 50)

    async def work(self) -> None:
        """Look at all that is due."""
        for due in await self.claim():
            await self.reactions.run(due)

    async def hears(self, mid: str, text: str | None, **more: Any) -> list[str]:
        """A message comes and is looked at; all that was said so far by rules."""
        await self.writes(mid, text, **more)
        await self.work()
        return await self.said()

    async def fetch(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        async with self.db.transaction() as conn:
            return [dict(row) for row in await conn.fetch(sql, self.world.workspace, *values)]

    async def said(self) -> list[str]:
        rows = await self.fetch(
            """SELECT m.text FROM outbound_messages o JOIN messages m ON m.workspace_id = o.workspace_id AND m.id = o.message_id
            WHERE o.workspace_id = $1 AND o.actor_kind = 'rule' ORDER BY o.id"""
        )
        return [row["text"] for row in rows]

    async def runs(self) -> list[dict[str, Any]]:
        return await self.fetch("SELECT * FROM rule_runs WHERE workspace_id = $1 ORDER BY id")

    async def whys(self) -> list[str | None]:
        """Why each rule that was looked at did not fire, or why none was."""
        return [
            why
            for run in await self.runs()
            for why in ([run["quiet"]] if run["quiet"] else [one["why"] for one in run["looked"]])
        ]

    async def conversation(self) -> UUID:
        (row,) = await self.fetch("SELECT id FROM conversations WHERE workspace_id = $1 LIMIT 1")
        return row["id"]

    def time_passes(self, minutes: float) -> None:
        self.clock.ahead += timedelta(minutes=minutes)


def delivery(world: World, *items: dict[str, Any]) -> bytes:
    return body(world.ig_id, *items)
