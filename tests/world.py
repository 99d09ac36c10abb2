"""A small world to test in: a workspace with an account, and events as Meta would tell them."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from confab.inbox.apply import Batch, Source, apply
from confab.inbox.normalise import normalise
from confab.model.events import Event
from confab.model.inbox import AccountId, AgentId, Viewer, WorkspaceId
from confab.store import ids
from confab.store.db import Conn, Database, Doors, connect

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A workspace, an account of it, and an agent who may look."""

    workspace: WorkspaceId
    account: AccountId
    ig_id: str
    viewer: Viewer


async def make_world(doors: Doors, ig_id: str = "17841461234567890") -> World:
    """A fresh workspace that owns the account."""
    now = datetime.now(UTC)
    workspace, account, agent = (ids.new(now) for _ in range(3))
    conn = await connect(doors.owner)
    try:
        await conn.execute("INSERT INTO workspaces VALUES ($1, 'Harbour Bakery', $2)", workspace, now)
        await conn.execute("INSERT INTO change_counters VALUES ($1)", workspace)
        await conn.execute(
            "INSERT INTO agents (id, email, name, created_at) VALUES ($1, $2, 'Dana', $3)", agent, f"{agent}@example.org", now
        )
        await conn.execute("INSERT INTO memberships VALUES ($1, $2, 'owner', $3)", workspace, agent, now)
        await conn.execute(
            "INSERT INTO accounts (workspace_id, id, ig_id, username, created_at) VALUES ($1, $2, $3, 'harbour.bakery', $4)",
            workspace, account, ig_id, now,
        )  # fmt: skip
        await conn.execute(
            "INSERT INTO account_routes VALUES ($1, $2, $3) ON CONFLICT (ig_id) DO UPDATE SET workspace_id = $2, account_id = $3",
            ig_id,
            workspace,
            account,
        )
    finally:
        await conn.close()
    viewer = Viewer(
        workspace_id=WorkspaceId(workspace), agent_id=AgentId(agent), name="Dana", email="dana@example.org", role="owner"
    )
    return World(workspace=WorkspaceId(workspace), account=AccountId(account), ig_id=ig_id, viewer=viewer)


async def give_token(conn: Conn, world: World, now: datetime) -> None:
    """The account has a token, which nobody opens."""
    await conn.execute(
        """INSERT INTO integrations (workspace_id, account_id, access_token, issued_at, updated_at)
        VALUES ($1, $2, 'sealed', $3, $3)""",
        world.workspace, world.account, now,
    )  # fmt: skip


class Customer:
    """A participant who writes: every method is one item of `messaging`, as Meta sends it."""

    def __init__(self, ig_id: str, igsid: str = "1087654321098765") -> None:
        self.ig_id = ig_id
        self.igsid = igsid

    def item(self, at: datetime, *, echo: bool = False, **payload: object) -> dict[str, object]:
        sender, recipient = (self.ig_id, self.igsid) if echo else (self.igsid, self.ig_id)
        timestamp = int(at.timestamp() * 1000)
        return {"sender": {"id": sender}, "recipient": {"id": recipient}, "timestamp": timestamp, **payload}

    def writes(self, mid: str, text: str | None, at: datetime, **more: object) -> dict[str, object]:
        return self.item(at, message={"mid": mid, **({"text": text} if text is not None else {}), **more})

    def unsends(self, mid: str, at: datetime) -> dict[str, object]:
        return self.item(at, message={"mid": mid, "is_deleted": True})

    def edits(self, mid: str, num_edit: int, text: str, at: datetime) -> dict[str, object]:
        return self.item(at, message_edit={"mid": mid, "num_edit": num_edit, "text": text})

    def reacts(self, mid: str, emoji: str | None, at: datetime) -> dict[str, object]:
        reaction = (
            {"mid": mid, "action": "react", "reaction": "other", "emoji": emoji} if emoji else {"mid": mid, "action": "unreact"}
        )
        return self.item(at, reaction=reaction)

    def sees(self, mid: str, at: datetime) -> dict[str, object]:
        return self.item(at, read={"mid": mid})

    def echo(self, mid: str, text: str, at: datetime, **more: object) -> dict[str, object]:
        return self.item(at, echo=True, message={"mid": mid, "text": text, "is_echo": True, **more})


def body(ig_id: str, *items: dict[str, object]) -> bytes:
    """One delivery with these items."""
    return json.dumps({"object": "instagram", "entry": [{"id": ig_id, "time": 1793612346089, "messaging": items}]}).encode()


def events_of(world: World, *items: dict[str, object]) -> list[tuple[Source, Event]]:
    """The items as events with a source of their own."""
    source = Source(workspace_id=world.workspace, account_id=world.account, delivery_id=ids.new(NOON))
    return [(source, routed.event) for routed in normalise(body(world.ig_id, *items), datetime.now(UTC))]


async def happen(db: Database, world: World, *items: dict[str, object], now: datetime | None = None) -> None:
    """Apply the items as one batch."""
    async with db.transaction() as conn:
        await apply(conn, Batch(events=events_of(world, *items), our_app_ids=frozenset()), now or datetime.now(UTC))


def after(minutes: float) -> datetime:
    """So many minutes after noon."""
    return NOON + timedelta(minutes=minutes)


def uuid_of(text: str) -> UUID:
    return ids.digest(text)


def comment(
    id_: str, text: str | None, *, author: str | None = "1087654321098765", username: str = "ada.bakes", **more: object
) -> dict[str, object]:
    """A change of field `comments`, under a post of the account."""
    known: dict[str, object] = {"username": username} | ({"id": author} if author is not None else {})
    said = {"text": text} if text is not None else {}
    media = {"id": "18062245590713388", "media_product_type": "FEED"}
    return {"field": "comments", "value": {"id": id_, **said, "from": known, "media": media, **more}}


async def told(db: Database, world: World, *changes: dict[str, object], at: datetime = NOON, now: datetime | None = None) -> None:
    """Apply changes (comments, mentions) as one batch; the entry's time is theirs."""
    body_ = {"object": "instagram", "entry": [{"id": world.ig_id, "time": int(at.timestamp()), "changes": changes}]}
    source = Source(workspace_id=world.workspace, account_id=world.account, delivery_id=ids.new(NOON))
    events = [(source, routed.event) for routed in normalise(json.dumps(body_).encode(), datetime.now(UTC))]
    async with db.transaction() as conn:
        await apply(conn, Batch(events=events, our_app_ids=frozenset()), now or datetime.now(UTC))
