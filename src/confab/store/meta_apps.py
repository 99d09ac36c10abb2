"""Meta apps besides the environment's: each with the secret that signs its webhooks. They belong to the installation."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from confab.model.inbox import MetaAppId
from confab.store.db import Conn, rows, run


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedApp:
    """A Meta app as it is stored. `app_id`: Meta's id of it, None where Facebook's login does not go by it; `instagram_app_id`
    and its secret are of its Instagram login.
    """

    id: MetaAppId
    name: str
    secret: bytes = field(repr=False)
    app_id: str | None = None
    instagram_app_id: str | None = None
    instagram_secret: bytes | None = field(default=None, repr=False)


async def insert(conn: Conn, app: SealedApp, now: datetime) -> bool:
    """Keep an app; False when the name is taken. Installation-wide."""
    added = await run(
        conn,
        """INSERT INTO meta_apps (id, name, secret, app_id, instagram_app_id, instagram_secret, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (name) DO NOTHING""",
        app.id, app.name, app.secret, app.app_id, app.instagram_app_id, app.instagram_secret, now,
    )  # fmt: skip
    return added > 0


async def every(conn: Conn) -> Sequence[SealedApp]:
    """All apps by name. Installation-wide."""
    return await rows(
        conn,
        SealedApp,
        "SELECT id, name, secret, app_id, instagram_app_id, instagram_secret FROM meta_apps ORDER BY name",
    )


async def open_logins(
    conn: Conn, app: MetaAppId, *, app_id: str | None, instagram_app_id: str | None, instagram_secret: bytes | None
) -> int:  # fmt: skip
    """Which logins go by an app from now on; what is None stays. Installation-wide."""
    return await run(
        conn,
        """UPDATE meta_apps SET app_id = coalesce($2, app_id), instagram_app_id = coalesce($3, instagram_app_id),
            instagram_secret = coalesce($4, instagram_secret) WHERE id = $1""",
        app, app_id, instagram_app_id, instagram_secret,
    )  # fmt: skip


async def reseal(conn: Conn, app: MetaAppId, sealed: bytes, instagram: bytes | None) -> None:
    """Replace its secrets by themselves under another key. Installation-wide."""
    await run(conn, "UPDATE meta_apps SET secret = $2, instagram_secret = $3 WHERE id = $1", app, sealed, instagram)
