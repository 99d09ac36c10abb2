"""The first owner: a link that the first start prints, good once and for a day."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from confab.errors import Forbidden, Invalid
from confab.model.inbox import AgentId, WorkspaceId
from confab.store import ids
from confab.store import team as store
from confab.store.db import Conn, Database
from confab.team import secrets, sign_in
from confab.team.passwords import Passwords

_LASTS = timedelta(hours=24)
_LONGEST_NAME = 100
_PER_ADDRESS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstOwner:
    """What the form behind the link asks for."""

    token: str = field(repr=False)
    workspace: str
    name: str
    email: str
    password: str = field(repr=False)


async def offer(conn: Conn, origin: str, now: datetime) -> str | None:
    """Make a set-up link; None when somebody can already sign in. It is printed and kept nowhere else."""
    if await store.has_agents(conn):
        return None
    secret = secrets.fresh()
    await store.offer_setup(conn, secret.digest, now, now + _LASTS)
    return f"{origin}/setup?token={secret.text}"


async def accept(db: Database, passwords: Passwords, wish: FirstOwner, address: str, now: datetime) -> str:
    """Create workspace and owner and sign them in; the secret for the cookie. The link is used up in the same commit.

    Raises Forbidden (`setup_link_invalid`) when the link is wrong, used or too old, Invalid for a field.
    """
    await sign_in.count(db, {f"setup {address}": _PER_ADDRESS}, now)
    digest = secrets.digest(wish.token)
    async with db.transaction() as conn:
        if not await store.is_setup_offered(conn, digest, now):
            raise _invalid_link()
    workspace, agent = WorkspaceId(ids.new(now)), AgentId(ids.new(now))
    team, name = checked_name(wish.workspace, "workspace"), checked_name(wish.name, "name")
    email = sign_in.checked_email(wish.email)
    hashed = await passwords.hashed(wish.password)
    async with db.viewing(workspace) as conn:
        if not await store.consume_setup(conn, digest, now):
            raise _invalid_link()
        await store.create_workspace(conn, workspace, team, now)
        await store.create_agent(conn, agent, email=email, name=name, password_hash=hashed, now=now)
        await store.join(conn, workspace, agent, "owner", now)
        return await sign_in.open_session(conn, workspace, agent, now)


def checked_name(text: str, field: str) -> str:
    """The name without surrounding space. Raises Invalid when nothing is left or it is longer than 100 characters."""
    text = text.strip()
    if not text or len(text) > _LONGEST_NAME or not text.isprintable():
        raise Invalid(f"A name needs 1 to {_LONGEST_NAME} characters.", field=field)
    return text


def _invalid_link() -> Forbidden:
    return Forbidden(
        "This set-up link is wrong, already used, or older than a day. Start the server again for a new one.",
        code="setup_link_invalid",
    )
