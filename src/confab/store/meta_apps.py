"""Meta apps besides the environment's: each with the secret that signs its webhooks. They belong to the installation."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from confab.model.inbox import MetaAppId
from confab.store.db import Conn, rows, run


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedApp:
    """A Meta app as it is stored."""

    id: MetaAppId
    name: str
    secret: bytes = field(repr=False)


async def insert(conn: Conn, app: SealedApp, now: datetime) -> bool:
    """Keep an app; False when the name is taken. Installation-wide."""
    added = await run(
        conn,
        "INSERT INTO meta_apps (id, name, secret, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO NOTHING",
        app.id, app.name, app.secret, now,
    )  # fmt: skip
    return added > 0


async def every(conn: Conn) -> Sequence[SealedApp]:
    """All apps by name. Installation-wide."""
    return await rows(conn, SealedApp, "SELECT id, name, secret FROM meta_apps ORDER BY name")


async def reseal(conn: Conn, app: MetaAppId, sealed: bytes) -> None:
    """Replace a secret by itself under another key. Installation-wide."""
    await run(conn, "UPDATE meta_apps SET secret = $2 WHERE id = $1", app, sealed)
