"""Customers on their way to a library: links as their messages carry them, and browsers without a screen."""

import hashlib
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2

from confab.model.inbox import ConversationId, WorkspaceId
from confab.store import conversations, ids, verifications
from confab.store.db import Database
from confab.store.verifications import Token


async def make_link(
    db: Database, workspace: WorkspaceId, conversation: str, now: datetime, *, lasts_m: int = 60
) -> tuple[str, str]:
    """A token that connects the conversation's participant, and the id that goes with it. In place of an earlier one."""
    token = secrets.token_urlsafe(32)
    async with db.viewing(workspace) as conn:
        row = await conversations.lock(conn, workspace, ConversationId(UUID(conversation)))
        await conn.execute(
            """UPDATE verification_tokens SET replaced_at = $3
            WHERE workspace_id = $1 AND participant_id = $2 AND consumed_at IS NULL""",
            workspace, row.participant_id, now,
        )  # fmt: skip
        await verifications.create(
            conn,
            Token(
                workspace_id=workspace, id=ids.new(now), account_id=row.account_id, participant_id=row.participant_id,
                digest=hashlib.sha256(token.encode()).digest(), seed=secrets.token_bytes(32), message_id=None, event_id="test",
                created_at=now, expires_at=now + timedelta(minutes=lasts_m),
            ),
        )  # fmt: skip
    return token, row.igsid


@asynccontextmanager
async def customer(url: str, **more: Any) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser of a customer's: cookies of its own, and it goes where it is sent."""
    async with httpx2.AsyncClient(base_url=url, follow_redirects=True, timeout=30, **more) as browser:
        yield browser


def heading(answer: httpx2.Response) -> str:
    """What a page is about."""
    found = re.search(r"<h1>(.*?)</h1>", answer.text)
    assert found is not None, answer.text
    return found[1]
