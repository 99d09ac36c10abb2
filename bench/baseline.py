"""A straightforward webhook handler: FastAPI, SQLAlchemy 2 on asyncpg, one transaction per request.

What a good engineer writes first, and no worse: a connection pool, prepared and cached statements, upserts instead of reads
before writes, uvicorn with uvloop and httptools, and the same PostgreSQL server with the same settings as the product's. It
stores the same: the raw delivery, participant, conversation with its last line and unread count, and the message, each once.
"""

import asyncio
import hashlib
import hmac
import json
import os
import sys
import uuid
from datetime import UTC, datetime

import uvicorn
from fastapi import FastAPI, Request, Response
from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

POOL = 10

tables = MetaData()
deliveries = Table(
    "deliveries", tables,
    Column("id", Uuid, primary_key=True),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("body", LargeBinary, nullable=False),
)  # fmt: skip
participants = Table(
    "participants", tables,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("account_ig_id", String, nullable=False),
    Column("igsid", String, nullable=False),
    Column("last_seen_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("account_ig_id", "igsid"),
)  # fmt: skip
conversations = Table(
    "conversations", tables,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("participant_id", ForeignKey("participants.id"), nullable=False, unique=True),
    Column("unread_count", Integer, nullable=False, server_default="0"),
    Column("last_message_at", DateTime(timezone=True), nullable=False),
    Column("last_message_preview", Text),
)  # fmt: skip
Index("conversation_list", conversations.c.last_message_at.desc())
messages = Table(
    "messages", tables,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False),
    Column("mid", Text, nullable=False, unique=True),
    Column("text", Text),
    Column("sent_at", DateTime(timezone=True), nullable=False),
    Column("delivery_id", ForeignKey("deliveries.id"), nullable=False),
)  # fmt: skip
Index("message_page", messages.c.conversation_id, messages.c.sent_at.desc())


async def store(conn: AsyncConnection, body: bytes, now: datetime) -> None:
    """The delivery and everything in it."""
    delivery_id = uuid.uuid4()
    await conn.execute(insert(deliveries).values(id=delivery_id, received_at=now, body=body))
    for entry in json.loads(body)["entry"]:
        for item in entry.get("messaging", []):
            if "message" in item:
                await store_message(conn, entry["id"], item, delivery_id, now)


async def store_message(conn: AsyncConnection, account: str, item: dict, delivery_id: uuid.UUID, now: datetime) -> None:
    """One message: its participant and conversation, the message itself, and, if it is new, the unread count."""
    sent_at = datetime.fromtimestamp(item["timestamp"] / 1000, UTC)
    text = item["message"].get("text")
    seen = insert(participants).values(account_ig_id=account, igsid=item["sender"]["id"], last_seen_at=now)
    seen = seen.on_conflict_do_update(index_elements=["account_ig_id", "igsid"], set_={"last_seen_at": now})
    participant_id = (await conn.execute(seen.returning(participants.c.id))).scalar_one()
    talk = insert(conversations).values(
        participant_id=participant_id, last_message_at=sent_at, last_message_preview=(text or "")[:100]
    )
    talk = talk.on_conflict_do_update(
        index_elements=["participant_id"],
        set_={"last_message_at": talk.excluded.last_message_at, "last_message_preview": talk.excluded.last_message_preview},
    )
    conversation_id = (await conn.execute(talk.returning(conversations.c.id))).scalar_one()
    said = insert(messages).values(
        conversation_id=conversation_id, mid=item["message"]["mid"], text=text, sent_at=sent_at, delivery_id=delivery_id
    )
    said = said.on_conflict_do_nothing(index_elements=["mid"]).returning(messages.c.id)
    if (await conn.execute(said)).scalar() is not None:
        one_more = update(conversations).where(conversations.c.id == conversation_id)
        await conn.execute(one_more.values(unread_count=conversations.c.unread_count + 1))


def create() -> FastAPI:
    """The application of one process."""
    engine = create_async_engine(os.environ["BASELINE_DATABASE"], pool_size=POOL, max_overflow=0)  # noqa: TID251 -- no part of the product
    secret = os.environ["BASELINE_SECRET"].encode()  # noqa: TID251
    app = FastAPI()

    @app.post("/api/webhooks/instagram")
    async def webhook(request: Request) -> Response:
        body = await request.body()
        expected = "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected, request.headers.get("x-hub-signature-256", "")):
            return Response(status_code=403)
        async with engine.begin() as conn:
            await store(conn, body, datetime.now(UTC))
        return Response("OK", media_type="text/plain")

    @app.get("/readyz")
    async def ready() -> Response:
        return Response("OK", media_type="text/plain")

    return app


async def create_tables() -> None:
    """Once, before the first process serves."""
    engine = create_async_engine(os.environ["BASELINE_DATABASE"])  # noqa: TID251
    async with engine.begin() as conn:
        await conn.run_sync(tables.create_all)
    await engine.dispose()


def main(port: str, workers: str) -> None:
    """Serve until told to stop."""
    asyncio.run(create_tables())
    uvicorn.run(
        "bench.baseline:create", factory=True, port=int(port), workers=int(workers), http="httptools", loop="uvloop", ws="none",
        lifespan="off", log_config=None, access_log=False,
    )  # fmt: skip


if __name__ == "__main__":
    main(*sys.argv[1:])
